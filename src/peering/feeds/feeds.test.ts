import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { day, prepared } from "../../../test/support/node-in-process.ts"
import { indicator, type Stix, stixId } from "../../../test/support/stix.ts"
import { PLAIN_TERMS } from "../../../test/support/terms.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import { appendEntry, type EntryHeader, entryHash, headerText, nextInstant, openLog } from "../../ledger/index.ts"
import {
  addObjects,
  addShared,
  type Collection,
  closeCollection,
  eraseObject,
  listCollections,
  listVersions,
  loadCollection,
  loadNewest,
  markObject,
  narrow,
  putShared,
  recallObject,
} from "../../library/index.ts"
import { insertEntry } from "../../library/queries.ts"
import { loadPeer } from "../../parties/index.ts"
import { tlpMarkingId } from "../../stix/index.ts"
import type { Tx } from "../../store/index.ts"
import { bodyOf, expectReceipts, openReceipts, say } from "../index.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member

beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
})
after(() => federation.close())

/** A shared collection of Finland's, for these. */
async function share(...audience: Member[]): Promise<string> {
  return addShared(
    fi.store,
    { title: "Shared", alias: null, terms: PLAIN_TERMS, audience: audience.map(({ party }) => party) },
    null,
  )
}

async function put(node: Member, collection: string, ...objects: Stix[]): Promise<void> {
  const inbox = await node.collection()
  await addObjects(node.store, inbox, prepared(...objects))
  await change(node, collection, async (tx, shared) => {
    for (const { id } of objects) {
      const [newest] = await tx.all<{ key: number }>(sql`select key from object where id = ${id} order by key desc`)
      await putShared(tx, shared, newest?.key ?? 0)
    }
  })
}

async function change<T>(node: Member, id: string, work: (tx: Tx, collection: Collection) => Promise<T>): Promise<T> {
  federation.clock.forward(1_000_000)
  return node.store.write(async (tx) => work(tx, await loadCollection(tx, id)))
}

async function mirrorAt(node: Member): Promise<Collection> {
  const mirror = (await listCollections(node.store)).find(({ kind }) => kind === "received")
  assert.ok(mirror)
  return mirror
}

/** What a holder shows of an object: its newest version; null if it shows none. */
async function shown(node: Member, id: string): Promise<{ name: unknown; marking: string | null } | null> {
  try {
    const { object, marking } = await loadNewest(node.store, id)
    return { name: object.name, marking }
  } catch (error) {
    if (error instanceof ComityError && error.kind === "not-found") return null
    throw error
  }
}

/** Tree, commitments and headers of a mirror are exactly those of the log that it mirrors. */
async function assertSameLog(owner: Member, id: string, holder: Member): Promise<void> {
  const [own, mirror] = [await loadCollection(owner.store, id), await mirrorAt(holder)]
  const log = (node: Member, { log: key }: Collection) =>
    node.store.get<{ size: number; edge: Uint8Array; checkpoint: string }>(
      sql`select size, edge, checkpoint from log where key = ${key}`,
    )
  assert.deepEqual({ ...(await log(holder, mirror)) }, { ...(await log(owner, own)) })
  const nodes = (node: Member, { log: key }: Collection) =>
    node.store.all(sql`select level, position, hash from log_node where log = ${key} order by level, position`)
  assert.deepEqual(await nodes(holder, mirror), await nodes(owner, own))
}

test("what is shared arrives with its owner, its mark and its log, and nowhere else", async () => {
  const id = await share(jp)
  const objects = Array.from({ length: 700 }, (_, i) => indicator({ name: `n${i}` }))
  await put(fi, id, ...objects)
  await jp.round(fi)
  await br.round(fi)
  await assertSameLog(fi, id, jp)
  assert.equal((await listCollections(br.store)).length, 0)
  const { origin } = await loadNewest(jp.store, objects[5]?.id ?? "")
  assert.equal(origin, fi.party)
  await jp.round(fi) // nothing new
  await assertSameLog(fi, id, jp)
})

test("what comes late has the time at which it came, so that whoever reads on from a time misses nothing", async () => {
  const id = await share(jp)
  await put(fi, id, indicator(), indicator())
  federation.clock.forward(3_600_000_000)
  await jp.round(fi)
  const times = await jp.store.all<{ at: number }>(sql`select date_added as at from entry order by seq`)
  const now = federation.clock.now()
  assert.deepEqual(
    times.map(({ at }) => at - now),
    [0, 1],
  )
})

