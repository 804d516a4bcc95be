import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, test } from "node:test"
import { day, openInProcess, prepared, START } from "../../test/support/node-in-process.ts"
import { address, indicator, malware, type Stix, stixId, text } from "../../test/support/stix.ts"
import { addObjects } from "./adding.ts"
import { eraseObject } from "./erasing.ts"
import type { Collection } from "./model.ts"

const node = await openInProcess()
after(() => node.close())

const add = (collection: Collection, ...objects: (Stix | string)[]) =>
  addObjects(node.store, collection, prepared(...objects))
const erase = (collection: Collection, id: string, versions: Parameters<typeof eraseObject>[2]["versions"] = "all") =>
  eraseObject(node.store, collection, { id, specs: null, versions, by: null })

/** Seqs by flag, and what each entry holds. */
function standing(collection: Collection) {
  const rows = node.meddle(
    `select e.seq, e.is_newest as n, e.is_first as f, e.is_last as l, e.kind, o.stamp, cast(o.bytes as text) as text
     from entry e left join object o on o.key = e.object where e.collection = ? order by e.seq`,
    collection.key,
  )
  const flagged = (flag: "n" | "f" | "l") => rows.filter((row) => row[flag] === 1).map(({ seq }) => seq)
  const kinds = rows.map(({ kind }) => kind)
  return { newest: flagged("n"), first: flagged("f"), last: flagged("l"), kinds, texts: rows.map((row) => row.text) }
}

const is = (outcomes: { is: string }[]) => outcomes.map((outcome) => outcome.is)
const LAST = { first: false, last: true, at: [] }

test("many objects are added in their order, however many transactions that takes", async () => {
  const collection = await node.collection()
  const objects = Array.from({ length: 1500 }, (_, i) => indicator({ name: `n${i}` }))
  let concluded = 0
  const outcomes = await addObjects(node.store, collection, prepared(...objects), async (_, all) => {
    concluded += all.length
  })
  assert.equal(concluded, 1500)
  assert.deepEqual(new Set(is(outcomes)), new Set(["accepted"]))
  assert.deepEqual(standing(collection).texts, objects.map(text))
  const dates = outcomes.map((outcome) => (outcome.is === "conflict" ? 0 : outcome.dateAdded))
  assert.deepEqual(
    dates,
    dates.map((_, i) => START + i),
  )
  assert.deepEqual((await node.reload(collection)).size, 1500)
})

test("what concludes an adding fails with it: neither is half done", async () => {
  const collection = await node.collection()
  const broken = addObjects(node.store, collection, prepared(indicator()), () => Promise.reject(new Error("no status")))
  await assert.rejects(broken, /no status/)
  assert.equal((await node.reload(collection)).size, 0)
  assert.deepEqual(await addObjects(node.store, collection, []), [])
})

test("the same object twice in one envelope is kept once, and both are told so", async () => {
  const collection = await node.collection()
  const object = indicator()
  const outcomes = await add(collection, object, object, { ...object, name: "other" }, object)
  assert.deepEqual(is(outcomes), ["accepted", "duplicate", "conflict", "duplicate"])
  const [first, second] = outcomes
  assert.ok(first?.is === "accepted" && second?.is === "duplicate")
  assert.deepEqual([second.object, second.dateAdded], [first.object, first.dateAdded])
  assert.equal((await node.reload(collection)).size, 1)
})

test("what is there already keeps its date and its first bytes, also in another spelling", async () => {
  const collection = await node.collection()
  const object = indicator()
  const [first] = await add(collection, object)
  node.clock.forward(1_000_000)
  const [again] = await add(collection, `{ ${text(object).slice(1)}`)
  assert.ok(first?.is === "accepted" && again?.is === "duplicate")
  assert.equal(again.dateAdded, first.dateAdded)
  assert.deepEqual(standing(collection).texts, [text(object)])
})

test("two collections hold the same version as one body, the first that came, with a salt and a time of their own", async () => {
  const [here, there] = [await node.collection(), await node.collection()]
  const object = indicator()
  const [first] = await add(here, object)
  const [second] = await add(there, `{ ${text(object).slice(1)}`)
  assert.ok(first?.is === "accepted" && second?.is === "accepted")
  assert.equal(second.object, first.object)
  assert.deepEqual(standing(there).texts, [text(object)])
  const rows = node.meddle("select salt, h from entry where object = ?", first.object)
  assert.equal(rows.length, 2)
  assert.notDeepEqual(rows[0]?.salt, rows[1]?.salt)
  assert.notDeepEqual(rows[0]?.h, rows[1]?.h)
})

test("a conflict is kept aside once for each content, and what stood stays", async () => {
  const collection = await node.collection()
  const object = malware()
  await add(collection, object)
  for (let i = 0; i < 2; i++) await add(collection, { ...object, name: "A" }, { ...object, name: "B" })
  const aside = node.meddle(
    "select reason, cast(bytes as text) as text from conflict where collection = ? order by key",
    collection.key,
  )
  assert.deepEqual(
    aside.map((row) => [row.reason, JSON.parse(String(row.text)).name]),
    [
      ["content", "A"],
      ["content", "B"],
    ],
  )
  assert.deepEqual(standing(collection).texts, [text(object)])
})

