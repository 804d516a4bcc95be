import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { indicators, mirrorAt, put, share } from "../../../test/support/shared.ts"
import type { Stix } from "../../../test/support/stix.ts"
import { ComityError } from "../../kernel/errors.ts"
import { findLog, type LogRow, parseCheckpoint, parseNote, record } from "../../ledger/index.ts"
import {
  type Collection,
  eraseShared,
  listCollections,
  loadCollection,
  loadNewest,
  markObject,
  recallObject,
} from "../../library/index.ts"
import { verifySteps } from "../../library/verifying.ts"
import { loadPeer } from "../../parties/index.ts"
import { openReader, type Tx } from "../../store/index.ts"
import { listConflicts } from "../evidence/queries.ts"
import { bodyOf, expectReceipts, openReceipts, say } from "../index.ts"
import { confirmGuard, guardLogs, standingOf } from "./guarding.ts"
import { findGuard, listGuards, witnessesOf } from "./queries.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let de: Member
let id: string
let first: Stix[]

/** Finland shares with three, who read and cosign. */
beforeEach(async () => {
  federation = await testFederation(["fi", "jp", "br", "de"])
  ;[fi, jp, br, de] = federation.members as [Member, Member, Member, Member]
  id = await share(fi, jp, br, de)
  first = indicators(5)
  await put(federation, fi, id, ...first)
  await all()
  await all()
})
afterEach(() => federation.close())

/** Everybody reads, and Finland shows everybody what it has. */
async function all(...readers: Member[]): Promise<void> {
  for (const node of readers.length === 0 ? [jp, br, de] : readers) {
    await node.round(fi)
    await fi.round(node)
  }
}

/** As after a restored backup and a start. */
async function restored(copy: string): Promise<void> {
  await fi.restore(copy)
  await guardLogs(fi.store)
}

async function change(work: (tx: Tx, collection: Collection) => Promise<unknown>): Promise<void> {
  federation.clock.forward(1_000_000)
  await fi.store.write(async (tx) => work(tx, await loadCollection(tx, id)))
}

const logOf = async (): Promise<LogRow> => findLog(fi.store, (await loadCollection(fi.store, id)).log)
const sizeOf = async () => (await logOf()).size
const guarded = async () => (await logOf()).guarded
const signedSize = async () => parseCheckpoint(parseNote((await logOf()).checkpoint).text).size
const refused = { kind: "unavailable", code: "log.guarded" }

/** All that the database says of a collection, but for keys and what was said to whom. */
function told(node: Member) {
  return node.meddle(
    `select e.seq, e.kind, e.marking, e.date_added, e.size, hex(e.salt) as salt, hex(e.h) as h, e.erases, e.erased_by, e.withdrawn_by,
       e.about, e.is_newest, e.is_first, e.is_last, o.id, o.origin, o.marking as held, o.withdrawn, hex(o.bytes) as bytes, o.key = e.kept as aside
     from entry e left join object o on o.key = coalesce(e.object, e.kept) join collection c on c.key = e.collection
     where c.id = '${id}' order by e.seq`,
  )
}

function faults(node: Member, collection: string): string[] {
  const reader = openReader(node.folder.database)
  const found: string[] = []
  for (const step of verifySteps(reader, { collection })) {
    if ("report" in step) found.push(...step.report.problems.map(({ seq, code }) => `${seq} ${code}`))
  }
  reader.close()
  return found
}

test("a node that starts signs nothing in a log that others cosigned until most of them answered", async () => {
  await guardLogs(fi.store)
  const before = await logOf()
  assert.deepEqual([before.guarded, (await listGuards(fi.store)).length], [1, 1])
  await assert.rejects(put(federation, fi, id, ...indicators(1)), refused)
  await fi.round(jp)
  assert.equal(await guarded(), 1)
  await assert.rejects(put(federation, fi, id, ...indicators(1)), refused)
  assert.equal((await logOf()).checkpoint, before.checkpoint)
  await fi.round(br)
  assert.equal(await guarded(), 0)
  await put(federation, fi, id, ...indicators(1))
  await all()
  assert.equal((await mirrorAt(de)).size, 6)
})

