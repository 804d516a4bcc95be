import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openScene } from "../support/scene.ts"
import { stixId } from "../support/stix.ts"
import { API, type ManifestEntry, type Page, walk } from "../support/taxii.ts"

/**
 * The filters of TAXII 2.1 section 3.4 written down as a program over a list, and a node that must agree with it on
 * random histories and random questions. The seed is printed, and set by `SEED`.
 */
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
const OPERATIONS = 150
const QUESTIONS = 120

type Version = { id: string; type: string; spec: "2.0" | "2.1"; modified: string }
type Query = {
  ids?: string[]
  types?: string[]
  specs?: string[]
  versions?: string[]
  after?: string
  limit: number
}

const scene = await openScene({ collections: 1 })
after(() => scene.stop())
const collection = scene.collection()

/** mulberry32: small, seeded, and good enough to choose among a dozen things. */
function dice(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  const some = <Item>(items: readonly Item[]) => items.filter(() => next() < 0.4)
  return { below, pick, some, chance: (share: number) => next() < share }
}

const { below, pick, some, chance } = dice(SEED)
const TIMES = [1, 2, 3, 4, 5].map((day) => `2022-05-0${day}T10:00:00.000Z`)
const THINGS = ["malware", "malware", "tool", "campaign", "indicator", "indicator", "indicator"].map((type) => ({
  type,
  id: stixId(type),
}))

/** What the collection holds, in the order of adding. */
const held: Version[] = []

function textOf({ id, type, spec, modified }: Version): string {
  const head = { type, id, created: TIMES[0], modified, name: `${modified} ${spec}` }
  const body = { labels: ["x"], pattern: "[a:b='c']", valid_from: TIMES[0], is_family: false, pattern_type: "stix" }
  return JSON.stringify({ ...head, ...body, ...(spec === "2.1" ? { spec_version: spec } : {}) })
}

const same = (a: Version, b: Version) => a.id === b.id && a.modified === b.modified && a.spec === b.spec
const byModified = (a: Version, b: Version) => (a.modified < b.modified ? -1 : a.modified > b.modified ? 1 : 0)

/** Which versions of one object a reader gets: first by specification, then by version. */
function chosen(versions: Version[], { specs, versions: wanted = ["last"] }: Query): Version[] {
  const newest = versions.some(({ spec }) => spec === "2.1") ? "2.1" : "2.0"
  const allowed = versions.filter(({ spec }) => (specs ?? [newest]).includes(spec)).toSorted(byModified)
  if (wanted.includes("all")) return allowed
  return allowed.filter(
    (version, at) =>
      (wanted.includes("first") && at === 0) ||
      (wanted.includes("last") && at === allowed.length - 1) ||
      wanted.includes(version.modified),
  )
}

function answer(query: Query, added: Map<Version, string>): Version[] {
  const ids = new Set(held.map(({ id }) => id))
  const found = [...ids].flatMap((id) =>
    chosen(
      held.filter((version) => version.id === id),
      query,
    ),
  )
  return held.filter(
    (version) =>
      found.includes(version) &&
      (query.ids?.includes(version.id) ?? true) &&
      (query.types?.includes(version.type) ?? true) &&
      (query.after === undefined || (added.get(version) ?? "") > query.after),
  )
}

/** Two versions with one `modified` differ in the specification alone: `first` and `last` would be a matter of taste. */
function free(version: Version): boolean {
  return !held.some((one) => one.id === version.id && one.modified === version.modified && one.spec !== version.spec)
}

async function oneOperation(): Promise<void> {
  const version: Version = { ...pick(THINGS), spec: chance(0.3) ? "2.0" : "2.1", modified: pick(TIMES) }
  if (chance(0.8)) {
    if (!free(version)) return
    await scene.tester.put(collection, textOf(version))
    if (!held.some((one) => same(one, version))) held.push(version)
    return
  }
  const query: Query = { specs: ["2.0", "2.1"], versions: [pick(["first", "last", "all", version.modified])], limit: 1 }
  const mine = held.filter(({ id }) => id === version.id)
  if (mine.length === 0) return
  const path = `collections/${collection}/objects/${version.id}/?match[spec_version]=2.0,2.1`
  const answered = await scene.tester.call("DELETE", `${path}&match[version]=${query.versions}`)
  const gone = chosen(mine, query)
  assert.ok(gone.length === 0 || answered.status === 200, `${answered.status} ${answered.text}`)
  for (const one of gone) held.splice(held.indexOf(one), 1)
}

function randomQuery(times: string[]): Query {
  return {
    ...(chance(0.3) ? { ids: [...some(THINGS).map(({ id }) => id), stixId("tool")] } : {}),
    ...(chance(0.3) ? { types: [...some(["malware", "tool", "campaign", "indicator"]), "x-none"] } : {}),
    ...(chance(0.4) ? { specs: pick([["2.0"], ["2.1"], ["2.0", "2.1"]]) } : {}),
    ...(chance(0.6)
      ? { versions: pick([["all"], ["first"], ["last"], ["first", "last"], some(TIMES).concat("last")]) }
      : {}),
    ...(chance(0.3) ? { after: pick(times) } : {}),
    limit: 1 + below(6),
  }
}

function queryText({ ids, types, specs, versions, after, limit }: Query): string {
  const match = Object.entries({ id: ids, type: types, spec_version: specs, version: versions })
  const parts = match.flatMap(([field, values]) => (values ? [`match[${field}]=${values.join(",")}`] : []))
  return `?${[...parts, ...(after ? [`added_after=${after}`] : []), `limit=${limit}`].join("&")}`
}

const keyOf = (id: string, version: string) => `${id} ${version}`

test("on a random history every page of every random question is what the standard's text gives", async (t) => {
  t.diagnostic(`SEED=${SEED}`)
  for (let at = 0; at < OPERATIONS; at++) await oneOperation()
  const all = await scene.tester.manifest(collection, "?match[version]=all&match[spec_version]=2.0,2.1&limit=1000")
  assert.deepEqual(
    all.map(({ id, version }) => keyOf(id, version)),
    held.map(({ id, modified }) => keyOf(id, modified)),
  )
  const added = new Map(held.map((version, at) => [version, all[at]?.date_added ?? ""]))
  let shown = 0
  for (let at = 0; at < QUESTIONS; at++) {
    const query = randomQuery([...added.values()])
    const wanted = answer(query, added).map(({ id, modified }) => keyOf(id, modified))
    const text = queryText(query)
    const listed = await walk(scene.tester, `${API}collections/${collection}/manifest/`, text)
    const objects = await walk(scene.tester, `${API}collections/${collection}/objects/`, text)
    const entries = flat(listed) as ManifestEntry[]
    assert.deepEqual(
      entries.map(({ id, version }) => keyOf(id, version)),
      wanted,
      `manifest ${text}`,
    )
    const found = flat(objects) as { id: string; modified: string }[]
    assert.deepEqual(
      found.map(({ id, modified }) => keyOf(id, modified)),
      wanted,
      `objects ${text}`,
    )
    assert.equal(listed.length, Math.max(1, Math.ceil(wanted.length / query.limit)), `pages of ${text}`)
    shown += wanted.length
  }
  assert.ok(shown > QUESTIONS, "the questions were mostly about nothing")
  t.diagnostic(`${held.length} versions held, ${QUESTIONS} questions, ${shown} versions shown`)
})

function flat(pages: Page[]): unknown[] {
  return pages.flatMap((page) => page.objects ?? [])
}
