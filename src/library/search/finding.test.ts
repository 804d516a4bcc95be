import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import fc from "fast-check"
import { day, type InProcess, openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { address, malware, newVersion, type Stix } from "../../../test/support/stix.ts"
import { type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { type Derived, openDerived } from "../../store/index.ts"
import { addObjects } from "../adding.ts"
import { eraseObject } from "../erasing.ts"
import type { Collection } from "../model.ts"
import { find, keys } from "./finding.ts"
import { readOn } from "./indexer.ts"
import type { Hit, SearchQuery } from "./model.ts"
import { searchFile } from "./schema.ts"

// The index beside a naive model: lists of words, and every question answered by looking at everything.

const NONE: SearchQuery = {
  ...{ text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null },
  ...{ revoked: "any", sort: "newest", after: null, limit: 50 },
}
const TLP = {
  green: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
  red: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
const WORDS = [
  "alpha",
  "alpine",
  "al",
  "beta",
  "Betaville",
  "x",
  "c2",
  "café",
  "惡意",
  "惡意程式",
  "意",
  "程式庫",
  "10.2.30.4",
]
const MARKS = ["green", "red", null] as const

/** What the model knows of one object: its newest version. */
type Known = {
  id: string
  type: string
  name: string
  description: string
  marking: (typeof MARKS)[number]
  revoked: boolean
  modified: string
  collections: Set<string>
  at: Instant
  order: number
}

let node: InProcess
let index: Derived
let collections: Collection[]
const known = new Map<string, Known>()
let order = 0

/** Numbers that look random and are the same in every run. */
function* numbers(): Generator<number> {
  for (let seed = 7; ; seed = (seed * 48_271) % 2_147_483_647) yield seed
}
const source = numbers()
const below = (most: number) => source.next().value % most
const one = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
const sentence = (most: number) => Array.from({ length: 1 + below(most) }, () => one(WORDS)).join(" ")

async function keep(collection: Collection, object: Stix): Promise<void> {
  await addObjects(node.store, await node.reload(collection), prepared(object))
  const before = known.get(object.id)
  const modified = String(object.modified)
  const marks = object.object_marking_refs
  if (before !== undefined && before.modified >= modified) return void before.collections.add(collection.id)
  known.set(object.id, {
    ...{
      id: object.id,
      type: object.type,
      name: String(object.name),
      description: String(object.description),
      modified,
    },
    marking: MARKS.find((mark) => mark !== null && Array.isArray(marks) && marks.includes(TLP[mark])) ?? null,
    revoked: object.revoked === true,
    collections: new Set([...(before?.collections ?? []), collection.id]),
    ...{ at: (await node.reload(collection)).lastAt, order: order++ },
  })
}

function randomObject(modified: string): Stix {
  const marking = one(MARKS)
  const type = one(["malware", "tool", "campaign"])
  const marks = marking === null ? {} : { object_marking_refs: [TLP[marking]] }
  return {
    ...malware({ name: sentence(2), description: sentence(6), modified, ...marks }),
    type,
    id: `${type}--${uuid()}`,
  }
}

function settle(): void {
  while (readOn(index, 1000));
  index.commit()
}

const uuid = () => `00000000-0000-4000-8000-${String(below(2 ** 31)).padStart(12, "0")}`

/** Of each object its newest version counts, in whatever order the versions came; some are erased again. */
async function fill(): Promise<void> {
  for (let i = 0; i < 120; i++) {
    node.clock.forward(25_000_000)
    const collection = one(collections)
    const object = randomObject(day(50))
    await keep(collection, object)
    const what = below(6)
    if (what === 0) await keep(collection, newVersion(object, day(60), { name: sentence(2), revoked: below(2) === 0 }))
    if (what === 1) await keep(one(collections), newVersion(object, day(40), { name: sentence(2) }))
    if (what === 2) await keep(one(collections), object)
    if (i % 3 === 0) settle()
    if (what === 3) await erase(collection, object.id)
  }
}

async function erase(collection: Collection, id: string): Promise<void> {
  await eraseObject(node.store, await node.reload(collection), { id, specs: null, versions: "all", by: null })
  known.delete(id) // it was in this collection only
}

before(async () => {
  node = await openInProcess()
  index = openDerived(searchFile(node.folder.index, node.folder.database))
  collections = [await node.collection("one"), await node.collection("two")]
  await fill()
  settle()
})
after(async () => {
  index.close()
  await node.close()
})

/** Tokens as the model sees them: words, numbers, and runs of Chinese. */
function tokens(text: string): string[] {
  const folded = text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC")
  return folded.match(/[a-z0-9]+|\p{Script=Han}+/gu) ?? []
}

const isHan = (token: string) => /\p{Script=Han}/u.test(token)

/** Does one word of a question occur? Several tokens of one word stand side by side. */
function occurs(object: Known, word: string, last: boolean): boolean {
  const asked = tokens(word)
  const [name, all] = [tokens(object.name), [tokens(object.name), tokens(object.description)]]
  if (isHan(word)) return all.flat().some((token) => token.includes(asked[0] ?? ""))
  if (asked.length > 1) {
    return all.some((field) => field.some((_, at) => asked.every((token, i) => field[at + i] === token)))
  }
  const [token = ""] = asked
  if (all.flat().includes(token)) return true
  if (!last) return false
  return (token.length > 3 ? all.flat() : name).some((found) => !isHan(found) && found.startsWith(token))
}

function naive(query: SearchQuery): Known[] {
  const words = query.text.split(" ").filter((word) => word !== "")
  return [...known.values()]
    .filter((object) => words.every((word, i) => occurs(object, word, i === words.length - 1)))
    .filter((object) => query.types.length === 0 || query.types.includes(object.type))
    .filter((object) => query.markings.length === 0 || query.markings.includes(object.marking ?? "none"))
    .filter((object) => query.collections.length === 0 || query.collections.some((id) => object.collections.has(id)))
    .filter((object) => query.revoked === "any" || (query.revoked === "yes") === object.revoked)
    .filter((object) => query.from === null || object.at >= query.from)
    .filter((object) => query.to === null || object.at < query.to)
    .sort(comparing(query.sort))
}

function comparing(sort: SearchQuery["sort"]): (a: Known, b: Known) => number {
  const older = (a: Known, b: Known) => a.order - b.order
  const letters = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const bytes = (a: Known, b: Known) => Buffer.compare(Buffer.from(letters(a.name)), Buffer.from(letters(b.name)))
  if (sort === "name") return (a, b) => bytes(a, b) || older(a, b)
  if (sort === "modified") return (a, b) => b.modified.localeCompare(a.modified) || older(b, a)
  return sort === "oldest" ? older : (a, b) => older(b, a)
}

/** All pages, one after the other; each page leads back to the one before. */
function walk(query: SearchQuery): Hit[] {
  const pages: Hit[][] = []
  let previous: string | null = null
  for (let cursor: string | null = null; ; ) {
    const page = find(index, { ...query, after: cursor })
    if (previous !== null) {
      const back = find(index, { ...query, after: page.previous })
      assert.deepEqual(idsOf(back.hits), idsOf(pages.at(-1) ?? []))
      assert.equal(back.next, cursor)
    }
    pages.push(page.hits)
    if (page.next === null) return pages.flat()
    previous = page.next
    cursor = page.next
  }
}

const idsOf = (hits: readonly { id: string }[]) => hits.map(({ id }) => id)
const some = <Item>(...items: Item[]) => fc.subarray(items, { maxLength: 2 })
/** Times at which something was added, and the next microsecond. */
const instant = fc.option(
  fc.record({ at: fc.nat(), later: fc.constantFrom(0, 1) }).map(({ at, later }) => {
    const times = [...known.values()].map((object) => object.at)
    return plusMicroseconds(times[at % times.length] ?? node.clock.now(), later)
  }),
)

test("words and filters together find what a look at everything finds, in the same order, page by page", () => {
  const text = fc.array(fc.constantFrom(...WORDS, "ALP", "bet", "cafe", "zeta", "ville", "程", "意程"), {
    maxLength: 3,
  })
  const asked = fc.record({
    text: text.map((words) => words.join(" ")),
    types: some("malware", "tool", "campaign"),
    markings: some<"green" | "red" | "none">("green", "red", "none"),
    collections: some(0, 1),
    ...{ from: instant, to: instant },
    revoked: fc.constantFrom("any" as const, "any" as const, "no" as const, "yes" as const),
    sort: fc.constantFrom("newest" as const, "oldest" as const, "name" as const, "modified" as const),
    limit: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(asked, (given) => {
      const chosen = given.collections.flatMap((at) => collections[at]?.id ?? [])
      const query: SearchQuery = { ...NONE, ...given, collections: chosen }
      const expected = naive(query)
      assert.deepEqual(idsOf(walk(query)), idsOf(expected))
      const { total, totalIsLeast, behind } = find(index, query)
      assert.deepEqual({ total, totalIsLeast, behind }, { total: expected.length, totalIsLeast: false, behind: 0 })
      const newest = naive({ ...query, sort: "newest" })
      assert.equal(keys(index, query, 1000).keys.length, newest.length)
    }),
    { numRuns: 300 },
  )
})

test("the model finds something with most of its words, and its objects are of every kind", () => {
  const counts = WORDS.map((text) => naive({ ...NONE, text }).length)
  assert.ok(Math.min(...counts) > 3, counts.join(" "))
  assert.ok([...known.values()].some(({ revoked, collections }) => revoked && collections.size === 1))
  assert.ok([...known.values()].some(({ collections }) => collections.size === 2))
})

test("no text that anybody can write is a question that fails, and none reaches the filters", async () => {
  await addObjects(node.store, await node.reload(collections[0] as Collection), prepared(address("203.0.113.9")))
  settle()
  const signs = fc.constantFrom(
    ..."\"'*^:-+(){}[]\\/;%_&|~.,\u0000\ue001\ue002\ue003\ud800",
    "NEAR",
    "AND",
    "OR",
    "NOT",
    "text",
    " ",
    "a",
  )
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(signs).map((list) => list.join("")),
  )
  fc.assert(
    fc.property(hostile, hostile, (text, after) => {
      for (const type of ["ipv4-addr", text]) find(index, { ...NONE, text, types: [type], after })
    }),
    { numRuns: 500 },
  )
  const sly = '" OR "203'
  assert.deepEqual(find(index, { ...NONE, text: sly, types: ["tool"] }).hits, [])
})
