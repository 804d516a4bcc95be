import assert from "node:assert/strict"
import { test } from "node:test"
import { type KeyPair, newKeyPair, signerOf } from "../crypto/index.ts"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import {
  countsUnder,
  inceptStatement,
  type KeyState,
  keyStateOf,
  lastSizeHash,
  type Saying,
  signStatement,
} from "./key-statements.ts"

const keys = Array.from({ length: 8 }, newKeyPair) as [KeyPair, KeyPair, ...KeyPair[]]
const [first, second, third, fourth, rescue, rescue2, thief, thief2] = keys as KeyPair[] as [
  ...(KeyPair[] & { length: 8 }),
]
const raw = (pair: KeyPair | undefined) => (pair as KeyPair).publicKey
const bytes = (statement: Json) => Buffer.from(canonicalize(statement))
const incept = bytes(inceptStatement({ current: raw(first), next: raw(second), recovery: raw(rescue) }))

const rotate = (current: KeyPair | undefined, next: KeyPair | undefined, sizes: string[] = []): Saying => ({
  ...{ type: "rotate", current: raw(current), next: sha256(raw(next)), sizes },
})
const recover = (current: KeyPair | undefined, next: KeyPair | undefined): Saying => ({
  ...{ type: "recover", current: raw(current), next: sha256(raw(next)), recovery: raw(rescue2), sizes: [] },
})
const after = (chain: Buffer[], saying: Saying, signer: KeyPair | undefined) => [
  ...chain,
  bytes(signStatement(keyStateOf(chain), saying, signerOf(signer as KeyPair))),
]
const rotated = after([incept], rotate(second, third), second)

test("a rotation is signed by the key that was announced, and by nobody else", () => {
  const state = keyStateOf(rotated)
  assert.deepEqual([state.current, state.root], [raw(second), sha256(incept)])
  assert.deepEqual(keyStateOf(after(rotated, rotate(third, fourth), third)).current, raw(third))
  const forgeries: [string, Saying, KeyPair | undefined][] = [
    ["the stolen current key names one of its own", rotate(thief, thief2), thief],
    ["the stolen current key signs for the next one", rotate(second, thief), first],
    ["the next key, with another signature", rotate(second, third), thief],
    ["revoked by the current key", { type: "revoke", sizes: [] }, first],
    ["revoked by the next key", { type: "revoke", sizes: [] }, second],
    ["recovered by the current key", recover(thief, thief2), first],
    ["recovered by the recovery key that it brings", recover(thief, thief2), rescue2],
  ]
  for (const [name, saying, signer] of forgeries) {
    assert.throws(() => keyStateOf(after([incept], saying, signer)), { code: "key.chain-forged" }, name)
  }
})

test("after a revocation nothing is signed until the recovery key brings a new one", () => {
  const revoked = after([incept], { type: "revoke", sizes: [] }, rescue)
  assert.equal(keyStateOf(revoked).current, null)
  assert.throws(() => keyStateOf(after(revoked, rotate(second, third), second)), { code: "key.chain-forged" })
  assert.throws(() => keyStateOf(after(revoked, { type: "revoke", sizes: [] }, rescue)), { code: "key.chain-broken" })
  const back = after(revoked, recover(third, fourth), rescue)
  const state: KeyState = keyStateOf(back)
  assert.deepEqual([state.current, state.recovery, state.former.length], [raw(third), raw(rescue2), 2])
  assert.throws(() => keyStateOf(after(back, { type: "revoke", sizes: [] }, rescue)), { code: "key.chain-forged" })
})

test("a chain that was cut, turned or respelled is none", () => {
  const long = after(rotated, rotate(third, fourth), third)
  const [, a, b] = long as [Buffer, Buffer, Buffer]
  const text = a.toString("utf8")
  const bad: [string, Buffer[]][] = [
    ["nothing", []],
    ["without its beginning", [a, b]],
    ["turned", [incept, b, a]],
    ["with a gap", [incept, b]],
    ["twice", [incept, a, a]],
    ["a second beginning", [incept, incept]],
    ["with a blank", [incept, Buffer.from(text.replace(",", ", "))]],
    ["with a member more", [incept, Buffer.from(text.replace("{", '{"a":1,'))]],
    ["another version", [incept, Buffer.from(text.replace('"v":1', '"v":2'))]],
    ["no JSON", [incept, Buffer.from("x")]],
  ]
  for (const [name, chain] of bad) assert.throws(() => keyStateOf(chain), { code: "key.chain-broken" }, name)
  for (let at = 0; at < a.length; at++) {
    const changed = Buffer.from(a)
    changed[at] = (changed[at] as number) ^ 1
    assert.throws(() => keyStateOf([incept, changed]), { code: /^key\.chain-/ }, `byte ${at}`)
  }
})

test("what a former key signed counts up to the log's last size under it, and no further", () => {
  const origin = "comity/00112233445566778899aabbccddeeff"
  const state = keyStateOf(after([incept], rotate(second, third, [lastSizeHash(origin, 7)]), second))
  const counts = (key: KeyPair | undefined, size: number, lastSize: number | null, of = origin) =>
    countsUnder(state, raw(key), { origin: of, size, lastSize })
  assert.deepEqual(
    [counts(first, 7, 7), counts(first, 1, 7), counts(first, 8, 7), counts(first, 8, 8), counts(first, 7, null)],
    [true, true, false, false, false],
  )
  assert.equal(counts(first, 7, 7, "comity/ff112233445566778899aabbccddeeff"), false)
  assert.deepEqual([counts(second, 1_000_000, null), counts(thief, 1, 7)], [true, false])
})
