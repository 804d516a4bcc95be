import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../test/support/federation.ts"
import { indicators, mirrorAt, put, share } from "../../test/support/shared.ts"
import { type KeyChange, keyStateOf, ownStatements, recoverKey, revokeKey, rotateKey } from "../ledger/index.ts"
import { entriesUntil } from "../library/index.ts"
import { readStatements } from "../parties/index.ts"

// What partners go through while a node's keys change: nothing, or nothing until the recovery.

let federation: Federation
let fi: Member
let jp: Member

beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
})
after(() => federation.close())

function changeOf({ store, files, signer: ring }: Member): KeyChange {
  return {
    ...{ store, files, ring, passphrase: null },
    offline: { next: files.load("next"), recovery: files.load("recovery") },
  }
}
const rounds = async () => {
  federation.clock.forward(61_000_000)
  await jp.round(fi)
  await fi.round(jp)
}
const received = async () => (await mirrorAt(jp)).size
const known = async () => keyStateOf(await readStatements(jp.store, jp.peer(fi)))

test("a feed goes on over rotations, with and without news in between", async () => {
  const id = await share(fi, jp)
  await put(federation, fi, id, ...indicators(3))
  await rounds()
  await rotateKey(changeOf(fi))
  await rounds()
  assert.equal(await received(), 3)
  assert.deepEqual((await known()).current, fi.signer.publicKey)
  await put(federation, fi, id, ...indicators(2))
  await rotateKey(changeOf(fi))
  await put(federation, fi, id, ...indicators(1))
  await rounds()
  assert.equal(await received(), 6)
  await rotateKey(changeOf(jp))
  await put(federation, fi, id, ...indicators(1))
  await rounds()
  assert.equal(await received(), 7)
})

test("a feed goes on when the key changes while it is fetched", async () => {
  const id = await share(fi, jp)
  await put(federation, fi, id, ...indicators(1200))
  let pulls = 0
  federation.wire = async ({ url }, pass) => {
    const answer = await pass()
    if (url.endsWith("/pull") && ++pulls === 2) await rotateKey(changeOf(fi))
    return answer
  }
  await rounds().catch(() => {})
  assert.ok(pulls >= 2)
  await rounds()
  assert.equal(await received(), 1200)
  assert.deepEqual((await known()).current, fi.signer.publicKey)
})

test("a partner that revoked its key is heard again when it has recovered, and its feed goes on", async () => {
  const id = await share(fi, jp)
  await put(federation, fi, id, ...indicators(2))
  await rounds()
  await put(federation, fi, id, ...indicators(2))
  const since = federation.clock.now()
  federation.clock.forward(1_000_000)
  await revokeKey(changeOf(fi), { since, entriesUntil })
  await assert.rejects(rounds(), { kind: "unavailable" })
  assert.equal((await known()).current, null)
  assert.equal(await received(), 2, "what a revoked key signs is not taken")
  await recoverKey(changeOf(fi))
  await rounds()
  assert.equal(await received(), 4)
  await put(federation, fi, id, ...indicators(1))
  await rounds()
  assert.equal(await received(), 5)
  assert.equal((await ownStatements(fi.store)).length, (await readStatements(jp.store, jp.peer(fi))).length)
})