test("a sync goes on after any message, and what comes twice counts once", async () => {
  const id = await share(jp)
  await put(fi, id, ...Array.from({ length: 1100 }, () => indicator()))
  for (let lost = 0; lost < 8; lost++) {
    let count = 0
    federation.wire = async (_, pass) => {
      count += 1
      const answer = count === 1 + (lost >> 1) && lost % 2 === 0 ? null : await pass()
      if (answer === null || count === 1 + (lost >> 1)) throw new ComityError("unavailable", "peer.unreachable")
      return answer
    }
    await assert.rejects(jp.round(fi), { code: "peer.unreachable" }).catch(() => {})
  }
  federation.wire = (_, pass) => pass()
  await jp.round(fi)
  await assertSameLog(fi, id, jp)
  const row = await jp.store.get<{ number: number }>(sql`select count(*) as number from object`)
  assert.equal(row?.number, 1100)
})

/** Of each pull: the collection, and from and up to which entry it came. */
function listening(pulls: [string, number, number][]): Federation["wire"] {
  return async (request, pass) => {
    const answer = await pass()
    if (request.url.endsWith("/pull")) {
      const { collection, from } = JSON.parse(Buffer.from(request.body).toString("utf8"))
      const { count } = JSON.parse(answer.body.subarray(0, answer.body.indexOf(10)).toString("utf8"))
      pulls.push([collection, from, from + count])
    }
    return answer
  }
}

test("who was away for a day asks for no entry twice, and for none that it has", async () => {
  const [busy, calm] = [await share(jp), await share(jp)]
  await put(fi, busy, ...Array.from({ length: 40 }, () => indicator()))
  await put(fi, calm, indicator())
  await jp.round(fi)
  const pulls: [string, number, number][] = []
  federation.wire = listening(pulls)
  for (let hour = 0; hour < 24; hour++) {
    federation.clock.forward(3_600_000_000)
    await put(fi, busy, ...Array.from({ length: 60 }, () => indicator()))
  }
  await jp.round(fi)
  assert.ok(pulls.length >= 3, "more than one part came")
  let held = 40
  for (const [collection, from, to] of pulls) {
    assert.deepEqual([collection, from], [busy, held])
    held = to
  }
  assert.equal(held, 40 + 24 * 60)
  pulls.length = 0
  await jp.round(fi)
  assert.deepEqual(pulls, [])
})

test("a recalled object is gone at the receiver, its owner has a receipt, and who comes later never gets it", async () => {
  const id = await share(jp, br)
  const [bad, good] = [indicator({ name: "bad" }), indicator({ name: "good" })]
  await put(fi, id, bad, good)
  await jp.round(fi)
  assert.equal((await shown(jp, bad.id))?.name, "bad")
  await change(fi, id, async (tx, shared) => {
    const told = await recallObject(tx, shared, bad.id, "false positive")
    assert.equal(await expectReceipts(tx, shared, "recall", told), 1) // Brazil had not got it
  })
  assert.deepEqual(
    (await openReceipts(fi.store, 10)).map(({ party, state }) => [party, state]),
    [[jp.party, "due"]],
  )
  await jp.round(fi)
  assert.equal(await shown(jp, bad.id), null)
  assert.equal((await shown(jp, good.id))?.name, "good")
  assert.deepEqual(await openReceipts(fi.store, 10), [])
  let leaked = false
  federation.wire = async (_, pass) => {
    const answer = await pass()
    leaked ||= answer.body.includes(bad.id)
    return answer
  }
  await br.round(fi)
  assert.equal(await shown(br, bad.id), null)
  assert.equal((await shown(br, good.id))?.name, "good")
  await assertSameLog(fi, id, br)
  const kept = await fi.store.get<{ kept: number }>(sql`select count(*) as kept from entry where kept is not null`)
  assert.deepEqual([leaked, kept?.kept], [true, 1]) // the recall names the object; its content stays at home
})

