import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { addOfficer } from "../../../test/support/officers.ts"
import { marked } from "../../../test/support/sharing.ts"
import { type Stix, stixId } from "../../../test/support/stix.ts"
import { tempFolder } from "../../../test/support/temp.ts"
import { languages, translator } from "../../http/index.ts"
import { addObjects, addShared, WarningLists } from "../../library/index.ts"
import { addOwnParty, insertPeer, type PartyId } from "../../parties/index.ts"
import { DEFAULT_TERMS, keptTerms, type MatchingRow, plainNames, saveInForce } from "../../policy/index.ts"
import { tlpMarkingId } from "../../stix/index.ts"
import { openReader } from "../../store/index.ts"
import { shownItem } from "../items/canonical.ts"
import { ITEM_REFUSALS } from "../items/refusals.ts"
import { OPEN_TYPES, readItem } from "../items/types.ts"
import { gatherSteps } from "./gathering.ts"
import { gather, jobFor } from "./gatherings.ts"
import { findList, LISTS_MOST, listLists, removeList, renameList, saveList } from "./lists.ts"
import { type GatherStep, type GatherWish, LIST_REASONS, type ListQuery } from "./model.ts"
import { PackedItems } from "./packed.ts"
import { ENTRIES_MOST, ItemSorter } from "./sorting.ts"

import { exclusionText } from "./words.ts"

const node = await openInProcess()
const { store, clock } = node
after(() => node.close())
const PEER = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad2" as PartyId
const OTHER = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad3" as PartyId
const THIRD = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad4" as PartyId
await store.write(async (tx) => {
  await insertPeer(tx, { party: PEER, endpoint: "https://b.example", state: "active", theirs: "active", name: "Bravo" })
  await insertPeer(tx, {
    party: THIRD,
    endpoint: "https://d.example",
    state: "active",
    theirs: "active",
    name: "Delta",
  })
  await insertPeer(tx, { party: OTHER, endpoint: "https://c.example", state: "left", theirs: "active", name: "Cecil" })
  await addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null)
})
for (const name of ["Ann", "Bo"]) await addOfficer(node, name)
const collection = await node.collection()
const green = { object_marking_refs: [tlpMarkingId("green")] }
const looks = (pattern: string, more: object = {}) => marked("green", { pattern: `[${pattern}]`, ...more })
const add = (...objects: Stix[]) => addObjects(store, collection, prepared(...objects))

await add(
  looks("ipv4-addr:value = '198.51.100.7' OR domain-name:value = 'c2.example'"),
  looks("ipv4-addr:value = '198[.]51.100.7'"),
  marked("amber", { pattern: "[ipv4-addr:value = '198.51.100.7']" }),
  marked("amber", { pattern: "[ipv4-addr:value = '198.51.100.8']" }),
  marked(null, { pattern: "[ipv4-addr:value = '198.51.100.9']" }),
  looks("ipv4-addr:value = '198.51.100.10'", { revoked: true }),
  looks("ipv4-addr:value = '198.51.100.11'", { valid_until: "2025-06-01T00:00:00Z" }),
  looks("ipv4-addr:value = '8.8.8.8'"),
  looks("ipv4-addr:value = '010.0.0.1'"),
  looks("url:value LIKE '%evil%'"),
  looks("email-addr:value = 'ann@evil.example'"),
  { type: "phone-number", spec_version: "2.1", id: stixId("phone-number"), value: "+358401234567", ...green },
  {
    type: "cryptocurrency-wallet",
    spec_version: "2.1",
    id: stixId("cryptocurrency-wallet"),
    value: "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
    ...green,
  },
  {
    type: "malware",
    spec_version: "2.1",
    id: stixId("malware"),
    created: "2020-01-01T00:00:00.000Z",
    modified: "2020-01-01T00:00:00.000Z",
    name: "Nothing",
    is_family: false,
    ...green,
  },
)
const resolvers = { name: "Resolvers", version: 1, description: "", type: "cidr", list: ["8.8.8.0/24"] }
await new WarningLists(store).add(JSON.stringify(resolvers), null)

