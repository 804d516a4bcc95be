import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { indicators, mirrorAt, put, share } from "../../../test/support/shared.ts"
import type { Stix } from "../../../test/support/stix.ts"
import { tempFolder } from "../../../test/support/temp.ts"
import { newKeyPair, signerOf } from "../../crypto/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { findLog } from "../../ledger/index.ts"
import { type Collection, findMember, listCollections, loadCollection, recallObject } from "../../library/index.ts"
import type { Tx } from "../../store/index.ts"
import { listConflicts } from "../evidence/queries.ts"
import { expectReceipts, openReceipts } from "../index.ts"
import { countWaiting } from "../queries.ts"
import { exportFeed, importFeed } from "./carrying.ts"
import { feedHandlers } from "./commands.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let id: string
let objects: Stix[]

/** No message ever passes: everything goes by file. */
beforeEach(async () => {
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
  federation.wire = async () => {
    throw new ComityError("unavailable", "peer.unreachable")
  }
  id = await share(fi, jp)
  objects = indicators(1300)
  await put(federation, fi, id, ...objects)
})
afterEach(() => federation.close())

async function written(from: Member, to: Member, wish: { collection?: string; from?: number } = {}): Promise<string> {
  const path = join(tempFolder(), "feed")
  const pieces: Buffer[] = []
  const { collection = null, from: first = null } = wish
  await exportFeed(from.parts, { party: to.party, collection, from: first }, async (bytes) => {
    pieces.push(bytes)
  })
  writeFileSync(path, Buffer.concat(pieces))
  return path
}

async function assertSame(): Promise<void> {
  const log = async (node: Member, { log: key }: Collection) => {
    const { size, edge, checkpoint } = await findLog(node.store, key)
    return { size, edge, checkpoint }
  }
  assert.deepEqual(await log(jp, await mirrorAt(jp)), await log(fi, await loadCollection(fi.store, id)))
}

async function change(work: (tx: Tx, collection: Collection) => Promise<unknown>): Promise<void> {
  federation.clock.forward(1_000_000)
  await fi.store.write(async (tx) => work(tx, await loadCollection(tx, id)))
}

test("a file brings what the network would, verified in the same way, and what left in it counts as served", async () => {
  const path = await written(fi, jp)
  const { key } = await loadCollection(fi.store, id)
  assert.equal((await findMember(fi.store, key, jp.party))?.served, 1300)
  assert.deepEqual(await importFeed(jp.parts, path), { party: fi.party, entries: 1300, receipts: 0, settled: 0 })
  await assertSame()
  const [feed] = jp.meddle("select target, state, failure from feed")
  assert.deepEqual({ ...feed }, { target: 1300, state: "open", failure: null })
})

test("the next file goes on where the last one ended; one that came before, or comes again, changes nothing", async () => {
  const first = await written(fi, jp)
  await put(federation, fi, id, ...indicators(3))
  const second = await written(fi, jp)
  const whole = await written(fi, jp, { from: 0 })
  assert.ok(readFileSync(second).length < readFileSync(first).length / 10)
  await importFeed(jp.parts, first)
  assert.equal((await importFeed(jp.parts, first)).entries, 0)
  assert.equal((await importFeed(jp.parts, second)).entries, 3)
  for (const path of [first, second, whole]) assert.equal((await importFeed(jp.parts, path)).entries, 0)
  await assertSame()
  await put(federation, fi, id, ...indicators(2))
  assert.equal((await importFeed(jp.parts, await written(fi, jp, { from: 700, collection: id }))).entries, 2)
  await assertSame()
})

test("a file that presupposes another says what is missing, and nothing of it is taken", async () => {
  const first = await written(fi, jp)
  await put(federation, fi, id, ...indicators(3))
  const second = await written(fi, jp)
  await assert.rejects(importFeed(jp.parts, second), {
    code: "feed.gap",
    details: { held: 0, from: 1300, title: "Shared" },
  })
  assert.equal((await mirrorAt(jp)).size, 0)
  await importFeed(jp.parts, first)
  assert.equal((await importFeed(jp.parts, second)).entries, 3)
})

test("an import that was cut short goes on with the same file", async () => {
  const path = await written(fi, jp)
  let pieces = 0
  const stop = async () => {
    pieces += 1
    if (pieces === 2) throw new Error("cut")
  }
  await assert.rejects(importFeed(jp.parts, path, stop), /cut/)
  assert.equal((await mirrorAt(jp)).size, 1000)
  assert.equal((await importFeed(jp.parts, path)).entries, 300)
  await assertSame()
})

test("a file for somebody else, from nobody we know, or from a partner that is paused is not taken", async () => {
  const path = await written(fi, jp)
  await assert.rejects(importFeed(br.parts, path), { code: "feed.not-for-us" })
  assert.equal((await listCollections(br.store)).length, 0)
  await jp.store.write((tx) => tx.run(sql`update peer set state = 'suspended' where party = ${fi.party}`))
  await assert.rejects(importFeed(jp.parts, path), { code: "peer.not-active" })
  await jp.store.write((tx) => tx.run(sql`update peer set party = 'identity--x' where party = ${fi.party}`))
  await assert.rejects(importFeed(jp.parts, path), { code: "peer.unknown" })
  await assert.rejects(written(fi, br, { collection: id }), { code: "audience.member" })
  const empty = await written(fi, br)
  assert.deepEqual(await importFeed(br.parts, empty), { party: fi.party, entries: 0, receipts: 0, settled: 0 })
})