test("a stricter mark reaches who has the object, and nobody else gets it any more", async () => {
  const id = await share(jp, br)
  const object = indicator({ name: "leaky" })
  await put(fi, id, object)
  await jp.round(fi)
  await change(fi, id, async (tx, shared) => {
    const told = await markObject(tx, shared, object.id, { marking: "amber", withdrawn: true })
    await expectReceipts(tx, shared, "mark", told)
  })
  await jp.round(fi)
  await br.round(fi)
  assert.deepEqual(await shown(jp, object.id), { name: "leaky", marking: "amber" })
  assert.equal(await shown(br, object.id), null)
  assert.deepEqual(await openReceipts(fi.store, 10), [])
  await assertSameLog(fi, id, jp)
})

test("an erased object leaves no bytes at the receiver", async () => {
  const id = await share(jp)
  const object = indicator({ name: "erased-soon" })
  await put(fi, id, object, indicator())
  await jp.round(fi)
  await eraseObject(fi.store, await loadCollection(fi.store, id), {
    id: object.id,
    specs: null,
    versions: "all",
    by: null,
  })
  await jp.round(fi)
  const left = await jp.store.get<{ n: number }>(sql`select count(*) as n from object where id = ${object.id}`)
  assert.equal(left?.n, 0)
  await assertSameLog(fi, id, jp)
})

test("who left is told of recalls of what it had, and learns nothing of what came later", async () => {
  const id = await share(jp)
  const [old, later] = [indicator({ name: "old" }), indicator({ name: "later-secret" })]
  await put(fi, id, old)
  await jp.round(fi)
  await change(fi, id, (tx, shared) => narrow(tx, shared, jp.party, null))
  await put(fi, id, later)
  await change(fi, id, async (tx, shared) => {
    await expectReceipts(tx, shared, "recall", await recallObject(tx, shared, later.id, "secret-reason"))
    await expectReceipts(tx, shared, "recall", await recallObject(tx, shared, old.id, "wrong"))
  })
  const wire: Buffer[] = []
  federation.wire = async (_, pass) => {
    const answer = await pass()
    wire.push(answer.body)
    return answer
  }
  await jp.round(fi)
  assert.equal(await shown(jp, old.id), null)
  for (const word of [later.id, "later-secret", "secret-reason"]) {
    assert.equal(Buffer.concat(wire).includes(word), false, word)
  }
  assert.deepEqual(await openReceipts(fi.store, 10), [])
  await assertSameLog(fi, id, jp)
  const another = indicator({ name: "after" })
  await put(fi, id, another)
  await jp.round(fi)
  const told = await change(fi, id, (tx, shared) => recallObject(tx, shared, another.id, "wrong"))
  assert.equal(await change(fi, id, (tx, shared) => expectReceipts(tx, shared, "recall", told)), 0)
})

test("who left gets nothing any more that it had not fetched by then, however often it asks", async () => {
  const id = await share(jp)
  const [fetched, missed] = [indicator({ name: "fetched" }), indicator({ name: "missed-secret" })]
  await put(fi, id, fetched)
  await jp.round(fi)
  await put(fi, id, missed)
  await change(fi, id, (tx, shared) => narrow(tx, shared, jp.party, null))
  const pull = async (from: number) => {
    const body = bodyOf({ collection: id, from, old: 0 })
    return Buffer.from((await say(jp.parts, await loadPeer(jp.store, fi.party), "pull", { body })).body)
  }
  for (let i = 0; i < 2; i++) {
    for (const from of [0, 1]) assert.equal((await pull(from)).includes("missed-secret"), false)
  }
  const told = await change(fi, id, (tx, shared) => recallObject(tx, shared, missed.id, "reason-secret"))
  assert.equal(await change(fi, id, (tx, shared) => expectReceipts(tx, shared, "recall", told)), 0)
  assert.equal((await pull(2)).includes("reason-secret"), false)
  assert.equal((await pull(0)).includes("fetched"), true) // an answer that was lost
  await jp.round(fi)
  await assertSameLog(fi, id, jp)
  assert.equal(await shown(jp, missed.id), null)
})

test("a partner's version of what is ours is kept aside, and ours stays", async () => {
  const object = indicator({ name: "ours", modified: day(1) })
  await addObjects(jp.store, await jp.collection(), prepared(object))
  const id = await share(jp)
  await put(fi, id, { ...object, name: "theirs", modified: day(2) })
  await jp.round(fi)
  assert.equal((await shown(jp, object.id))?.name, "ours")
  const conflict = await jp.store.get<{ reason: string }>(sql`select reason from conflict`)
  assert.equal(conflict?.reason, "owner")
  assert.equal((await listVersions(jp.store, object.id, { limit: 10, offset: 0 })).count, 1)
  await assertSameLog(fi, id, jp)
})

