import assert from "node:assert/strict"
import { after, test } from "node:test"
import fc from "fast-check"
import { type NaiveEntry, type NaiveQuery, naiveAnswer, naiveSelect } from "../../test/support/naive-library.ts"
import { day, openInProcess, prepared } from "../../test/support/node-in-process.ts"
import { address, indicator, malware, type Stix, text } from "../../test/support/stix.ts"
import type { Reader } from "../store/index.ts"
import { addObjects } from "./adding.ts"
import { eraseObject } from "./erasing.ts"
import type { Collection, VersionFilter } from "./model.ts"
import { type Bodies, type PageQuery, readBodies, readPage } from "./reading.ts"

const node = await openInProcess()
after(() => node.close())

type Put = { does: "put"; things: { thing: number; version: number; old: boolean }[] }
type Erase = { does: "erase"; thing: number; versions: VersionFilter }
type Action = Put | Erase

const THINGS = 6
const number = (max: number) => fc.integer({ min: 0, max })
const filter: fc.Arbitrary<VersionFilter> = fc.oneof(
  fc.constant<VersionFilter>({ first: false, last: true, at: [] }),
  fc.constant<VersionFilter>("all"),
  fc.record({
    first: fc.boolean(),
    last: fc.boolean(),
    at: fc.array(
      number(4).map((at) => day(at).slice(0, 19)),
      { maxLength: 2 },
    ),
  }),
)
const put: fc.Arbitrary<Put> = fc.record({
  does: fc.constant("put" as const),
  things: fc.array(fc.record({ thing: number(THINGS - 1), version: number(4), old: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  }),
})
const erase: fc.Arbitrary<Erase> = fc.record({
  does: fc.constant("erase" as const),
  thing: number(THINGS - 1),
  versions: filter,
})
const actions = fc.array(fc.oneof({ arbitrary: put, weight: 4 }, { arbitrary: erase, weight: 1 }), { maxLength: 9 })

/** `ids` and `after` are chosen among what there is. */
const question = fc.record({
  after: fc.option(number(20), { nil: -1, freq: 2 }),
  types: fc.option(fc.subarray(["indicator", "malware", "ipv4-addr", "x"], { minLength: 1 }), { nil: null, freq: 2 }),
  ids: fc.option(fc.subarray(Array.from({ length: THINGS }, (_, i) => i)), { nil: null, freq: 2 }),
  specs: fc.option(fc.subarray(["2.0", "2.1"], { minLength: 1 }), { nil: null, freq: 2 }),
  versions: filter,
  limit: fc.integer({ min: 1, max: 7 }),
  bytesMost: fc.constantFrom(1, 400, 1000, Number.POSITIVE_INFINITY),
})
type Question = typeof question extends fc.Arbitrary<infer Found> ? Found : never

/** A collection and, beside it, a list that says what it should hold. */
async function twins() {
  const collection = await node.collection()
  const bases = [
    malware(),
    malware(),
    malware({ labels: ["x"] }),
    indicator(),
    indicator(),
    address(addresses.shift() ?? ""),
  ]
  const held: NaiveEntry[] = []
  const objectOf = ({ thing, version, old }: Put["things"][number]): Stix => {
    const base = bases[thing] as Stix
    if (base.type === "ipv4-addr") return { ...base, resolves_to_refs: [], x_copy: version }
    const plain = { ...base, modified: day(version), labels: ["x"] }
    return old ? ({ ...plain, spec_version: undefined } as unknown as Stix) : plain
  }
  const act = async (action: Action) => {
    if (action.does === "put") return putAll(collection, held, action.things.map(objectOf))
    const { id } = bases[action.thing] as Stix
    const mine = held.filter((entry) => entry.id === id)
    await eraseObject(node.store, collection, { id, specs: null, versions: action.versions, by: null })
    const gone = action.versions === "all" ? mine.map(({ seq }) => seq) : naiveSelect(mine, null, action.versions)
    held.splice(0, held.length, ...held.filter(({ id: other, seq }) => other !== id || !gone.includes(seq)))
  }
  return { collection, held, act, ids: bases.map(({ id }) => id) }
}

/** None twice: what is kept is judged over all collections. */
const addresses = Array.from({ length: 2000 }, (_, i) => `198.51.${Math.floor(i / 250)}.${i % 250}`)

async function putAll(collection: Collection, held: NaiveEntry[], objects: Stix[]): Promise<void> {
  const { size } = await node.reload(collection)
  const ready = prepared(...objects)
  const outcomes = await addObjects(node.store, collection, ready)
  let seq = size
  for (const [i, outcome] of outcomes.entries()) {
    const { id, type, spec, stamp, bytes } = ready[i] as (typeof ready)[number]
    const there = held.find((entry) => entry.id === id && entry.text === bytes.toString())
    assert.equal(outcome.is, there === undefined ? "accepted" : "duplicate")
    if (outcome.is !== "accepted") continue
    held.push({ seq, id, type, spec, stamp, dateAdded: outcome.dateAdded, text: bytes.toString() })
    seq += 1
  }
}

async function queryOf(collection: Collection, { ids, ...rest }: Question, names: string[]): Promise<PageQuery> {
  const chosen = ids === null ? null : ids.map((at) => names[at] ?? "")
  return { ...rest, collection: await node.reload(collection), ids: chosen }
}

const written = ({ next, joined }: Bodies) => `<${next ?? "end"} ${Buffer.from(joined).toString()}>`

/** All pages of a question, each also as bodies. */
async function pages(query: PageQuery): Promise<{ seq: number }[][]> {
  const found: { seq: number }[][] = []
  for (let from = query.after; ; ) {
    const page = await readPage(node.store, { ...query, after: from })
    found.push(page.rows)
    const last = page.rows.at(-1)
    if (!page.more || last === undefined) return found
    from = last.seq
  }
}

function checkPages(list: { seq: number }[][], wanted: NaiveEntry[], { limit, bytesMost }: Question): void {
  assert.deepEqual(
    list.flat().map(({ seq }) => seq),
    wanted.map(({ seq }) => seq),
  )
  for (const [i, page] of list.entries()) {
    assert.ok(page.length <= limit)
    const last = i === list.length - 1
    if (!last && bytesMost === Number.POSITIVE_INFINITY) assert.equal(page.length, limit)
    if (!last || wanted.length > 0) assert.ok(page.length > 0)
    const bytes = page
      .slice(0, -1)
      .map(({ seq }) => Buffer.byteLength(wanted.find((one) => one.seq === seq)?.text ?? ""))
    assert.ok(bytes.reduce((sum, one) => sum + one, 0) <= bytesMost)
  }
}

test("after any history every question is answered as the naive list answers it, on pages of any size", async () => {
  let shown = 0
  const property = async (history: Action[], questions: Question[]) => {
    const { collection, held, act, ids } = await twins()
    for (const action of history) await act(action)
    for (const one of questions) {
      const query = await queryOf(collection, one, ids)
      const wanted = naiveAnswer(held, query as NaiveQuery)
      checkPages(await pages(query), wanted, one)
      shown += wanted.length
      const page = await readPage(node.store, query)
      const bodies = await readBodies(node.store, node.store.far, query)
      const texts = page.rows.map(({ seq }) => held.find((entry) => entry.seq === seq)?.text)
      const head = `<${page.more ? page.rows.at(-1)?.seq : "end"} `
      const said = bodies === null ? null : written(bodies)
      if (query.bytesMost === Number.POSITIVE_INFINITY) {
        assert.equal(said, texts.length === 0 ? null : `${head}${texts.join(",")}>`)
        assert.equal(bodies?.lastAt, page.rows.at(-1)?.dateAdded)
      }
    }
  }
  const many = fc.array(question, { minLength: 6, maxLength: 12 })
  await fc.assert(fc.asyncProperty(actions, many, property), { numRuns: 50 })
  assert.ok(shown > 200, `only ${shown} entries were ever shown`)
})

test("who pages on while others write and erase sees what stays exactly once, in order, and nothing twice", async () => {
  const property = async (history: Action[], meanwhile: Action[], one: Question) => {
    const { collection, held, act, ids } = await twins()
    for (const action of history) await act(action)
    const query = await queryOf(collection, one, ids)
    let lasting = new Set(naiveAnswer(held, query as NaiveQuery).map(({ seq }) => seq))
    const seen: number[] = []
    for (const action of [...meanwhile, null]) {
      const page = await readPage(node.store, { ...query, after: seen.at(-1) ?? query.after })
      seen.push(...page.rows.map(({ seq }) => seq))
      if (action === null) break
      await act(action)
      lasting = lasting.intersection(new Set(naiveAnswer(held, query as NaiveQuery).map(({ seq }) => seq)))
    }
    const rest = await pages({ ...query, after: seen.at(-1) ?? query.after })
    seen.push(...rest.flat().map(({ seq }) => seq))
    assert.deepEqual(
      seen,
      [...new Set(seen)].toSorted((a, b) => a - b),
    )
    assert.deepEqual([...lasting.difference(new Set(seen))], [])
  }
  await fc.assert(fc.asyncProperty(actions, actions, question, property), { numRuns: 50 })
})

test("questions that look at thousands of entries give the others their turn and the naive answer", async () => {
  const { collection, held, ids } = await twins()
  const objects = Array.from({ length: 1300 }, (_, i): Stix => {
    return {
      ...(i % 3 === 2 ? malware({ labels: ["x"] }) : indicator()),
      ...(i % 5 === 0 ? { modified: day(i % 7) } : {}),
    }
  })
  const later = objects.slice(0, 400).map((object): Stix => ({ ...object, modified: day(9), name: "later" }))
  await putAll(collection, held, [...objects, ...later])
  const base: Question = {
    after: -1,
    types: null,
    ids: null,
    specs: null,
    versions: "all",
    limit: 450,
    bytesMost: Number.POSITIVE_INFINITY,
  }
  const questions: Question[] = [
    { ...base, versions: { first: true, last: true, at: [] } },
    { ...base, specs: ["2.1"], versions: { first: true, last: false, at: [] } },
    { ...base, types: ["malware", "indicator"], versions: { first: false, last: true, at: [] } },
    { ...base, types: ["malware"], specs: ["2.1"], limit: 3, after: 1690 },
    { ...base, bytesMost: 50_000 },
    { ...base, versions: { first: false, last: false, at: [day(9).slice(0, 19)] }, limit: 399 },
  ]
  for (const one of questions) {
    const query = await queryOf(collection, one, ids)
    const wanted = naiveAnswer(held, query as NaiveQuery)
    assert.ok(wanted.length > 0)
    checkPages(await pages(query), wanted, one)
  }
})

test("what is erased while a page is gathered is left out of it, and never an error or another's body", async () => {
  const { collection, held, ids } = await twins()
  const objects = Array.from({ length: 30 }, () => indicator())
  await putAll(collection, held, objects)
  const base = {
    after: -1,
    types: null,
    ids: null,
    specs: ["2.1"],
    versions: "all" as const,
    limit: 10,
    bytesMost: 1e9,
  }
  const query = await queryOf(collection, base, ids)
  const gone = objects.slice(0, 12)
  const eraseThem = async () => {
    for (const { id } of gone) await eraseObject(node.store, collection, { id, specs: null, versions: "all", by: null })
    await addObjects(node.store, await node.collection(), prepared(indicator({ name: "elsewhere" })))
  }
  let erasing: Promise<void> | null = null
  const reader: Reader = {
    all: (asked) => node.store.all(asked),
    get: async (asked) => {
      erasing ??= eraseThem()
      await erasing
      return node.store.get(asked)
    },
  }
  const bodies = await readBodies(reader, reader, query)
  assert.equal(bodies && written(bodies), `<21 ${objects.slice(12, 22).map(text).join(",")}>`)
})
