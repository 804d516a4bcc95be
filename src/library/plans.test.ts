import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import sql, { Sql } from "sql-template-tag"
import { type InProcess, openInProcess, prepared } from "../../test/support/node-in-process.ts"
import type { Reader } from "../store/index.ts"
import { addObjects } from "./adding.ts"
import {
  bodyOf,
  dateAddedAt,
  entriesOf,
  findCommitted,
  readFacts,
  readNames,
  readRange,
  versionsOf,
} from "./queries.ts"

let node: InProcess

before(async () => {
  node = await openInProcess()
  const id = "indicator--5c0e4a3e-7f1b-4d0e-9a51-6a3f0d3c1b11"
  const time = "2026-01-01T00:00:00.000Z"
  const object = { type: "malware", spec_version: "2.1", id: id.replace("indicator", "malware"), is_family: false }
  await addObjects(node.store, await node.collection(), prepared({ ...object, created: time, modified: time }))
  await node.reopen()
})
after(() => node.close())

/** What SQLite would do for the queries that `work` asks: its plan, one line a step. */
async function planOf(work: (reader: Reader) => Promise<unknown>): Promise<string> {
  const plans: string[] = []
  const explain = async ({ strings, values }: Sql): Promise<never[]> => {
    const [first = "", ...rest] = strings
    const rows = await node.store.all<{ detail: string }>(new Sql([`explain query plan ${first}`, ...rest], values))
    plans.push(...rows.map(({ detail }) => detail))
    return []
  }
  await work({ all: explain, get: async (query) => (await explain(query))[0] })
  return plans.join("\n")
}

const span = { collection: 1, after: 5, limit: 100, type: null } as const
const hot: readonly [name: string, work: (reader: Reader) => Promise<unknown>, index: RegExp][] = [
  ["versions of an object", (reader) => versionsOf(reader, "x", 1), /object_by_id/],
  ["entries of an object", (reader) => entriesOf(reader, 1, "x"), /object_by_id[\s\S]*entry_object/],
  ["a listing", (reader) => readFacts(reader, { ...span, range: "last" }), /collection=\? AND seq>\?/],
  ["a listing of one type", (reader) => readFacts(reader, { ...span, range: "last", type: "tool" }), /entry_type/],
  ["a page of bodies", (reader) => readRange(reader, { ...span, range: "last" }, 1), /collection=\? AND seq>\?/],
  ["bodies of one type", (reader) => readRange(reader, { ...span, range: "last", type: "tool" }, 1), /entry_type/],
  ["the time of an entry", (reader) => dateAddedAt(reader, 1, 5), /collection=\? AND seq=\?/],
  ["an entry to prove", (reader) => findCommitted(reader, 1, 5), /collection=\? AND seq=\?/],
  ["names in a status", (reader) => readNames(reader, 1, [1, 2]), /entry_object/],
  ["a body", (reader) => bodyOf(reader, 1), /INTEGER PRIMARY KEY/],
]

for (const [name, work, index] of hot) {
  test(`${name}: an index range, whatever the store holds`, async () => {
    const plan = await planOf(work)
    assert.match(plan, index)
    assert.doesNotMatch(plan, /SCAN (e|o|entry|object)\b/, plan)
  })
}

test("a query that has to look at everything is told apart", async () => {
  const plan = await planOf((reader) => reader.all(sql`select seq from entry where size > ${5}`))
  assert.match(plan, /SCAN entry/)
})
