import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { Sql } from "sql-template-tag"
import { type InProcess, openInProcess, prepared } from "../../test/support/node-in-process.ts"
import { address, EARLY, LATE, MIDDLE, malware, newVersion } from "../../test/support/stix.ts"
import type { Reader } from "../store/index.ts"
import { listVersions, loadAbout, loadVersion } from "./about.ts"
import { countAside, readAside, readHoldings, readVersions } from "./about-queries.ts"
import { addObjects } from "./adding.ts"
import type { Collection } from "./model.ts"

let node: InProcess
let first: Collection
let second: Collection
before(async () => {
  node = await openInProcess()
  first = await node.collection()
  second = await node.collection()
})
after(() => node.close())

async function add(collection: Collection, ...objects: Parameters<typeof prepared>) {
  await addObjects(node.store, await node.reload(collection), prepared(...objects))
}

test("the newest version is the latest of the newest specification, whatever came in last", async () => {
  const object = malware({ name: "early" })
  const old = {
    ...newVersion(object, LATE),
    name: "in 2.0",
    spec_version: undefined,
    is_family: undefined,
    labels: ["x"],
  }
  await add(first, newVersion(object, MIDDLE, { name: "middle" }), object, old)
  const { shown, versions, versionCount } = await loadAbout(node.store, object.id, null)
  assert.equal(shown.object.name, "middle")
  assert.deepEqual(
    versions.map(({ spec, stamp }) => [spec, stamp]),
    [
      ["2.1", MIDDLE],
      ["2.1", EARLY],
      ["2.0", LATE],
    ],
  )
  assert.equal(versionCount, 3)
  assert.equal((await loadVersion(node.store, object.id, versions[1]?.key ?? 0)).object.name, "early")
})

test("a version is found under the id of its object only", async () => {
  const [one, other] = [malware(), malware()]
  await add(first, one, other)
  const { shown } = await loadAbout(node.store, one.id, null)
  await assert.rejects(loadVersion(node.store, other.id, shown.key), { code: "object.not-held" })
  await assert.rejects(loadAbout(node.store, one.id, 999_999), { code: "object.not-held" })
  await assert.rejects(loadAbout(node.store, "malware--nothing", null), { code: "object.not-held" })
})

test("each collection says since when it holds the object and which of its entries holds the version", async () => {
  const object = malware()
  await add(first, object)
  node.clock.forward(5_000_000)
  await add(second, object, newVersion(object, LATE))
  const { holdings, versions } = await loadAbout(node.store, object.id, null)
  assert.deepEqual(
    holdings.map(({ id, entries, seq }) => [id, entries, seq !== null]),
    [
      [first.id, 1, false],
      [second.id, 2, true],
    ],
  )
  assert.ok((holdings[0]?.since ?? 0) < (holdings[1]?.since ?? 0))
  const older = await loadAbout(node.store, object.id, versions[1]?.key ?? 0)
  assert.deepEqual(
    older.holdings.map(({ seq }) => seq !== null),
    [true, true],
  )
})

test("what was kept aside is told with its reason, its place and the version that it contradicts", async () => {
  const object = malware({ name: "held" })
  await add(first, object)
  await add(second, { ...object, name: "other" })
  const { aside, asideCount, shown } = await loadAbout(node.store, object.id, null)
  assert.equal(asideCount, 1)
  assert.equal(aside[0]?.reason, "content")
  assert.equal(aside[0]?.collection, second.id)
  assert.equal(aside[0]?.object.name, "other")
  assert.equal(aside[0]?.against, shown.key)
})

test("versions come page by page; an observable has one without a time", async () => {
  const value = address("198.51.100.9")
  await add(first, value)
  const { versions, count } = await listVersions(node.store, value.id, { limit: 10, offset: 0 })
  assert.deepEqual([count, versions.map(({ stamp }) => stamp)], [1, [null]])
  const object = malware()
  await add(first, object, newVersion(object, MIDDLE), newVersion(object, LATE))
  const page = await listVersions(node.store, object.id, { limit: 2, offset: 1 })
  assert.deepEqual([page.count, page.versions.map(({ stamp }) => stamp)], [3, [MIDDLE, EARLY]])
})

const plans: readonly [name: string, work: (reader: Reader) => Promise<unknown>, index: RegExp][] = [
  ["versions", (reader) => readVersions(reader, "x", 10, 0), /object_by_id[\s\S]*entry_object/],
  ["holdings", (reader) => readHoldings(reader, "x", 1, 10), /object_by_id[\s\S]*entry_object/],
  ["kept aside", (reader) => readAside(reader, "x", 5), /conflict_1 \(collection=\? AND id=\?\)/],
  ["how much was kept aside", (reader) => countAside(reader, "x"), /conflict_1 \(collection=\? AND id=\?\)/],
]

for (const [name, work, index] of plans) {
  test(`${name}: an index range, whatever the store holds`, async () => {
    const details: string[] = []
    const explain = async ({ strings, values }: Sql): Promise<never[]> => {
      const [head = "", ...rest] = strings
      const rows = await node.store.all<{ detail: string }>(new Sql([`explain query plan ${head}`, ...rest], values))
      details.push(...rows.map(({ detail }) => detail))
      return []
    }
    await work({ all: explain, get: async (query) => (await explain(query))[0] })
    assert.match(details.join("\n"), index)
    assert.doesNotMatch(details.join("\n"), /SCAN (?:o|e|f|conflict|object|entry)\b/)
  })
}
