import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess, prepared, START } from "../../test/support/node-in-process.ts"
import { address, indicator, malware, type Stix } from "../../test/support/stix.ts"
import { translator } from "../http/index.ts"
import { formatInstant } from "../kernel/time.ts"
import { addObjects, type Collection, eraseObject, type Rejected } from "../library/index.ts"
import { deleteStatusesBefore, findStatus, insertStatus, type StatusRow } from "./queries.ts"
import { outcomesOf, problem, statusResource } from "./status.ts"

const node = await openInProcess()
after(() => node.close())
const t = translator("en")
let ids = 0

/** A status as a POST would leave it. */
async function post(
  collection: Collection,
  objects: Stix[],
  rejected: Rejected[] = [],
  account = "a",
): Promise<StatusRow> {
  const ready = prepared(...objects)
  const requestedAt = node.clock.now()
  const base = {
    id: `s${ids++}`,
    account,
    collection: collection.key,
    requestedAt,
    total: objects.length + rejected.length,
  }
  let row: StatusRow = { ...base, successes: [], failures: [] }
  await addObjects(node.store, collection, ready, async (tx, added) => {
    row = { ...base, ...outcomesOf(ready, added, rejected, formatInstant(requestedAt)) }
    await insertStatus(tx, row)
  })
  return row
}

const shown = async (row: StatusRow) => statusResource(node.store, row, t)
const refused = (position: number, id: string | null): Rejected => ({
  position,
  offset: 0,
  id,
  code: "stix.timestamp",
  at: "modified",
})

/** TAXII 2.1 section 4.3.1. */
test("a status counts every object once and names each with its version and, where there is one, the reason", async () => {
  const collection = await node.collection()
  const [good, seen, plain] = [indicator(), malware(), address("203.0.113.5")]
  await addObjects(node.store, collection, prepared(seen))
  const row = await post(
    collection,
    [good, good, { ...seen, name: "other" }, plain, indicator({ modified: "2021-01-01T00:00:00Z" })],
    [refused(1, "indicator--x"), refused(4, null), refused(5, "y".repeat(1000))],
  )
  const status = (await shown(row)) as Record<string, unknown>
  const { successes, failures, ...counts } = status as {
    successes: Record<string, string>[]
    failures: Record<string, string>[]
  }
  assert.deepEqual(counts, {
    ...{ id: row.id, status: "complete", request_timestamp: formatInstant(START) },
    ...{ total_count: 8, success_count: 4, failure_count: 4, pending_count: 0 },
  })
  assert.deepEqual(
    failures.map(({ id }) => id),
    [seen.id, "indicator--x", "object-5", "y".repeat(256)],
  )
  for (const { message, version } of failures) assert.ok(message && version)
  assert.match(failures[1]?.message ?? "", /^modified: /)
  const named = successes.map(({ id, version }) => [id, version])
  assert.ok(named.some(([id, version]) => id === good.id && version === good.modified))
  const dated = named.find(([id]) => id === plain.id)
  assert.match(dated?.[1] ?? "", /^2026-01-01T00:00:00\.\d{6}Z$/)
  assert.ok(successes.some(({ message, version }) => version === "2021-01-01T00:00:00Z" && message !== undefined))
})

test("a status outlives a restart, and its own account alone reads it", async () => {
  const row = await post(await node.collection(), [indicator()], [], "mine")
  await node.reopen()
  assert.deepEqual(await findStatus(node.store, row.id, "mine"), row)
  assert.equal(await findStatus(node.store, row.id, "theirs"), null)
  assert.equal(await findStatus(node.store, "none", "mine"), null)
})

test("what was erased since is counted and no longer named, also when something else came after it", async () => {
  const collection = await node.collection()
  const [gone, stays] = [indicator(), indicator()]
  const row = await post(collection, [stays, gone])
  await eraseObject(node.store, collection, { id: gone.id, specs: null, versions: "all", by: null })
  await addObjects(node.store, collection, prepared(malware()))
  const { success_count: count, successes } = (await shown(row)) as {
    success_count: number
    successes: { id: string }[]
  }
  assert.deepEqual([count, successes.map(({ id }) => id)], [2, [stays.id]])
  await eraseObject(node.store, collection, { id: stays.id, specs: null, versions: "all", by: null })
  assert.equal("successes" in (await shown(row)), false)
})

test("only statuses older than the limit are swept, the oldest first and no more at once than asked for", async () => {
  const collection = await node.collection()
  const oldest = await post(collection, [indicator()])
  node.clock.forward(10)
  const old = await post(collection, [indicator()])
  node.clock.forward(10)
  const young = await post(collection, [indicator()])
  const sweep = () => node.store.write((tx) => deleteStatusesBefore(tx, young.requestedAt, 1))
  while ((await findStatus(node.store, oldest.id, "a")) !== null) assert.equal(await sweep(), 1)
  assert.notEqual(await findStatus(node.store, old.id, "a"), null)
  assert.deepEqual([await sweep(), await sweep()], [1, 0])
  assert.equal(await findStatus(node.store, old.id, "a"), null)
  assert.deepEqual(await findStatus(node.store, young.id, "a"), young)
})

test("a code that has no sentence is told as such, never as an error of the node", () => {
  assert.match(problem(t, "stix.nobody-knows", ""), /stix\.nobody-knows/)
  assert.match(problem(t, "stix.timestamp", "modified"), /^modified: /)
})