test("versions that come in any order stand in their own", async () => {
  const collection = await node.collection()
  const of = malware()
  const version = (number: number, changes = {}): Stix => ({ ...of, modified: day(number), ...changes })
  await add(collection, version(3), version(1), version(5), version(4), malware())
  const stood = standing(collection)
  assert.deepEqual(
    [stood.newest, stood.first, stood.last],
    [
      [0, 1, 2, 3, 4],
      [1, 4],
      [2, 4],
    ],
  )
  await add(collection, { ...version(9), spec_version: undefined, labels: ["x"] } as unknown as Stix)
  const older = standing(collection)
  assert.deepEqual(
    [older.newest, older.first, older.last],
    [
      [0, 1, 2, 3, 4],
      [1, 4],
      [2, 4],
    ],
  )
  await add(collection, version(6, { revoked: true }))
  const revoked = standing(collection)
  assert.deepEqual([revoked.last, revoked.kinds.at(-1)], [[4, 6], "revoke"])
})

test("a newer specification takes the stand of all versions of an older one", async () => {
  const collection = await node.collection()
  const of = malware({ labels: ["x"] })
  const old = (number: number) => ({ ...of, spec_version: undefined, modified: day(number) }) as unknown as Stix
  await add(collection, old(1), old(9))
  assert.deepEqual(standing(collection).last, [1])
  await add(collection, { ...of, modified: day(2) })
  const stood = standing(collection)
  assert.deepEqual([stood.newest, stood.first, stood.last], [[2], [2], [2]])
  await erase(collection, of.id, LAST)
  const after = standing(collection)
  assert.deepEqual([after.newest, after.first, after.last], [[0, 1], [0], [1]])
})

test("an observable of other content stands beside the first, and the one added last is shown", async () => {
  const collection = await node.collection()
  const plain = address("198.51.100.77")
  assert.deepEqual(is(await add(collection, plain, { ...plain, defanged: true }, plain)), [
    "accepted",
    "accepted",
    "duplicate",
  ])
  assert.deepEqual(standing(collection).last, [1])
})

/** Whether the text is anywhere in the database, once the log of changes is folded into it. */
function onDisk(marker: string): boolean {
  node.meddle("pragma wal_checkpoint(truncate)")
  const files = [node.folder.database, `${node.folder.database}-wal`]
  return files.some((path) => readFileSync(path).includes(marker))
}

test("erased from one collection an object stays in another; erased from both it is nowhere on the disk", async () => {
  const [here, there] = [await node.collection(), await node.collection()]
  const marker = `erased-${stixId("x")}`
  const object = indicator({ description: marker })
  await add(here, object)
  await add(there, object, { ...object, name: "a conflict" })
  assert.equal(await erase(here, object.id), 1)
  assert.deepEqual(standing(here).texts, [null, null])
  assert.deepEqual(standing(there).texts, [text(object)])
  assert.equal(onDisk(marker), true)
  assert.equal(await erase(there, object.id), 1)
  assert.equal(onDisk(marker), false)
  assert.equal(await erase(there, object.id), null)
})

test("of several versions the one that was asked for goes, and those left stand anew", async () => {
  const collection = await node.collection()
  const of = malware()
  await add(collection, ...[1, 2, 3].map((number): Stix => ({ ...of, modified: day(number) })))
  assert.equal(await erase(collection, of.id, { first: false, last: false, at: ["2022-01-03T00:00:00"] }), 1)
  const stood = standing(collection)
  assert.deepEqual([stood.newest, stood.first, stood.last], [[0, 2], [0], [2]])
  assert.equal(await erase(collection, of.id, { first: false, last: false, at: ["2030-01-01T00:00:00"] }), 0)
  assert.equal(await erase(collection, of.id, LAST), 1)
  assert.deepEqual(standing(collection).last, [0])
  assert.deepEqual(standing(collection).kinds, ["put", "put", "put", "erase", "erase"])
})

test("what was erased may come again as new, at a new place", async () => {
  const collection = await node.collection()
  const object = indicator()
  await add(collection, object)
  await erase(collection, object.id)
  assert.deepEqual(is(await add(collection, object)), ["accepted"])
  const stood = standing(collection)
  assert.deepEqual([stood.newest, stood.last, stood.texts], [[2], [2], [null, null, text(object)]])
})

test("the number of an erased object is never given to another: a status would name the wrong one", async () => {
  const collection = await node.collection()
  const [first, second] = [indicator(), indicator()]
  const [before] = await add(collection, first)
  await erase(collection, first.id)
  const [after] = await add(collection, second)
  assert.ok(before?.is === "accepted" && after?.is === "accepted")
  assert.ok(after.object > before.object, `${after.object} after ${before.object}`)
})

test("an erased entry keeps only its time, its commitment and the number of the entry that erased it", async () => {
  const collection = await node.collection()
  const object = indicator({ object_marking_refs: ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"] })
  await add(collection, object)
  await erase(collection, object.id)
  const [erased] = node.meddle("select * from entry where collection = ? and seq = 0", collection.key)
  const { collection: _, seq, kind, date_added, h, erased_by, ...rest } = erased ?? {}
  assert.deepEqual([seq, kind, erased_by, (h as Uint8Array).length], [0, "put", 1, 32])
  assert.ok(Number(date_added) >= START)
  assert.deepEqual(new Set(Object.values(rest)), new Set([null, 0]))
})
