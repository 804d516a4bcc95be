import assert from "node:assert/strict"
import { test } from "node:test"
import { encode } from "uqr"
import type { Instant } from "../kernel/time.ts"
import { codeAddress, isCodeSecret, newCodeSecret, stepOfCode } from "./one-time-codes.ts"

/** RFC 6238 appendix B (SHA-1), the last six of its eight digits; its secret in base32. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
const VECTORS: readonly (readonly [seconds: number, code: string])[] = [
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
]

test("codes are those of RFC 6238, the one before and the one after are taken too", async () => {
  for (const [seconds, code] of VECTORS) {
    const at = (offset: number) => ((seconds + offset) * 1_000_000) as Instant
    const step = Math.floor(seconds / 30)
    assert.equal(await stepOfCode(code, SECRET, at(0), 0), step)
    assert.equal(await stepOfCode(code, SECRET, at(30), 0), step)
    assert.equal(await stepOfCode(code, SECRET, at(-30), 0), step)
    assert.equal(await stepOfCode(code, SECRET, at(60), 0), null)
    assert.equal(await stepOfCode(code, SECRET, at(-60), 0), null)
  }
})

test("a code of a step that was taken, or of an earlier one, is wrong", async () => {
  const now = 59_000_000 as Instant
  assert.equal(await stepOfCode("287082", SECRET, now, 0), 1)
  assert.equal(await stepOfCode("287082", SECRET, now, 1), null)
})

test("a code is six digits, however a person groups them", async () => {
  const now = 59_000_000 as Instant
  assert.equal(await stepOfCode(" 287 082 ", SECRET, now, 0), 1)
  for (const text of ["", "28708", "2870822", "２８７０８２", "287082a", "-87082"]) {
    assert.equal(await stepOfCode(text, SECRET, now, 0), null, text)
  }
})

test("a secret has 160 bits, and its address is what apps read", async () => {
  const secret = await newCodeSecret()
  assert.ok(isCodeSecret(secret) && secret !== (await newCodeSecret()))
  assert.ok(!isCodeSecret(secret.slice(1)) && !isCodeSecret(secret.toLowerCase()))
  const address = new URL(await codeAddress(secret, "Team: A&B", "Zoë 王"))
  assert.equal(address.protocol, "otpauth:")
  assert.deepEqual(
    ["secret", "issuer", "digits", "period", "algorithm"].map((name) => address.searchParams.get(name)),
    [secret, "Team: A&B", "6", "30", "SHA1"],
  )
})

test("however long names are, their address fits into a QR code", async () => {
  const address = await codeAddress(await newCodeSecret(), "節".repeat(200), "\u{1F600}".repeat(200))
  assert.ok(encode(address, { ecc: "M", border: 4 }).size > 0)
  assert.doesNotMatch(decodeURIComponent(address), /\uFFFD/)
})
