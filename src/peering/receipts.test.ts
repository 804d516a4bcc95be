import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../test/support/federation.ts"
import { everybodyPulls, import_, marked, release, share } from "../../test/support/sharing.ts"
import { PLAIN_TERMS } from "../../test/support/terms.ts"
import { newKeyPair, type Signer, signerOf } from "../crypto/index.ts"
import { canonicalize } from "../kernel/canonical.ts"
import { DAY, formatInstant, plusMicroseconds } from "../kernel/time.ts"
import { rotateKey, signNote } from "../ledger/index.ts"
import { addShared, type Collection, loadCollection, recallObject } from "../library/index.ts"
import { loadPeer } from "../parties/index.ts"
import { bodyOf, countOverdue, expectReceipts, openReceipts, say } from "./index.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let shared: Collection

/** Finland recalled an object that Japan had got; Japan has not heard it yet. */
beforeEach(async () => {
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
  shared = await share(fi, jp)
  const object = marked("green")
  await import_(fi, object)
  await release(fi, [shared], [object.id])
  await everybodyPulls(federation, fi)
  await fi.store.write(async (tx) => {
    const collection = await loadCollection(tx, shared.id)
    await expectReceipts(tx, collection, "recall", await recallObject(tx, collection, object.id, "wrong"))
  })
  assert.equal((await openReceipts(fi.store, 10)).length, 1)
})
afterEach(() => federation.close())

async function commitmentOf(seq: number): Promise<string> {
  const row = await fi.store.get<{ h: Uint8Array }>(
    sql`select h from entry where collection = ${shared.key} and seq = ${seq}`,
  )
  return Buffer.from(row?.h ?? []).toString("base64")
}

type Changes = { h?: string; result?: string; until?: string | null; collection?: string; signer?: Signer }

/** A receipt for the recall, entry 1, as a partner may write it. */
async function answer(from: Member, changes: Changes = {}): Promise<void> {
  const { signer = from.signer, collection = shared.id, ...rest } = changes
  const one = { seq: 1, kind: "recall", result: "applied", reason: null, until: null, onward: 0 }
  const receipts = [{ ...one, h: await commitmentOf(1), ...rest }]
  const said = { v: 1, collection, origin: shared.origin, at: formatInstant(federation.clock.now()), receipts }
  const note = signNote(`comity/receipts/v1\n${canonicalize(said)}\n`, { name: from.party, signer })
  await say(from.parts, await loadPeer(from.store, fi.party), "receipts", { body: bodyOf({ note }) })
}

test("a receipt for another entry than the one that was told settles nothing", async () => {
  for (const h of [await commitmentOf(0), "", "x".repeat(44)]) await answer(jp, { h })
  assert.equal((await openReceipts(fi.store, 10)).length, 1)
  await answer(jp)
  assert.deepEqual(await openReceipts(fi.store, 10), [])
})

test("nobody answers for another, and who reads a collection is not told by a refusal", async () => {
  const unread = await addShared(
    fi.store,
    { title: "Other", alias: null, terms: PLAIN_TERMS, audience: [jp.party] },
    null,
  )
  const none = crypto.randomUUID()
  for (const collection of [shared.id, unread, none]) {
    await assert.rejects(answer(br, { collection }), {
      kind: "not-found",
      details: { status: 404, code: "collection.unknown" },
    })
  }
  assert.equal((await openReceipts(fi.store, 10)).length, 1)
})

test("nobody puts an answer off for ever", async () => {
  await answer(jp, { result: "pending", until: "9999-12-31T23:59:59Z" })
  assert.equal(await countOverdue(fi.store, federation.clock.now()), 0)
  assert.equal(await countOverdue(fi.store, plusMicroseconds(federation.clock.now(), 31 * DAY)), 1)
})

test("a receipt that waited over a change of keys counts, one by a key that was never the partner's does not", async () => {
  const former = signerOf(jp.files.load("current"))
  const offline = { next: jp.files.load("next"), recovery: jp.files.load("recovery") }
  await rotateKey({ store: jp.store, files: jp.files, ring: jp.signer, passphrase: null, offline })
  await assert.rejects(answer(jp, { signer: signerOf(newKeyPair()) }), { code: "peer.refused" })
  assert.equal((await openReceipts(fi.store, 10)).length, 1)
  await answer(jp, { signer: former })
  assert.deepEqual(await openReceipts(fi.store, 10), [])
})