test("while a log is guarded everything else goes on: the inbox, the ledger, other logs, and reading", async () => {
  const other = await share(fi, jp)
  await guardLogs(fi.store)
  await fi.collection()
  await fi.store.write((tx) => record(tx, { what: "key.sealed", by: null, facts: {} }))
  await put(federation, fi, other, ...indicators(1)) // nobody cosigned it yet: nobody could know better
  await jp.round(fi)
  assert.equal((await listCollections(jp.store)).length, 2)
})

test("a restored older database gets its entries back from who mirrors them, exactly, and signs nothing before", async () => {
  const copy = fi.backup()
  const [object] = first
  const later = indicators(250)
  await put(federation, fi, id, ...later)
  await all()
  await change((tx, shared) => recallObject(tx, shared, later[3]?.id ?? "", "wrong"))
  await change((tx, shared) => markObject(tx, shared, later[4]?.id ?? "", { marking: "amber", withdrawn: true }))
  await change((tx, shared) => markObject(tx, shared, object?.id ?? "", { marking: "green", withdrawn: false }))
  await change((tx, shared) => eraseShared(tx, shared, first[1]?.id ?? ""))
  await all()
  const [before, log] = [told(fi), await logOf()]
  await restored(copy)
  const signatures: string[] = []
  const sign = fi.signer.sign.bind(fi.signer)
  fi.signer.sign = (message) => {
    signatures.push(Buffer.from(message).toString("latin1"))
    return sign(message)
  }
  assert.equal(await sizeOf(), 5)
  await fi.round(jp)
  assert.deepEqual([await sizeOf(), await guarded()], [log.size, 1])
  const checkpoints = signatures.filter((text) => text.startsWith(`${log.origin}\n`))
  assert.deepEqual(checkpoints, [])
  await fi.round(br)
  fi.signer.sign = sign
  const { edge, checkpoint, last_at } = await logOf()
  assert.deepEqual({ edge, checkpoint, last_at }, { edge: log.edge, checkpoint: log.checkpoint, last_at: log.last_at })
  assert.equal(await guarded(), 0)
  // Who wrote of an erased object is not known by it any more, and the inbox that held it was lost with the rest.
  const same = (rows: Record<string, unknown>[]) => rows.map((row) => ({ ...row, about: null, withdrawn: null }))
  assert.deepEqual(same(told(fi)), same(before))
  assert.deepEqual(faults(fi, id), [])
  assert.equal((await loadNewest(fi.store, later[0]?.id ?? "")).object.name, "n0")
  await put(federation, fi, id, ...indicators(1))
  await all()
  for (const node of [jp, br, de]) {
    assert.equal((await mirrorAt(node)).size, log.size + 1)
    assert.deepEqual(await listConflicts(node.store, 1), [])
  }
})

test("what was asked of recipients is asked again, and they answer again", async () => {
  const copy = fi.backup()
  await change(async (tx, shared) => {
    await expectReceipts(tx, shared, "recall", await recallObject(tx, shared, first[0]?.id ?? "", "wrong"))
  })
  await all()
  assert.deepEqual(await openReceipts(fi.store, 10), [])
  await restored(copy)
  for (const node of [jp, br, de]) await fi.round(node)
  const states = async () =>
    (
      await fi.store.all<{ party: string; state: string }>(sql`select party, state from receipt_due order by party`)
    ).map(({ state }) => state)
  assert.deepEqual(await states(), ["due", "due", "due"])
  for (const node of [jp, br, de]) {
    await fi.round(node)
    await node.round(fi)
  }
  assert.deepEqual(await states(), ["applied", "applied", "applied"])
})

test("an answer that a backup does not know is asked for again, also where the backup knows what was asked", async () => {
  await change(async (tx, shared) => {
    await expectReceipts(tx, shared, "recall", await recallObject(tx, shared, first[0]?.id ?? "", "wrong"))
  })
  const copy = fi.backup()
  await all()
  assert.deepEqual(await openReceipts(fi.store, 10), [])
  await restored(copy)
  assert.equal((await openReceipts(fi.store, 10)).length, 3)
  await guardLogs(fi.store)
  const [row] = fi.meddle("select count(*) as n from outbox where kind = 'answer-again' and delivered_at is null")
  assert.equal(row?.n, 3, "each is asked once, however often the node starts")
  await all()
  await all()
  assert.deepEqual(await openReceipts(fi.store, 10), [])
})

