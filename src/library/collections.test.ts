import assert from "node:assert/strict"
import { after, test } from "node:test"
import fc from "fast-check"
import { openInProcess, prepared, START } from "../../test/support/node-in-process.ts"
import { address, indicator, malware, type Stix, text } from "../../test/support/stix.ts"
import { newUuid } from "../kernel/ids.ts"
import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import { openReader } from "../store/index.ts"
import { addObjects } from "./adding.ts"
import { addCollection, loadCollection } from "./collections.ts"
import { eraseObject } from "./erasing.ts"
import { exportSteps } from "./exporting.ts"
import { entryBefore } from "./reading.ts"

const node = await openInProcess()
after(() => node.close())

test("a collection is found by its id in any letters, and by its alias in its own", async () => {
  const wanted = newUuid().toUpperCase()
  const id = await addCollection(node.store, { title: "T", id: wanted, alias: "Daily" })
  assert.equal(id, wanted.toLowerCase())
  for (const name of [id, wanted, "Daily"]) assert.equal((await loadCollection(node.store, name)).id, id)
  for (const name of ["daily", "", newUuid(), id.slice(1), `${id} `]) {
    await assert.rejects(loadCollection(node.store, name), { kind: "not-found", code: "collection.unknown" }, name)
  }
})

test("neither id nor alias is given twice, and an alias never looks like an id", async () => {
  const first = await addCollection(node.store, { title: "T", id: null, alias: "once" })
  const again = [
    { title: "T", id: first.toUpperCase(), alias: null },
    { title: "T", id: null, alias: "once" },
  ]
  for (const one of again) {
    await assert.rejects(addCollection(node.store, one), { kind: "conflict", code: "collection.exists" })
  }
  for (const alias of [newUuid(), newUuid().toUpperCase()]) {
    await assert.rejects(addCollection(node.store, { title: "T", id: null, alias }), { code: "collection.alias" })
  }
  await assert.rejects(addCollection(node.store, { title: "T", id: "x", alias: null }), { code: "id.malformed" })
  const both = await Promise.allSettled(
    [1, 2].map(() => addCollection(node.store, { title: "T", id: null, alias: "race" })),
  )
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"])
})

test("the newest entry at or before an instant is found as by looking at all of them", async () => {
  let collection = await node.collection()
  const dates: number[] = []
  const empty = await entryBefore(node.store, collection, START)
  assert.equal(empty, -1)
  const objects = Array.from({ length: 40 }, () => indicator())
  for (let at = 0; at < 40; at += 1 + (at % 3)) {
    node.clock.forward([0, 1, 7, 1_000_000][at % 4] ?? 0)
    const outcomes = await addObjects(node.store, collection, prepared(...objects.slice(at, at + 1 + (at % 3))))
    dates.push(...outcomes.map((outcome) => (outcome.is === "accepted" ? outcome.dateAdded : 0)))
  }
  await eraseObject(node.store, collection, { id: objects[5]?.id ?? "", specs: null, versions: "all", by: null })
  collection = await node.reload(collection)
  dates.push(collection.lastAt)
  const around = [...dates.flatMap((date) => [date - 1, date, date + 1]), 0, START, START + 1e15]
  for (const instant of around) {
    const wanted = dates.findLastIndex((date) => date <= instant)
    assert.equal(await entryBefore(node.store, collection, instant as Instant), wanted, `${instant - START}`)
  }
  assert.ok(new Set(dates).size === dates.length && dates.length > 30)
})

type Order = { types: string[]; since: Instant | null }

async function exported(collection: number, order: Order): Promise<{ text: string; objects: Stix[] }> {
  const reader = openReader(node.folder.database)
  try {
    const bundleId = newUuid()
    const text = Buffer.concat([...exportSteps(reader, { collection, bundleId, ...order })]).toString()
    const bundle = JSON.parse(text) as { type: string; id: string; objects?: Stix[] }
    assert.deepEqual([bundle.type, bundle.id], ["bundle", `bundle--${bundleId}`])
    return { text, objects: bundle.objects ?? [] }
  } finally {
    reader.close()
  }
}

test("an export holds the exact bytes of every version that is there, by type and from a time on", async () => {
  const collection = await node.collection()
  const [a, b, c] = [indicator(), malware(), address("203.0.113.8")]
  const spaced = text(b).replace("{", "{ \n")
  await addObjects(node.store, collection, prepared(a, spaced))
  const { lastAt } = await node.reload(collection)
  await addObjects(node.store, collection, prepared(c))
  const ids = async (order: Partial<Order>) =>
    (await exported(collection.key, { types: [], since: null, ...order })).objects.map(({ id }) => id)
  assert.deepEqual(await ids({}), [a.id, b.id, c.id])
  assert.deepEqual(await ids({ types: ["malware", "ipv4-addr"] }), [b.id, c.id])
  assert.deepEqual(await ids({ since: lastAt }), [c.id])
  assert.deepEqual(await ids({ since: plusMicroseconds(lastAt, -1) }), [b.id, c.id])
  assert.deepEqual(await ids({ types: ["tool"] }), [])
  const whole = await exported(collection.key, { types: [], since: null })
  for (const one of [text(a), spaced, text(c)]) assert.ok(whole.text.includes(one))
  assert.ok(!(await exported(collection.key, { types: ["tool"], since: null })).text.includes("objects"))
})

test("whatever an export holds, importing it again changes nothing", async () => {
  const number = fc.integer({ min: 0, max: 30 })
  await fc.assert(
    fc.asyncProperty(fc.array(number, { maxLength: 12 }), async (numbers) => {
      const collection = await node.collection()
      const objects = numbers.map((n) => (n % 3 === 0 ? malware({ name: `m${n}` }) : indicator({ name: `i${n}` })))
      await addObjects(node.store, collection, prepared(...objects))
      const { objects: found } = await exported(collection.key, { types: [], since: null })
      assert.deepEqual(found, objects)
      const again = found.length === 0 ? [] : await addObjects(node.store, collection, prepared(...found))
      assert.ok(again.every(({ is }) => is === "duplicate"))
    }),
    { numRuns: 15 },
  )
})
