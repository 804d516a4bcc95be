import assert from "node:assert/strict"
import { test } from "node:test"
import { fingerprintOf, type PartyId, saysDigits, saysWord, saysWords } from "./index.ts"

const PARTY = "identity--6f0b9a0e-2c1d-4f3a-9b8c-7d6e5f4a3b2c" as PartyId
const INCEPT = Buffer.from('{"current":"","next":"","recovery":"","type":"incept","v":1}')
const fingerprint = fingerprintOf(PARTY, INCEPT)

/** The twelve indices are cut from the hash bit by bit here, and put together again as a number. */
test("words and digits are the same 132 bits of the hash", async () => {
  const { createHash } = await import("node:crypto")
  const { wordlist } = await import("@scure/bip39/wordlists/english.js")
  const hash = createHash("sha256").update(`comity/fingerprint/v1\n${PARTY}\n`).update(INCEPT).digest()
  const bits = [...hash]
    .map((octet) => octet.toString(2).padStart(8, "0"))
    .join("")
    .slice(0, 132)
  assert.deepEqual(
    fingerprint.words,
    (bits.match(/.{11}/g) ?? []).map((index) => wordlist[Number.parseInt(index, 2)]),
  )
  assert.equal(BigInt(`0b${bits}`), BigInt(fingerprint.digits.replaceAll(" ", "")))
  assert.match(fingerprint.digits, /^(\d{5} ){7}\d{5}$/)
})

test("another party, or another first statement, has another fingerprint", () => {
  const other = fingerprintOf(PARTY.replace("6f", "7f") as PartyId, INCEPT)
  assert.notDeepEqual(other.words, fingerprint.words)
  assert.notDeepEqual(fingerprintOf(PARTY, Buffer.from(`${INCEPT} `)).words, fingerprint.words)
})

test("what a person typed is understood in any spelling that cannot mean anything else", () => {
  const { words, digits } = fingerprint
  const right = [
    words.join(" "),
    words.join(", ").toUpperCase(),
    words.map((word, i) => `${i + 1}. ${word}`).join("\n"),
    words.map((word) => word.slice(0, 4)).join(" "),
  ]
  for (const typed of right) assert.equal(saysWords(fingerprint, typed), true, typed)
  const wrong = ["", words.slice(1).join(" "), [...words].reverse().join(" "), `${words.join(" ")} ${words[0]}`]
  for (const typed of wrong) assert.equal(saysWords(fingerprint, typed), false, typed)
  assert.equal(saysWords(fingerprint, words.map((word) => word.slice(0, 2)).join(" ")), false)
  assert.equal(saysWord(fingerprint, 3, ` ${words[2]?.toUpperCase()} `), true)
  for (const [number, typed] of [
    [3, words[3]],
    [0, ""],
    [13, ""],
    [3, ""],
  ] as const) {
    assert.equal(saysWord(fingerprint, number, typed ?? ""), words[2] === typed, `${number} ${typed}`)
  }
  for (const typed of [digits, digits.replaceAll(" ", ""), digits.replaceAll(" ", "-")]) {
    assert.equal(saysDigits(fingerprint, typed), true, typed)
  }
  for (const typed of ["", digits.slice(1), `0${digits}`]) assert.equal(saysDigits(fingerprint, typed), false, typed)
})
