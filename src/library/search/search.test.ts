import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { openSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type TestContext, test } from "node:test"
import type { Worker } from "node:worker_threads"
import { day, type InProcess, openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { address, indicator, malware, newVersion, type Stix } from "../../../test/support/stix.ts"
import { tempFolder } from "../../../test/support/temp.ts"
import { diagnostics } from "../../kernel/diagnostics.ts"
import { openDerived } from "../../store/index.ts"
import { addObjects } from "../adding.ts"
import { eraseObject } from "../erasing.ts"
import type { Collection } from "../model.ts"
import { names } from "./finding.ts"
import { countBehind } from "./index-queries.ts"
import { readOn } from "./indexer.ts"
import type { Found, SearchQuery } from "./model.ts"
import { searchFile } from "./schema.ts"
import { Search } from "./search.ts"

const NONE: SearchQuery = {
  ...{ text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null },
  ...{ revoked: "any", sort: "newest", after: null, limit: 50 },
}

type Scene = { node: InProcess; collection: Collection; search: Search; said: string[] }

function searchOf(node: InProcess, said: string[] = [], index: string = node.folder.index): Search {
  const { database } = node.folder
  return new Search({
    database,
    index,
    commits: () => node.store.commits,
    diagnostics: diagnostics((line) => said.push(line)),
  })
}

async function scene(t: TestContext, ...objects: Stix[]): Promise<Scene> {
  const node = await openInProcess()
  const said: string[] = []
  const made: Scene = { node, collection: await node.collection(), search: searchOf(node, said), said }
  t.after(async () => {
    await made.search.close()
    await node.close()
  })
  await keep(made, ...objects)
  return made
}

async function keep(made: Scene, ...objects: Stix[]): Promise<void> {
  const collection = await made.node.reload(made.collection)
  if (objects.length > 0) await addObjects(made.node.store, collection, prepared(...objects))
  await made.search.settled()
}

async function erase({ node, collection }: Scene, id: string): Promise<void> {
  await eraseObject(node.store, await node.reload(collection), { id, specs: null, versions: "all", by: null })
}

const named = ({ hits }: Pick<Found, "hits">) => hits.map(({ name }) => name)
const look = async ({ search }: Scene, text: string) => named(await search.find({ ...NONE, text }))

test("Chinese words of two characters are found wherever they stand, and other pairs are not", async (t) => {
  const report = malware({ name: "A", description: "攻擊者以Emotet惡意程式竊取憑證。" })
  const made = await scene(
    t,
    report,
    malware({ name: "B", description: "善意 程度" }),
    malware({ name: "ランサムウェア" }),
  )
  assert.deepEqual(await look(made, "惡意"), ["A"])
  assert.deepEqual(await look(made, "意程"), ["A"])
  assert.deepEqual(await look(made, "竊取憑證"), ["A"])
  assert.deepEqual(await look(made, "emotet惡意"), ["A"])
  assert.deepEqual(await look(made, "意"), ["B", "A"])
  assert.deepEqual(await look(made, "取竊"), [])
  assert.deepEqual(await look(made, "ムウ"), ["ランサムウェア"])
})

test("indicators are found as they are and as people break them", async (t) => {
  const pattern = "[ipv4-addr:value = '198.51.100.7' OR url:value = 'https://evil.example/a?b=1']"
  const made = await scene(t, indicator({ name: "I", pattern }), address("203.0.113.9"))
  for (const text of ["198.51.100.7", "198.51.100[.]7", "hxxps://evil[.]example/a", "evil(dot)example"]) {
    assert.deepEqual(await look(made, text), ["I"], text)
  }
  assert.deepEqual(await look(made, "203[.]0[.]113[.]9"), ["203.0.113.9"])
  assert.deepEqual(await look(made, "51.198.100.7"), [])
})

test("a value is found that a report breaks itself", async (t) => {
  const made = await scene(
    t,
    malware({ name: "M", description: "It calls hxxp://bad[.]example/x and bad2[dot]example." }),
  )
  assert.deepEqual(await look(made, "http://bad.example/x"), ["M"])
  assert.deepEqual(await look(made, "bad2.example"), ["M"])
})

test("other catalogues' numbers, aliases and an object's own id find it", async (t) => {
  const external_references = [{ source_name: "mitre-attack", external_id: "T1059.001" }]
  const object = malware({ name: "M", aliases: ["Kobold"], external_references })
  const made = await scene(t, object, malware({ name: "N" }))
  for (const text of ["T1059", "t1059.001", "kob", object.id, ` ${object.id.toUpperCase()}`]) {
    assert.deepEqual(await look(made, text), ["M"], text)
  }
})

test("a marking is called by what it says", async (t) => {
  const marking = (uuid: string, kind: string, value: string) => ({
    ...{ type: "marking-definition", spec_version: "2.1", id: `marking-definition--${uuid}`, created: day(1) },
    ...{ definition_type: kind, definition: { [kind]: value } },
  })
  const statement = marking("0f0e0d0c-0b0a-4000-8000-000000000001", "statement", "Copyright of somebody")
  const made = await scene(t, statement, marking("0f0e0d0c-0b0a-4000-8000-000000000002", "pap", "amber"))
  assert.deepEqual(await look(made, ""), ["PAP:AMBER", "Copyright of somebody"])
})

test("a new version replaces the old one, and one that comes late does not", async (t) => {
  const first = malware({ name: "Before", modified: day(3) })
  const made = await scene(t, first)
  await keep(made, newVersion(first, day(5), { name: "Now", revoked: true }))
  await keep(made, newVersion(first, day(4), { name: "Late" }))
  assert.deepEqual(await look(made, ""), ["Now"])
  assert.deepEqual(await look(made, "before"), [])
  assert.deepEqual(named(await made.search.find({ ...NONE, revoked: "no" })), [])
  const { objects, revoked } = await made.search.tallies()
  assert.deepEqual({ objects, revoked }, { objects: 1, revoked: 1 })
})

test("what the database holds no more is not shown, whether the index knows it or not", async (t) => {
  const object = malware({ name: "Here" })
  const made = await scene(t, object)
  made.node.meddle("delete from entry where object = 1")
  made.node.meddle("delete from object where key = 1")
  assert.deepEqual(await look(made, "here"), [])
  for (const sort of ["oldest", "name", "modified"] as const) {
    assert.deepEqual((await made.search.find({ ...NONE, sort })).hits, [], sort)
  }
  assert.deepEqual((await made.search.keys(NONE, 10)).keys, [])
  assert.deepEqual([...(await made.search.names([object.id])).keys()], [])
  assert.deepEqual(await made.search.recent(5), [])
})

test("what is erased is gone from the file, with every word of it", async (t) => {
  const objects = Array.from({ length: 30 }, (_, i) => malware({ name: `Other ${i}`, description: "kept words" }))
  const secret = malware({ name: "Unmistakablename", description: "unmistakabletext 惡意程式" })
  const made = await scene(t, ...objects, secret)
  const inFile = () => ["nmistakablename", "unmistakabletext", secret.id].filter((text) => fileOf(made).includes(text))
  assert.deepEqual(inFile().length, 3)
  await erase(made, secret.id)
  await made.search.settled()
  assert.deepEqual(await look(made, "unmistakablename"), [])
  assert.deepEqual(inFile(), [])
  assert.equal((await look(made, "kept")).length, 30)
})

test("a mark that got stricter in another collection is what the index shows and filters by", async (t) => {
  const object = malware({ name: "M" })
  const made = await scene(t, object)
  const strict = prepared(object).map((one) => ({ ...one, marking: "red" as const }))
  await addObjects(made.node.store, await made.node.collection("strict"), strict)
  await made.search.settled()
  const { hits } = await made.search.find({ ...NONE, markings: ["red"] })
  assert.deepEqual(
    hits.map(({ name, marking }) => [name, marking]),
    [["M", "red"]],
  )
})

test("of an object whose newest version is erased the one before is found again", async (t) => {
  const first = malware({ name: "Before", modified: day(3) })
  const made = await scene(t, first, newVersion(first, day(5), { name: "Now" }))
  const { node, collection } = made
  const last = { id: first.id, specs: null, versions: { first: false, last: true, at: [] }, by: null }
  await eraseObject(node.store, await node.reload(collection), last)
  await made.search.settled()
  assert.deepEqual(await look(made, ""), ["Before"])
})

test("what is erased before the index has read of it never stays in the index", async (t) => {
  const first = malware({ name: "Before", modified: day(3) })
  const others = Array.from({ length: 600 }, (_, i) => malware({ name: `Other ${i}` }))
  const node = await openInProcess()
  t.after(() => node.close())
  const collection = await node.collection()
  const second = newVersion(first, day(5), { name: "Unmistakablename" })
  await addObjects(node.store, collection, prepared(first, ...others, second))
  const index = openDerived(searchFile(node.folder.index, node.folder.database))
  for (let ms = 0; countBehind(index) > 600; ms++) readOn(index, ms)
  assert.ok(countBehind(index) > 0, "the index is in the middle")
  index.commit()
  const last = { id: first.id, specs: null, versions: { first: false, last: true, at: [] }, by: null }
  await eraseObject(node.store, await node.reload(collection), last)
  while (readOn(index, 1000)) index.commit()
  index.commit()
  const found = [...names(index, [first.id]).values()]
  index.close()
  assert.deepEqual(named({ hits: found }), ["Before"])
  assert.ok(!readFileSync(node.folder.index).includes("nmistakablename"))
})

test("after a restart the index goes on where it was", async (t) => {
  const made = await scene(t, malware({ name: "One" }))
  await made.search.close()
  const made2 = { ...made, search: searchOf(made.node, made.said) }
  t.after(() => made2.search.close())
  await keep(made2, malware({ name: "Two" }))
  assert.deepEqual(await look(made2, ""), ["Two", "One"])
  assert.deepEqual(made.said, [])
})

test("a damaged index is made again, at the start and under way", async (t) => {
  const many = Array.from({ length: 400 }, (_, i) => malware({ name: `Number ${i}`, description: "x".repeat(300) + i }))
  const made = await scene(t, ...many)
  await made.search.close()
  const { index } = made.node.folder
  const spoilt = [
    () => writeFileSync(index, "no database ".repeat(1000)),
    () => {
      const file = openSync(index, "r+")
      for (let at = 4 * 4096; at < statSync(index).size; at += 4096) writeSync(file, Buffer.alloc(4096, 9), 0, 4096, at)
    },
  ]
  for (const spoil of spoilt) {
    spoil()
    const search = searchOf(made.node, made.said)
    await search.find({ ...NONE, text: "number" })
    await search.settled()
    assert.equal((await search.find({ ...NONE, text: "number" })).total, 400)
    await search.close()
  }
})

test("an index that is deleted under way is made again with what comes next", async (t) => {
  const made = await scene(t, malware({ name: "One" }))
  rmSync(made.node.folder.index)
  await keep(made, malware({ name: "Two" }))
  await made.search.settled()
  assert.deepEqual(await look(made, ""), ["Two", "One"])
})

test("a database that is older than the index, as a backup brought back is, makes it again", async (t) => {
  const made = await scene(t, malware({ name: "One" }), malware({ name: "Two" }))
  await made.search.close()
  made.node.meddle("update entry set h = zeroblob(32) where collection = 1 and seq = 1")
  const search = searchOf(made.node, made.said)
  await search.settled()
  assert.equal((await search.find(NONE)).total, 2)
  await search.close()
  assert.equal(made.said.filter((line) => line.includes("another-database")).length, 1)
})

test("a thread that rested comes back with the next question, and what waits is answered", async (t) => {
  const made = await scene(t, malware({ name: "One" }))
  await looked()
  await made.search.settled()
  await made.search.rest()
  assert.deepEqual(await look(made, "one"), ["One"])
  const asked = look(made, "one")
  await made.search.rest()
  assert.deepEqual(await asked, ["One"])
})

test("while a thread lets go of the file no other opens it, and a question waits or is told that all is closed", async (t) => {
  const threads: string[] = []
  const note = (worker: Worker) => {
    threads.push("start")
    worker.once("exit", () => threads.push("end"))
  }
  process.on("worker", note)
  t.after(() => process.off("worker", note))
  const made = await scene(t, malware({ name: "One" }))
  for (const closing of [false, true]) {
    await looked()
    await made.search.settled()
    threads.length = 0
    const resting = made.search.rest()
    const asked = look(made, "one")
    const refused = closing ? assert.rejects(asked, { code: "worker.gone" }) : null
    if (closing) await made.search.close()
    await resting
    await (refused ?? assert.doesNotReject(async () => assert.deepEqual(await asked, ["One"])))
    assert.deepEqual(threads, closing ? ["end"] : ["end", "start"])
  }
})

test("on a full disk what is known is found, also in the middle of reading, and the rest once there is room", async (t) => {
  const disk = tempFolder()
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "none", disk])
  if (mounted.status !== 0) return t.diagnostic(`not run: mounting a small disk is not permitted here`)
  t.after(() => spawnSync("umount", ["-l", disk]))
  const made = await scene(t)
  await made.search.close()
  made.search = searchOf(made.node, made.said, join(disk, "index.sqlite"))
  await keep(made, malware({ name: "Known" }))
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(join(disk, "filler"), Buffer.alloc(bavail * bsize - 160 * 1024))
  const description = "words of some length ".repeat(20)
  const many = Array.from({ length: 1500 }, (_, i) => malware({ name: `Number ${i}`, description }))
  await assert.rejects(keep(made, ...many), /full/)
  await looked()
  const reading = assert.rejects(made.search.settled(), /full/)
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(await look(made, "known"), ["Known"])
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await assert.rejects(made.search.settled(), /full/)
  await reading
  rmSync(join(disk, "filler"))
  await made.search.settled()
  assert.equal((await made.search.find({ ...NONE, text: "number" })).total, 1500)
  assert.ok(!made.said.some((line) => line.includes("thread-ended")))
})

