import type { Instant } from "../kernel/time.ts"
import type { Reader } from "../store/index.ts"
import { type Collection, type Standing, select, type VersionFilter } from "./model.ts"
import { bodyOf, dateAddedAt, entriesOf, type Fact, type Range, readFacts, readRange, type Span } from "./queries.ts"

/** What a reader asked of a collection: TAXII 2.1 section 3.4; null = not asked. */
export type PageQuery = {
  collection: Collection
  /** Entries behind this number; -1 from the start. */
  after: number
  types: readonly string[] | null
  ids: readonly string[] | null
  specs: readonly string[] | null
  versions: VersionFilter
  limit: number
  /** A page ends early when its bodies take this many bytes. */
  bytesMost: number
}

export type Page = { rows: Fact[]; more: boolean }

/** A page of bodies joined by commas; `next` is its last entry where more stand behind it. */
export type Bodies = { firstAt: Instant; lastAt: Instant; next: number | null; joined: Uint8Array }

/** Rows that one turn of a long scan looks at before others get theirs. */
const TURN = 500

/**
 * One page in order of date added, without bodies. By id, and for the usual wishes, an index range; a wish that needs
 * an object's other versions looks at them one turn at a time.
 */
export async function readPage(reader: Reader, query: PageQuery): Promise<Page> {
  if (query.ids !== null) return pageOfIds(reader, query, query.ids)
  const range = readyRange(query)
  return collect(range === null ? scan(reader, query) : walk(reader, query, range), query)
}

/**
 * One page of bodies; null if it is empty. A ready range is joined by the store itself, in the thread of `far`, so
 * that no object is handled one by one.
 */
export async function readBodies(reader: Reader, far: Reader, query: PageQuery): Promise<Bodies | null> {
  const range = query.ids === null && (query.types?.length ?? 0) < 2 ? readyRange(query) : null
  if (range === null) return gatherBodies(reader, query)
  const { after, limit, types } = query
  const span = { collection: query.collection.key, range, type: types?.[0] ?? null, after, limit }
  const found = await readRange(far, span, query.bytesMost)
  if (found === null) return null
  const { firstAt, lastAt, last, more, joined } = found
  return joined === null ? gatherBodies(reader, query) : { firstAt, lastAt, next: more === 1 ? last : null, joined }
}

/** Object by object: what no ready range holds, and pages that end early for their size. */
async function gatherBodies(reader: Reader, query: PageQuery): Promise<Bodies | null> {
  const { rows, more } = await readPage(reader, query)
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return null
  const bodies = (await Promise.all(rows.map(({ object }) => bodyOf(reader, object)))).filter((body) => body !== null)
  // Erased meanwhile: what stands behind them is asked for instead.
  if (bodies.length === 0) return more ? gatherBodies(reader, { ...query, after: last.seq }) : null
  const next = more ? last.seq : null
  return { firstAt: first.dateAdded, lastAt: last.dateAdded, next, joined: joinedByCommas(bodies) }
}

const COMMA = Buffer.from(",")

function joinedByCommas(bodies: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(bodies.flatMap((body, i) => (i === 0 ? [body] : [COMMA, body])))
}

/** Number of the newest entry at or before an instant; -1 if there is none. Entries' times rise with their number. */
export async function entryBefore(reader: Reader, collection: Collection, instant: Instant): Promise<number> {
  if (instant >= collection.lastAt) return collection.size - 1
  let [low, high] = [-1, collection.size - 1]
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2)
    if ((await dateAddedAt(reader, collection.key, middle)) <= instant) low = middle
    else high = middle - 1
  }
  return low
}

function readyRange({ specs, versions }: PageQuery): Range | null {
  if (specs !== null) return null
  if (versions === "all") return "newest"
  if (versions.at.length > 0 || versions.first === versions.last) return null
  return versions.last ? "last" : "first"
}

/** Entries of one ready-made order, some at a time, until there are no more. */
async function* walk(reader: Reader, query: PageQuery, range: Range): AsyncGenerator<Fact[]> {
  const collection = query.collection.key
  let after = query.after
  for (let limit = query.limit + 1; ; limit = TURN) {
    const rows = await readTurn(reader, { collection, range, after, limit }, query.types)
    if (rows.length > 0) yield rows
    if (rows.length < limit) return
    after = rows.at(-1)?.seq ?? after
  }
}

/** Several types are merged from an index range each. */
async function readTurn(reader: Reader, span: Omit<Span, "type">, types: readonly string[] | null): Promise<Fact[]> {
  if (types === null) return readFacts(reader, { ...span, type: null })
  const parts: Fact[] = []
  for (const type of new Set(types)) parts.push(...(await readFacts(reader, { ...span, type })))
  return parts.sort((a, b) => a.seq - b.seq).slice(0, span.limit)
}

/** All live entries, each judged beside its object's other versions; gives way to others after each turn. */
async function* scan(reader: Reader, query: PageQuery): AsyncGenerator<Fact[]> {
  for await (const rows of walk(reader, query, "live")) {
    const fitting: Fact[] = []
    for (const row of rows) if (await fits(reader, query, row)) fitting.push(row)
    if (fitting.length > 0) yield fitting
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function fits(reader: Reader, query: PageQuery, row: Fact): Promise<boolean> {
  // The flags speak of the newest specification: where several are wanted, versions of another may stand beside it.
  const alone = row.single === 3 && (query.specs === null || query.specs.length < 2)
  const versions = alone ? [row] : await entriesOf(reader, query.collection.key, row.id)
  return select<Standing>(versions, query.specs, query.versions).some(({ seq }) => seq === row.seq)
}

async function collect(turns: AsyncIterable<Fact[]> | Iterable<Fact[]>, query: PageQuery): Promise<Page> {
  const page: Fact[] = []
  let size = 0
  for await (const rows of turns) {
    for (const row of rows) {
      if (page.length >= query.limit || size > query.bytesMost) return { rows: page, more: true }
      size += row.size
      page.push(row)
    }
  }
  return { rows: page, more: false }
}

async function pageOfIds(reader: Reader, query: PageQuery, ids: readonly string[]): Promise<Page> {
  const found: Fact[] = []
  for (const id of new Set(ids)) {
    found.push(...select(await entriesOf(reader, query.collection.key, id), query.specs, query.versions))
  }
  const fitting = found
    .filter(({ seq, type }) => seq > query.after && (query.types === null || query.types.includes(type)))
    .sort((a, b) => a.seq - b.seq)
  return collect([fitting], query)
}