const EVERYTHING: ListQuery = {
  ...{ text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null, revoked: "any" },
}
const ALL_TYPES = OPEN_TYPES.map((type) => ({ type, most: 1000 }))
const wish = (more: Partial<GatherWish> = {}): GatherWish => ({
  ...{ query: EVERYTHING, parties: [PEER], types: ALL_TYPES, agreement: null, purpose: null, approved: false },
  ...more,
})
/** Everything that the library holds, as its search would give it. */
const search = {
  settled: async () => {},
  keys: async () => ({
    keys: node.meddle("select key from object order by key desc").map(({ key }) => Number(key)),
    more: false,
  }),
}
const parts = { store, clock, search, database: node.folder.database, folder: tempFolder() }

/** As the worker does it, in the thread of the test. */
async function outcome(one: GatherWish, folder = tempFolder(), keep = true) {
  const reader = openReader(node.folder.database)
  const steps: GatherStep[] = [...gatherSteps(reader, { ...(await jobFor(parts, one)), folder, keep })]
  reader.close()
  const gathered = steps.at(-1)?.gathered
  assert.ok(gathered)
  const told = (list: readonly { code: string; count: number }[]) =>
    Object.fromEntries(list.map(({ code, count }) => [code, count]))
  const types: Record<string, Record<string, number>> = Object.fromEntries(
    gathered.types.map(({ type, used, excluded }) => [type, { used, ...told(excluded) }]),
  )
  return { gathered, folder, types, others: told(gathered.others) }
}

function itemsIn(folder: string): string[] {
  const packed = new PackedItems(folder)
  const items = Array.from(
    { length: packed.count },
    (_, at) => `${shownItem(packed.item(at))} ${packed.sources(at).length}`,
  )
  packed.close()
  return items
}

test("lists are shared by the people of a node, each under one name, and the ledger knows who made them", async () => {
  const list = await saveList(
    store,
    { name: " Ransom wallets ", query: { ...EVERYTHING, types: ["indicator"] } },
    "ann",
  )
  assert.equal(list.name, "Ransom wallets")
  assert.deepEqual(await findList(store, list.id), list)
  assert.deepEqual(await findList(store, "Ransom wallets"), list)
  const again = { name: "Ransom wallets", query: EVERYTHING }
  await assert.rejects(saveList(store, again, null), { kind: "conflict", code: "match-list.exists" })
  await assert.rejects(saveList(store, { ...again, name: " " }, null), { code: "match-list.name" })
  await renameList(store, list.id, "Wallets", "bo")
  assert.deepEqual(
    (await listLists(store)).map(({ name }) => name),
    ["Wallets"],
  )
  await removeList(store, "Wallets", "bo")
  await assert.rejects(findList(store, list.id), { kind: "not-found", code: "match-list.unknown" })
  const ledger = node.meddle("select header from journal_entry where header like '%match-list%' order by seq")
  assert.deepEqual(
    ledger.map(({ header }) => [JSON.parse(String(header)).what, JSON.parse(String(header)).by]),
    [
      ["match-list.saved", "ann"],
      ["match-list.renamed", "bo"],
      ["match-list.removed", "bo"],
    ],
  )
  assert.ok(LISTS_MOST >= 100)
})