test("who asks for its receipts again and again, and does not take them, gets no more of them", async () => {
  const recalled = first[0]?.id ?? ""
  await change(async (tx, shared) => {
    await expectReceipts(tx, shared, "recall", await recallObject(tx, shared, recalled, "wrong"))
  })
  await all()
  const { origin } = await loadCollection(fi.store, id)
  const ask = async () =>
    say(fi.parts, await loadPeer(fi.store, jp.party), "answer-again", { body: bodyOf({ v: 1, origin, from: 0 }) })
  for (let i = 0; i < 20; i++) await ask()
  await assert.rejects(ask(), { kind: "slow-down" })
  await jp.round(fi)
  await ask()
})

test("a recall after a restored backup still reaches whom what came back had reached", async () => {
  const copy = fi.backup()
  const later = indicators(2)
  await put(federation, fi, id, ...later)
  await all()
  await restored(copy)
  await fi.round(jp)
  await fi.round(br)
  await fi.round(de)
  await change(async (tx, shared) => {
    const told = await recallObject(tx, shared, later[0]?.id ?? "", "wrong")
    assert.equal(await expectReceipts(tx, shared, "recall", told), 3)
  })
})

test("a guard outlives a restart, and an answer of before counts no more", async () => {
  await guardLogs(fi.store)
  await fi.round(jp)
  await fi.reopen()
  assert.equal(await guarded(), 1)
  await guardLogs(fi.store)
  await fi.round(br)
  assert.equal(await guarded(), 1)
  await fi.round(jp)
  assert.equal(await guarded(), 0)
})

test("silence is no answer, nor is a cosigner that forgot, nor one that shows what we never signed", async () => {
  await guardLogs(fi.store)
  federation.wire = async () => {
    throw new ComityError("unavailable", "peer.unreachable")
  }
  await assert.rejects(fi.round(jp), { code: "peer.unreachable" })
  federation.wire = (_, pass) => pass()
  await jp.store.write((tx) => tx.run(sql`update feed set target = 0`))
  await fi.round(jp)
  await br.store.write((tx) => tx.run(sql`update feed set checkpoint = replace(checkpoint, '5', '6'), target = 6`))
  await fi.round(br)
  await fi.round(de)
  const { log } = await loadCollection(fi.store, id)
  assert.deepEqual(standingOf(await witnessesOf(fi.store, log), 5), { cosigners: 3, agree: 1, answered: 3 })
  assert.equal(await guarded(), 1)
})

test("two people of the operator can answer instead, each once, unless the opposite is proven", async () => {
  await guardLogs(fi.store)
  const { log } = await loadCollection(fi.store, id)
  const confirm = (person: string) => fi.store.write((tx) => confirmGuard(tx, log, person))
  assert.equal(await confirm("anna"), 1)
  assert.equal(await confirm("anna"), 1)
  assert.equal(await guarded(), 1)
  assert.equal(await confirm("bert"), 2)
  assert.equal(await guarded(), 0)
  await assert.rejects(confirm("carl"), { code: "guard.none" })
  const [row] = fi.meddle("select count(*) as n from journal_entry where header like '%guard.confirmed%'")
  assert.equal(row?.n, 3)
})

test("a reader that holds more than we thought has us stop, also after the guard let go", async () => {
  const copy = fi.backup()
  await put(federation, fi, id, ...indicators(3))
  await all(jp) // only Japan knows of these
  await restored(copy)
  await fi.round(br)
  await fi.round(de)
  assert.equal(await guarded(), 0) // most of them knew nothing newer
  await fi.store.write((tx) => tx.run(sql`update audience set told = 0`))
  await fi.round(jp)
  assert.deepEqual([await sizeOf(), await signedSize()], [8, 8])
  await fi.round(br)
  assert.equal(await guarded(), 0)
  await put(federation, fi, id, ...indicators(1))
  await all()
  for (const node of [jp, br, de]) assert.equal((await mirrorAt(node)).size, 9)
})

test("a reader that only says it holds more stops nothing", async () => {
  await put(federation, fi, id, ...indicators(1))
  await jp.store.write((tx) => tx.run(sql`update feed set target = 99`))
  await fi.round(jp)
  assert.equal(await guarded(), 0)
})