test("what could not be read on is tried again, by itself and by a thread that comes back", async (t) => {
  const made = await scene(t)
  for (const [name, rests] of [["One", false] as const, ["Two", true] as const]) {
    meddle(made, "create trigger refusing before insert on doc begin select raise(abort, 'no room'); end")
    await assert.rejects(keep(made, malware({ name })), /no room/)
    await looked()
    if (rests) await made.search.rest()
    meddle(made, "drop trigger refusing")
    await eventually(async () => (await look(made, name)).length === 1)
    assert.equal(made.search.state().rebuilding, false)
  }
  assert.equal(made.said.filter((line) => line.includes("reading-failed")).length, 2, "each failure is told once")
})

test("without being told, the index notices a commit", async (t) => {
  const made = await scene(t)
  await addObjects(made.node.store, await made.node.reload(made.collection), prepared(malware({ name: "One" })))
  await eventually(async () => (await look(made, "one")).length === 1)
})

test("tallies count each object once, as its newest version says it", async (t) => {
  const green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
  const object = malware({ name: "M", modified: day(1), object_marking_refs: [green] })
  const made = await scene(t, object, address("203.0.113.9"))
  const second = await made.node.collection("second")
  made.node.clock.forward(100 * 60_000_000) // the same day, in another hour
  await addObjects(made.node.store, second, prepared(object))
  await keep(made, newVersion(object, day(2)))
  const { objects, types, markings, collections, days } = await made.search.tallies()
  assert.equal(objects, 2)
  assert.deepEqual(types, [
    { value: "ipv4-addr", objects: 1 },
    { value: "malware", objects: 1 },
  ])
  assert.deepEqual(markings, [
    { value: "green", objects: 1 },
    { value: "none", objects: 1 },
  ])
  assert.deepEqual(collections, [
    { id: made.collection.id, objects: 2 },
    { id: second.id, objects: 1 },
  ])
  assert.deepEqual(
    days.map((one) => ({ ...one })),
    [{ day: Date.UTC(2026, 0, 1) * 1000, objects: 2 }],
  )
})

function fileOf({ node }: Scene): Buffer {
  return readFileSync(node.folder.index)
}

/** Until the look that follows a commit has been. */
function looked(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300))
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    assert.ok(tries < 200)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function meddle({ node }: Scene, text: string): void {
  const database = new DatabaseSync(node.folder.index, { timeout: 1000 })
  database.exec(text)
  database.close()
}
