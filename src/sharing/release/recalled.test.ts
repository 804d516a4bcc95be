import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { import_, marked, release, share } from "../../../test/support/sharing.ts"
import { malware, objectTexts, type Stix } from "../../../test/support/stix.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { newUuid } from "../../kernel/ids.ts"
import {
  exportObjects,
  listCollections,
  loadObjects,
  readBodies,
  readPage,
  Search,
  type SearchQuery,
} from "../../library/index.ts"
import { tlpMarkingId } from "../../stix/index.ts"
import { scan } from "../../store/index.ts"
import { newestEverKey, newestKey } from "./queries.ts"
import { recall } from "./withdrawing.ts"

let federation: Federation
let fi: Member
let jp: Member
let search: Search
/** The index is told of nothing any more: it lags. */
let stopped = false

const kept = marked("green", { name: "lantern that stays" })
const gone = marked("green", { name: "lantern that goes" })
const family = malware({ name: "Lantern family", object_marking_refs: [tlpMarkingId("green")] })
const link: Stix = {
  ...{ type: "relationship", spec_version: "2.1", id: gone.id.replace("indicator", "relationship") },
  ...{ created: gone.created, modified: gone.modified, relationship_type: "indicates" },
  ...{ source_ref: gone.id, target_ref: family.id, object_marking_refs: [tlpMarkingId("green")] },
}

before(async () => {
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
  await import_(fi, kept, gone, family, link)
  const ids = [kept, gone, family, link].map(({ id }) => id)
  await release(fi, [await share(fi, jp)], ids)
  await jp.round(fi)
  const { database, index } = jp.folder
  search = new Search({ database, index, commits: () => (stopped ? 0 : jp.store.commits), diagnostics: silent })
  await search.settled()
})
after(async () => {
  await search.close()
  await federation.close()
})

const LAST = { first: false, last: true, at: [] }
const query: SearchQuery = {
  ...{ text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null },
  ...{ revoked: "any", sort: "newest", after: null, limit: 50 },
}

/** All ways in which a person or a program could come upon an object; true where it is seen. */
async function ways(id: string, key: number, name = String(gone.name)): Promise<Record<string, boolean>> {
  const { database } = jp.folder
  const [mirror] = (await listCollections(jp.store)).filter(({ kind }) => kind === "received")
  assert.ok(mirror)
  const order = { collection: mirror.key, types: [], since: null, bundleId: newUuid() }
  const selection = { keys: [key], format: "stix", bundleId: newUuid() }
  const worker = new URL("../selection-worker.ts", import.meta.url)
  const usual = { collection: mirror, after: -1, types: null, specs: null, versions: LAST, limit: 100, bytesMost: 1e6 }
  const page = (ids: readonly string[] | null) => readPage(jp.store, { ...usual, ids })
  const bodies = await readBodies(jp.store, jp.store, { ...usual, ids: null })
  const has = (text: string) => objectTexts(text).some((one) => one.includes(`"id":"${id}"`))
  return {
    word: (await search.find({ ...query, text: "lantern" })).hits.some((hit) => hit.id === id),
    filter: (await search.find({ ...query, origins: [fi.party] })).hits.some((hit) => hit.id === id),
    sorted: (await search.find({ ...query, sort: "name" })).hits.some((hit) => hit.id === id),
    id: (await search.find({ ...query, text: id })).hits.length > 0,
    keys: (await search.keys(query, 100)).keys.includes(key),
    name: (await search.names([id])).has(id),
    recent: (await search.recent(50)).some((hit) => hit.id === id),
    relation: JSON.stringify(await search.relations(family.id)).includes(name),
    referring: JSON.stringify(await search.referring(family.id, { labels: [], limit: 50, after: null })).includes(name),
    graph: (await search.neighbourhood([family.id], { limit: 50, types: [] })).nodes.some((node) => node.id === id),
    bodies: (await loadObjects(jp.store, [key])).has(key),
    export: has(await all(exportObjects(database, order))),
    selection: has(await all(scan<Uint8Array>(worker, database, selection))),
    newest: (await newestKey(jp.store, id)) !== null,
    page: (await page(null)).rows.some((row) => row.id === id),
    pageById: (await page([id])).rows.length > 0,
    bytes: Buffer.from(bodies?.joined ?? []).includes(name),
  }
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString("utf8")
}

test("what its owner recalls is found by nobody any more, at once, whether the index knows it yet or not", async () => {
  const key = (await newestEverKey(jp.store, gone.id)) ?? 0
  const seen = await ways(gone.id, key)
  assert.deepEqual(seen, Object.fromEntries(Object.keys(seen).map((way) => [way, true])))
  stopped = true
  await recall(fi.store, { id: gone.id, reason: "Wrong" }, null)
  await jp.round(fi)
  assert.ok((await search.find(query)).behind > 0, "the index lags")
  const after = await ways(gone.id, key)
  assert.deepEqual(after, Object.fromEntries(Object.keys(seen).map((way) => [way, false])))
  const [stays] = [(await newestEverKey(jp.store, kept.id)) ?? 0]
  assert.equal((await ways(kept.id, stays, String(kept.name))).word, true)
  stopped = false
  await search.settled()
  const told = await search.find({ ...query, text: "lantern" })
  assert.deepEqual([told.total, told.behind], [2, 0])
})