test("an item is used if one object with it may be told; every other is counted once, under a reason", async () => {
  const { gathered, folder, types, others } = await outcome(wish())
  assert.deepEqual(types, {
    ipv4: {
      used: 1,
      ...{ "marking.above": 1, "marking.none": 1, "match-list.revoked": 1, "match-list.expired": 1 },
      ...{ "match-list.warned": 1, "match-item.leading-zero": 1 },
    },
    domain: { used: 1 },
    email: { used: 0, "people.personal": 1 },
    wallet: { used: 1 },
    phone: { used: 0, "match-list.restricted": 1 },
  })
  assert.deepEqual(others, { "match-list.not-exact": 1 })
  assert.deepEqual([gathered.objects, gathered.without, gathered.cut], [14, 1, false])
  assert.deepEqual(itemsIn(folder), [
    "198.51.100[.]7 2",
    "c2[.]example 1",
    "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed 1",
  ])
  const [above] = gathered.types[0]?.excluded.filter(({ code }) => code === "marking.above") ?? []
  assert.ok(above?.examples.every(({ type, id }) => type === "indicator" && id.startsWith("indicator--")))
  assert.ok(gathered.types[0]?.excluded.find(({ code }) => code === "match-list.warned")?.examples.length === 1)
})

test("what goes only by two goes with the yes of two; what one of several parties may not know, none is asked", async () => {
  assert.deepEqual((await outcome(wish({ approved: true }))).types.email, { used: 1 })
  const both = await outcome(wish({ parties: [PEER, OTHER] }))
  assert.deepEqual(both.types.domain, { used: 0, "audience.not-active": 1 })
  assert.deepEqual((await outcome(wish({ parties: [] }))).types.domain, { used: 0, "audience.empty": 1 })
  const unknown = await outcome(wish({ agreement: "comity-agreement--5f2c3c1e-6a53-4e0a-8d39-0a4c7d0a9a11" }))
  assert.deepEqual(unknown.types.domain, { used: 0, "terms.unknown": 1 })
  assert.equal((await outcome(wish({ purpose: "prosecution" as "defence" }))).types.domain?.used, 0)
})

test("under an agreement the terms of the collection that this party reads decide, and no other's", async () => {
  const agreement = "comity-agreement--5f2c3c1e-6a53-4e0a-8d39-0a4c7d0a9a12"
  const matching: MatchingRow[] = [{ type: "phone", purpose: "investigation", basis: "Act 12", safeguard: "sealed" }]
  const terms = keptTerms({ ...DEFAULT_TERMS, marking: "amber", purposes: ["evidence", "investigation"], matching })
  const id = await addShared(store, { title: "Ours", alias: null, audience: [PEER], terms }, null)
  await store.write((tx) =>
    saveInForce(tx, { agreement, part: "", collection: id, text: "", articles: { marking: "4(1)" } }),
  )
  const purpose = "investigation"
  const { types } = await outcome(wish({ agreement, purpose }))
  assert.equal(types.ipv4?.used, 2)
  assert.equal(types.ipv4?.["marking.above"], undefined)
  const outside = await outcome(wish({ agreement, purpose: "defence" }))
  assert.equal(outside.types.domain?.["purpose.outside"], 1)
  assert.equal((await outcome(wish({ agreement, parties: [THIRD] }))).types.domain?.["terms.unknown"], 1)
  const phones = { types: [{ type: "phone", most: 5 }], agreement, purpose } as const
  assert.equal((await outcome(wish({ ...phones, approved: true }))).types.phone?.used, 1)
  assert.equal((await outcome(wish(phones))).types.phone?.["match-list.restricted"], 1)
  const evidence = { ...phones, purpose: "evidence", approved: true } as const
  assert.equal((await outcome(wish(evidence))).types.phone?.["match-list.restricted"], 1)
})

test("every reason has a sentence in every language", () => {
  for (const language of languages) {
    const t = translator(language)
    for (const code of [...LIST_REASONS, ...ITEM_REFUSALS]) {
      const said = exclusionText(t, { code, values: { most: "5" } }, plainNames)
      assert.ok(said !== code && !/[{}]/.test(said), `${language} ${code}`)
    }
    assert.ok(exclusionText(t, { code: "marking.none", values: {} }, plainNames).length > 5)
  }
})

