import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess } from "../../../test/support/node-in-process.ts"
import { WarningLists } from "./warning-lists.ts"

const node = await openInProcess()
after(() => node.close())
const lists = new WarningLists(node.store)

const list = (name: string, type: string, entries: string[], version = 1) =>
  JSON.stringify({ name, version, description: "d", type, list: entries, matching_attributes: ["ip-dst", "domain"] })
const on = async (kind: string, value: string) => (await lists.warningsFor([{ kind, value }])).map(({ list }) => list)

test("a list counts as soon as it is added, is replaced by its name, and no longer counts when it is removed", async () => {
  assert.deepEqual(await on("ipv4-addr", "9.9.9.9"), [])
  await lists.add(list("Resolvers", "cidr", ["9.9.9.0/24"]), "somebody")
  await lists.add(list("Shops", "hostname", ["shop.example"]), "somebody")
  assert.deepEqual(await on("ipv4-addr", "9.9.9.9"), ["Resolvers"])
  assert.deepEqual(await on("domain-name", "www.shop.example"), ["Shops"])
  await lists.add(list("Resolvers", "cidr", ["8.8.8.0/24"], 2), null)
  assert.deepEqual([await on("ipv4-addr", "9.9.9.9"), await on("ipv4-addr", "8.8.8.8")], [[], ["Resolvers"]])
  assert.deepEqual(
    (await lists.list()).map(({ name, version, size }) => [name, version, size]),
    [
      ["Resolvers", "2", 1],
      ["Shops", "1", 1],
    ],
  )
  lists.rest()
  assert.deepEqual(await on("ipv4-addr", "8.8.8.8"), ["Resolvers"], "also after a rest")
  await lists.remove("Resolvers", null)
  assert.deepEqual(await on("ipv4-addr", "8.8.8.8"), [])
  await assert.rejects(lists.remove("Resolvers", null), { code: "warning-list.unknown" })
})

test("who added or removed what stands in the ledger", () => {
  const rows = node.meddle("select header, cast(body as text) as body from journal_entry order by seq")
  const about = rows.filter(({ header }) => String(header).includes("warning-list"))
  assert.equal(about.length, 4)
  assert.match(String(about[0]?.header), /"warning-list.added"/)
  assert.match(String(about[0]?.header), /"somebody"/)
  assert.match(String(about[0]?.body), /"name":"Resolvers"/)
})

test("a list of hundreds of thousands of entries answers for each name", async () => {
  const entries = Array.from({ length: 300_000 }, (_, i) => `host${i}.example`)
  await lists.add(list("Long", "hostname", entries), null)
  const lookup = await lists.lookup()
  let hits = 0
  for (let i = 0; i < 20_000; i++)
    hits += lookup.hits({ kind: "domain-name", value: `a.b.host${i * 30}.example` }).length
  assert.equal(hits, 10_000)
  await lists.remove("Long", null)
})