test("a file that was changed, cut or put together anew is refused; what is kept is what was signed", async () => {
  const good = readFileSync(await written(fi, jp))
  const path = join(tempFolder(), "changed")
  const attempt = async (bytes: Buffer) => {
    writeFileSync(path, bytes)
    return importFeed(jp.parts, path)
  }
  const text = (from: string, to: string) => Buffer.from(good.toString("latin1").replace(from, to), "latin1")
  await assert.rejects(attempt(text(jp.party, br.party)), { code: /feed.not-for-us|note.signature-wrong/ })
  await assert.rejects(attempt(text('"title":"Shared"', '"title":"Changed"')), { kind: /invalid|refused/ })
  await assert.rejects(attempt(text("comity-feed/1", "comity-feed/2")), { code: "feed.file-malformed" })
  await assert.rejects(attempt(good.subarray(0, 200)), { code: "feed.file-malformed" })
  const forged = fi.parts.self.signer
  Object.assign(fi.parts.self, { signer: signerOf(newKeyPair()) })
  const stranger = await written(fi, jp, { from: 0 })
  Object.assign(fi.parts.self, { signer: forged })
  await assert.rejects(importFeed(jp.parts, stranger), { code: /note.unsigned|note.signature-wrong/ })
  assert.equal((await listCollections(jp.store)).length, 0)
  await assert.rejects(attempt(text("n700", "n7x0")), { code: "feed.entries-differ" })
  assert.equal((await mirrorAt(jp)).size, 500)
  await assert.rejects(attempt(good.subarray(0, -4)), { code: "feed.file-malformed" }) // all entries are there by then
  await assertSame()
})

test("receipts come back in a file, and rest once the owner's next file says that they arrived", async () => {
  await importFeed(jp.parts, await written(fi, jp))
  await change(async (tx, shared) => {
    await expectReceipts(tx, shared, "recall", await recallObject(tx, shared, objects[3]?.id ?? "", "wrong"))
  })
  assert.equal((await openReceipts(fi.store, 10)).length, 1)
  await importFeed(jp.parts, await written(fi, jp))
  const waiting = async () => (await countWaiting(jp.store, jp.peer(fi))).number
  assert.equal(await waiting(), 1)
  const back = await written(jp, fi)
  assert.deepEqual(await importFeed(fi.parts, back), { party: jp.party, entries: 0, receipts: 1, settled: 0 })
  assert.deepEqual(await openReceipts(fi.store, 10), [])
  assert.equal((await importFeed(fi.parts, back)).receipts, 1) // again: it changes nothing
  assert.equal(await waiting(), 1)
  assert.equal((await importFeed(jp.parts, await written(fi, jp))).settled, 1)
  assert.equal(await waiting(), 0)
})

test("another history in a file is evidence, also in one that brings nothing new", async () => {
  const copy = fi.backup()
  await put(federation, fi, id, ...indicators(2))
  await importFeed(jp.parts, await written(fi, jp, { from: 0 }))
  await fi.restore(copy)
  await put(federation, fi, id, ...indicators(1))
  const shorter = await written(fi, jp, { from: 0 })
  await assert.rejects(importFeed(jp.parts, shorter), { code: "feed.conflicting-checkpoints" })
  assert.deepEqual(
    (await listConflicts(jp.store, 9)).map(({ how, firstSize, secondSize }) => [how, firstSize, secondSize]),
    [["file", 1301, 1302]],
  )
  await assert.rejects(importFeed(jp.parts, shorter), { code: "feed.broken" })
})

test("file and network may take turns", async () => {
  await importFeed(jp.parts, await written(fi, jp))
  federation.wire = (_, pass) => pass()
  await put(federation, fi, id, ...indicators(2))
  await jp.round(fi)
  await assertSame()
  await put(federation, fi, id, ...indicators(2))
  assert.equal((await importFeed(jp.parts, await written(fi, jp))).entries, 2)
  await jp.round(fi)
  await assertSame()
})

test("a command writes a new file or none, and never over another", async () => {
  const handlers = feedHandlers(fi.parts)
  const call = (name: string, given: { [name: string]: string }) => {
    const handler = handlers[name]
    assert.ok(handler)
    return handler({ arguments: given, progress: async () => {} } as never)
  }
  const out = join(tempFolder(), "feed")
  assert.deepEqual(await call("feed export", { PARTY: "jp", out }), { file: out, entries: 1300, receipts: 0 })
  await assert.rejects(call("feed export", { PARTY: "jp", out }), { code: "feed.not-written" })
  const other = join(tempFolder(), "feed")
  await assert.rejects(call("feed export", { PARTY: "br", out: other, collection: id }), { code: "audience.member" })
  assert.throws(() => readFileSync(other), { code: "ENOENT" })
  await assert.rejects(call("feed export", { PARTY: "jp", out: other, from: "5" }), { name: "ZodError" })
  await assert.rejects(importFeed(jp.parts, other), { code: "feed.no-file" })
})