test("a log that went on in another way before anybody could say so ends, and a successor names what was signed", async () => {
  const copy = fi.backup()
  await put(federation, fi, id, ...indicators(3))
  await all(jp)
  await fi.restore(copy)
  await fi.store.write((tx) => tx.run(sql`update log set guarded = 0`))
  await put(federation, fi, id, ...indicators(2)) // without a guard
  await fi.round(jp)
  const old = await loadCollection(fi.store, id)
  assert.deepEqual([await guarded(), await sizeOf()], [2, 7])
  assert.notEqual(old.closedAt, null)
  await assert.rejects(put(federation, fi, id, ...indicators(1)), { code: "log.ended" })
  const successor = await loadCollection(fi.store, old.successor ?? "")
  const row = await fi.store.get<{ follows: string }>(sql`select follows from collection where id = ${successor.id}`)
  assert.equal(parseCheckpoint(parseNote(row?.follows ?? "").text).size, 8)
  await put(federation, fi, successor.id, ...indicators(1))
  await jp.round(fi)
  await jp.round(fi)
  const mirror = await mirrorAt(jp, old.origin)
  assert.deepEqual([mirror.closedAt === null, mirror.successor, mirror.size], [false, successor.id, 8])
  assert.equal((await mirrorAt(jp, successor.origin)).size, 1)
})

test("what nobody has any more is waited for as long as somebody may have it, then the log closes and a successor follows", async () => {
  const copy = fi.backup()
  await put(federation, fi, id, ...indicators(3))
  await fi.round(jp) // Japan cosigned, and could not fetch any more
  await restored(copy)
  await fi.round(jp)
  assert.deepEqual([await guarded(), await sizeOf()], [1, 5])
  await fi.round(br)
  assert.equal(await guarded(), 1)
  const { log } = await loadCollection(fi.store, id)
  await assert.rejects(
    fi.store.write((tx) => confirmGuard(tx, log, "anna")),
    { code: "guard.more-signed" },
  )
  assert.equal(parseCheckpoint(parseNote((await findGuard(fi.store, log))?.missing ?? "").text).size, 8)
  await fi.round(de)
  assert.equal(await guarded(), 2)
  assert.equal(await signedSize(), 5)
  const [row] = fi.meddle("select count(*) as n from journal_entry where header like '%guard.given-up%'")
  assert.equal(row?.n, 1)
})

test("a body that one reader does not have comes from another; one that nobody has closes the log by its own last entry", async () => {
  const copy = fi.backup()
  const later = indicators(2)
  await put(federation, fi, id, ...later)
  await all()
  const forget = (node: Member, seq: number) =>
    node.store.write((tx) => tx.run(sql`update entry set object = null, salt = null, header = null where seq = ${seq}`))
  await forget(jp, 5)
  await restored(copy)
  await fi.round(jp)
  assert.deepEqual([await sizeOf(), faults(fi, id).length], [7, 1])
  await fi.round(br)
  assert.deepEqual([await guarded(), faults(fi, id)], [0, []])
  assert.equal((await loadNewest(fi.store, later[0]?.id ?? "")).object.name, "n0")
  for (const node of [jp, br, de]) await forget(node, 6)
  await restored(copy)
  await fi.round(jp)
  await fi.round(br)
  assert.equal(await guarded(), 1)
  await fi.round(de)
  const old = await loadCollection(fi.store, id)
  assert.deepEqual([await guarded(), old.size, old.closedAt === null], [0, 8, false])
  await all()
  assert.deepEqual([(await mirrorAt(jp, old.origin)).size, (await listConflicts(jp.store, 1)).length], [8, 0])
})

test("nobody but the owner of a log gets its entries back", async () => {
  const { origin } = await loadCollection(fi.store, id)
  const { say, bodyOf } = await import("../index.ts")
  const { loadPeer } = await import("../../parties/index.ts")
  const peer = await loadPeer(br.store, jp.party)
  const ask = say(br.parts, peer, "own-entries", { body: bodyOf({ v: 1, origin, from: 0, old: 0 }) })
  await assert.rejects(ask, { code: "peer.refused", kind: "not-found" })
  const held = await say(br.parts, peer, "held", { body: bodyOf({ v: 1 }) })
  assert.equal(Buffer.from(held.body).toString(), '{"held":[],"v":1}')
})