test("only the types that were agreed on are used, and a preview leaves nothing behind", async () => {
  const few = await outcome(wish({ types: [{ type: "domain", most: 5 }] }), tempFolder(), false)
  assert.deepEqual(few.types.domain, { used: 1 })
  assert.deepEqual(few.types.wallet, { used: 0, "match-list.type": 1 })
  assert.deepEqual(readdirSync(few.folder), [])
})

test("a worker gathers into files that only the node reads, and tells how far it is", async () => {
  const folder = join(tempFolder(), "run")
  const seen: number[] = []
  const gathered = await gather(parts, wish(), { folder, progress: (done, total) => seen.push(done, total) })
  assert.deepEqual(seen, [14, 14])
  assert.equal(gathered.types.find(({ type }) => type === "ipv4")?.used, 1)
  assert.deepEqual(readdirSync(folder).sort(), ["items", "sections.json", "sources", "starts"])
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0)
  assert.ok(existsSync(join(folder, "items")))
  const gone = gather(parts, wish(), { folder: join(tempFolder(), "run"), signal: AbortSignal.abort() })
  await assert.rejects(gone, { name: "AbortError" })
})

test("of more items than agreed on, those stay that came last", async () => {
  const pattern = (ip: number) => `ipv6-addr:value = '2001:db8::${ip}'`
  await add(...[5, 1, 4, 2, 3].map((ip) => looks(pattern(ip))))
  const { types, folder, gathered } = await outcome(
    wish({
      types: [
        { type: "ipv6", most: 2 },
        { type: "domain", most: 2 },
      ],
    }),
  )
  assert.deepEqual(types.ipv6, { used: 2, "match-list.most": 3 })
  assert.deepEqual(itemsIn(folder), ["2001[:]db8::2 1", "2001[:]db8::3 1", "c2[.]example 1"])
  assert.deepEqual(gathered.types.find(({ type }) => type === "ipv6")?.excluded[0]?.values, { most: "2" })
  const packed = new PackedItems(folder)
  const bytes = readFileSync(join(folder, "items"))
  assert.deepEqual(packed.sections, [
    { type: "ipv6", count: 2 },
    { type: "domain", count: 1 },
  ])
  for (let at = 0, place = 0; at < bytes.length; place++) {
    assert.deepEqual(packed.item(place), bytes.subarray(at, readItem(bytes, at).end))
    at = readItem(bytes, at).end
  }
  assert.throws(() => packed.item(3), RangeError)
  packed.close()
})

test("more than fits into memory is sorted through files, each item once with the newest of its objects", () => {
  const room = tempFolder()
  const sorter = new ItemSorter(room, 4096)
  const expected = new Map<string, number>()
  for (let key = 1; key <= 3000; key++) {
    const canonical = Buffer.from([0, 0, (key * 7919) % 2, (key * 104_729) % 200])
    const item = Buffer.concat([Buffer.from([1, 1, 0, 4]), canonical])
    sorter.add({ item, verdict: key % 3, key })
    expected.set(item.toString("hex"), (expected.get(item.toString("hex")) ?? 0) + 1)
  }
  for (let key = 0; key < 300; key++)
    sorter.add({ item: Buffer.from([2, 1, 0, 0]), verdict: key % 2, key: 2 ** 40 + key })
  assert.equal(readdirSync(room).length, 1)
  const groups = [...sorter.groups()]
  assert.deepEqual(
    groups.slice(0, -1).map(({ item }) => item.toString("hex")),
    [...expected.keys()].sort(),
  )
  for (const { item, entries } of groups.slice(0, -1)) {
    assert.equal(entries.length, expected.get(item.toString("hex")))
    assert.deepEqual(
      entries,
      entries.toSorted((a, b) => a.key - b.key),
    )
  }
  const last = groups.at(-1)?.entries ?? []
  assert.equal(last.length, ENTRIES_MOST)
  assert.ok(last.every(({ verdict, key }) => verdict === 0 && key >= 2 ** 40 + 100))
  sorter.close()
  assert.deepEqual(readdirSync(room), [])
})