test("bytes that are not those that were signed are not taken", async () => {
  const id = await share(jp)
  const object = indicator({ name: "before" })
  await put(fi, id, object, indicator())
  fi.meddle(
    "update object set bytes = replace(bytes, cast('before' as blob), cast('beyond' as blob)) where id = ?",
    object.id,
  )
  await assert.rejects(jp.round(fi), { code: "feed.entries-differ" })
  assert.equal((await mirrorAt(jp)).size, 0)
})

/** An entry as a partner with another program may sign it: any header, any body. */
async function sign(id: string, header: Partial<EntryHeader>, body: string): Promise<void> {
  await change(fi, id, async (tx, { key: collection, log: key }) => {
    const log = await openLog(tx, key)
    const dateAdded = nextInstant(tx, log)
    const nothing = { id: null, spec: null, version: null, marking: null, terms: null, previous: null, erases: null }
    const text = headerText({ ...nothing, kind: "put", date_added: formatInstant(dateAdded), ...header })
    const [salt, note] = [Buffer.alloc(32, 7), Buffer.from(body)]
    const h = entryHash(salt, text, note)
    const entry = {
      collection,
      seq: appendEntry(log, h),
      kind: "put",
      object: null,
      type: null,
      marking: null,
    } as const
    const rest = { size: note.length, salt, h, previous: null, erases: null, served: false, header: text, note }
    await insertEntry(tx, { ...entry, ...rest, dateAdded })
  })
}

test("what cannot be read, or says other than its header, is kept for the log and shown nowhere", async () => {
  const id = await share(jp)
  const object = indicator({ name: "odd" })
  const [{ version = "" } = {}] = prepared(object)
  const truth = { id: object.id, spec: "2.1", version }
  await sign(id, { id: stixId("indicator"), spec: "2.1", version: "1" }, "{ no object")
  await sign(id, { ...truth, id: stixId("indicator") }, JSON.stringify(object))
  await sign(id, { ...truth, kind: "revoke" }, JSON.stringify(object))
  await sign(id, { ...truth, spec: "2.0" }, JSON.stringify(object))
  await sign(id, truth, JSON.stringify({ ...object, object_marking_refs: [tlpMarkingId("red")] }))
  await sign(id, truth, `${JSON.stringify(object)},${JSON.stringify(indicator())}`)
  await sign(id, { kind: "recall" }, "")
  await sign(id, { kind: "erase", erases: 999 }, "")
  await put(fi, id, indicator({ name: "good" }))
  await jp.round(fi)
  await assertSameLog(fi, id, jp)
  const rows = await jp.store.all<{ id: string }>(sql`select o.id from entry e join object o on o.key = e.object`)
  assert.equal(rows.length, 1)
  const feed = await jp.store.get<{ refused: number; failure: string | null }>(sql`select refused, failure from feed`)
  assert.deepEqual({ ...feed }, { refused: 6, failure: null })
})

test("a closed collection says so to its readers", async () => {
  const id = await share(jp)
  await put(fi, id, indicator())
  await change(fi, id, (tx, shared) => closeCollection(tx, shared, null, null))
  await jp.round(fi)
  assert.notEqual((await mirrorAt(jp)).closedAt, null)
  await assertSameLog(fi, id, jp)
})

test("nobody but its owner writes into what was received, and nothing but a release into what is shared", async () => {
  const id = await share(jp)
  await put(fi, id, indicator())
  await jp.round(fi)
  const [mirror, shared] = [await mirrorAt(jp), await loadCollection(fi.store, id)]
  const refused = { kind: "refused", code: "collection.forbidden" }
  await assert.rejects(addObjects(jp.store, mirror, prepared(indicator())), refused)
  await assert.rejects(addObjects(fi.store, shared, prepared(indicator())), refused)
  const all = { id: indicator().id, specs: null, versions: "all", by: null } as const
  await assert.rejects(eraseObject(jp.store, mirror, all), refused)
  await assertSameLog(fi, id, jp)
})
