import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess, prepared } from "../../test/support/node-in-process.ts"
import { addSharedThings } from "../../test/support/shared-things.ts"
import { indicator, newVersion, type Stix, stixId } from "../../test/support/stix.ts"
import { addPerson } from "../accounts/operations.ts"
import { formatOf, translator } from "../http/index.ts"
import { silent } from "../kernel/diagnostics.ts"
import { DAY, type Instant } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import { addCollection, addObjects, Search } from "../library/index.ts"
import { daysChart, lastDays } from "./days.ts"
import { locations } from "./locations.ts"
import { type OverviewParts, overviewFor, type Sees } from "./overview.ts"
import { wentOut } from "./went-out.ts"

const node = await openInProcess()
const { store, folder } = node
const search = new Search({
  database: folder.database,
  index: folder.index,
  commits: () => store.commits,
  diagnostics: silent,
})
after(async () => {
  await search.close()
  await node.close()
})

const keys = { unsealed: true, notMoved: false }
const parts: OverviewParts = {
  ...{ store, folder, search, ownParty: async () => null },
  unsealed: () => keys.unsealed,
  notMoved: () => keys.notMoved,
}
const NOBODY: Sees = { content: false, work: false, decide: false, node: false }
const waits = async (sees: Partial<Sees>) =>
  (await overviewFor(parts, { ...NOBODY, ...sees }, "somebody", node.clock.now())).waiting.map(({ key }) => key)

function location(changes: Record<string, unknown>): Stix {
  const times = { created: "2020-01-01T00:00:00.000Z", modified: "2020-01-01T00:00:00.000Z" }
  return { type: "location", spec_version: "2.1", id: stixId("location"), ...times, ...changes }
}

test("who runs the node is told of its keys and that there is no collection, and nobody else is", async () => {
  assert.deepEqual(await waits({ node: true }), ["unsealed", "no-collection"])
  assert.deepEqual(await waits({ content: true, work: true }), [])
  keys.unsealed = false
  keys.notMoved = true
  assert.deepEqual(await waits({ node: true }), ["not-moved", "no-collection"])
  keys.notMoved = false
  await node.collection("first")
  assert.deepEqual(await waits({ node: true }), [])
})

test("what contradicts what is held waits for those who work with it", async () => {
  const inbox = await node.collection("second")
  const kept = indicator()
  await addObjects(store, inbox, prepared(kept))
  await addObjects(
    store,
    await node.reload(inbox),
    prepared(newVersion(kept, String(kept.modified), { name: "other" })),
  )
  assert.deepEqual(await waits({ content: true, work: true }), ["conflicts"])
  assert.deepEqual(await waits({ content: true }), [])
})

test("without the role of a reader the start page holds nothing of the library", async () => {
  await search.settled()
  const [reader, other] = [
    { ...NOBODY, content: true },
    { ...NOBODY, node: true },
  ]
  assert.equal((await overviewFor(parts, reader, "x", node.clock.now())).content?.tallies.objects, 1)
  const { content, state } = await overviewFor(parts, other, "x", node.clock.now())
  assert.equal(content, null)
  assert.equal(state.collections.length, 2)
  assert.ok(state.disk.store > 0 && state.disk.free > 0)
})

test("a place is a dot by its coordinates, else by its country; one that says neither is none", async () => {
  const inbox = await node.collection("places")
  const given = [
    location({ name: "Harbour", latitude: 60.2, longitude: 24.9 }),
    location({ country: "jp" }),
    location({ region: "northern-europe" }),
    location({ country: "XX" }),
  ]
  await addObjects(store, inbox, prepared(...given))
  await search.settled()
  const found = await locations(search, store)
  assert.deepEqual(
    found.map(({ place, latitude }) => [place, Math.round(latitude)]).toSorted(),
    [
      [null, 60],
      ["JP", 37],
    ].toSorted(),
  )
})

test("what was exported and which programs came is told, the newest first", async () => {
  assert.deepEqual(await wentOut(store), { exports: [], programs: [] })
  for (const count of [3, 5]) {
    await store.write((tx) => record(tx, { what: "library.exported", by: null, facts: { count, format: "csv" } }))
  }
  await addPerson(store, { name: "a person", admin: false, rights: new Map() }, "correct horse battery staple")
  const { exports, programs } = await wentOut(store)
  assert.deepEqual(
    exports.map(({ count, format }) => [count, format]),
    [
      [5, "csv"],
      [3, "csv"],
    ],
  )
  assert.deepEqual(programs, [])
})

test("days without anything are there, and the chart begins at zero", () => {
  const today = (20_000 * DAY) as Instant
  const days = lastDays([{ day: (today - 2 * DAY) as Instant, objects: 40 }], (today + 5) as Instant, 4)
  assert.deepEqual(
    days.map(({ objects }) => objects),
    [0, 40, 0, 0],
  )
  assert.equal(days.at(-1)?.day, today)
  const chart = String(daysChart(days, { format: formatOf("en", "UTC"), t: translator("en") }))
  assert.deepEqual(
    [...chart.matchAll(/ height="(\d+)"><title>/g)].map(([, height]) => height),
    ["0", "94", "0", "0"],
  )
})

test("partners who are late, and revocations that they do not have, wait for those who work with it", async (t) => {
  const other = await openInProcess()
  t.after(() => other.close())
  await addCollection(other.store, { title: "Own", id: null, alias: "own" })
  const index = new Search({ ...other.folder, commits: () => other.store.commits, diagnostics: silent })
  t.after(() => index.close())
  const its: OverviewParts = { ...parts, store: other.store, folder: other.folder, search: index }
  const waiting = async (sees: Partial<Sees>) =>
    (await overviewFor(its, { ...NOBODY, ...sees }, "somebody", other.clock.now())).waiting
  assert.deepEqual(await waiting({ work: true }), [])
  await addSharedThings(other, "")
  assert.deepEqual(await waiting({ work: true }), [
    { key: "receipts", count: 1, href: "/share/receipts?state=overdue" },
    { key: "compare", count: 1, href: "/share/partners" },
    { key: "feeds", count: 1, href: "/share/feeds" },
    { key: "guarded", count: 1, href: "/share/guard" },
    { key: "revoked", count: 1, href: "/share/unshared" },
  ])
  assert.deepEqual(await waiting({ content: true }), [])
})
