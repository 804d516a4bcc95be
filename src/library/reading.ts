import type { Instant } from "../kernel/time.ts"
import type { Reader } from "../store/index.ts"
import { type Collection, type Standing, select, type VersionFilter } from "./model.ts"
import { dateAddedAt, type EntryRow, entriesOf, type LiveEntry, type Range, readBytes, readEntries } from "./queries.ts"

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
  /** A page ends early at this many bytes of bodies; 0 = bodies are not wanted. */
  bytesMost: number
}

/** One object version on a page; `bytes` as received, where wanted. */
export type PageItem = Standing & { id: string; bytes?: Uint8Array }
export type Page = { items: PageItem[]; more: boolean }

/** Rows that one turn of a long scan looks at before others get theirs. */
const TURN = 500

/**
 * One page in order of date added. By id, and for the usual wishes, an index range; a wish that needs an object's
 * other versions looks at them one turn at a time.
 */
export async function readPage(reader: Reader, query: PageQuery): Promise<Page> {
  if (query.ids !== null) return pageOfIds(reader, query, query.ids)
  const range = readyRange(query)
  const rows = range === null ? scan(reader, query) : walk(reader, query, range)
  return collect(rows, query)
}

/** Number of the newest entry at or before an instant; -1 if there is none. Entries' times rise with their number. */
export async function entryBefore(reader: Reader, collection: Collection, instant: Instant): Promise<number> {
  if (instant >= collection.lastAt) return collection.size - 1
  let [low, high] = [-1, collection.size - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
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
async function* walk(reader: Reader, query: PageQuery, range: Range): AsyncGenerator<EntryRow[]> {
  let after = query.after
  for (let limit = query.limit + 1; ; limit = TURN) {
    const rows = await readTurn(reader, query, { range, after, limit })
    if (rows.length === 0) return
    yield rows
    after = rows.at(-1)?.seq ?? after
  }
}

/** Several types are merged from an index range each, as far as all of these ranges were read. */
async function readTurn(
  reader: Reader,
  query: PageQuery,
  turn: { range: Range; after: number; limit: number },
): Promise<EntryRow[]> {
  const common = { ...turn, collection: query.collection.key, bytesMost: query.bytesMost }
  if (query.types === null) return readEntries(reader, { ...common, type: null })
  const parts: EntryRow[][] = []
  for (const type of new Set(query.types)) parts.push(await readEntries(reader, { ...common, type }))
  const known = Math.min(...parts.map((rows) => (endsEarly(rows, common) ? (rows.at(-1)?.seq ?? 0) : Infinity)))
  return parts
    .flat()
    .filter(({ seq }) => seq <= known)
    .sort((a, b) => a.seq - b.seq)
}

/** True if rows may have been left behind for their number or size. */
function endsEarly(rows: readonly EntryRow[], { limit, bytesMost }: { limit: number; bytesMost: number }): boolean {
  const size = rows.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)
  return rows.length >= limit || (bytesMost > 0 && size > bytesMost)
}

/** All live entries, each judged beside its object's other versions; gives way to others after each turn. */
async function* scan(reader: Reader, query: PageQuery): AsyncGenerator<EntryRow[]> {
  for await (const rows of walk(reader, query, "live")) {
    const fitting: EntryRow[] = []
    for (const row of rows) if (await fits(reader, query, row)) fitting.push(row)
    if (fitting.length > 0) yield fitting
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function fits(reader: Reader, query: PageQuery, row: EntryRow): Promise<boolean> {
  const alone = row.single === 3
  const versions = alone ? [row] : await entriesOf(reader, query.collection.key, row.id)
  return select<Standing>(versions, query.specs, query.versions).some(({ seq }) => seq === row.seq)
}

async function collect(turns: AsyncGenerator<EntryRow[]>, query: PageQuery): Promise<Page> {
  const items: PageItem[] = []
  let size = 0
  for await (const rows of turns) {
    for (const row of rows) {
      const full = items.length >= query.limit || (query.bytesMost > 0 && size > query.bytesMost)
      if (full) return { items, more: true }
      size += row.bytes?.length ?? 0
      items.push(row)
    }
  }
  return { items, more: false }
}

async function pageOfIds(reader: Reader, query: PageQuery, ids: readonly string[]): Promise<Page> {
  const found: (LiveEntry & { id: string })[] = []
  for (const id of new Set(ids)) {
    const entries = await entriesOf(reader, query.collection.key, id)
    found.push(...select(entries, query.specs, query.versions).map((entry) => ({ ...entry, id })))
  }
  const fitting = found
    .filter(({ seq, type }) => seq > query.after && (query.types === null || query.types.includes(type)))
    .sort((a, b) => a.seq - b.seq)
  const items = fitting.slice(0, query.limit)
  if (query.bytesMost === 0) return { items, more: fitting.length > items.length }
  return withBytes(reader, items, fitting.length > items.length, query.bytesMost)
}

async function withBytes(
  reader: Reader,
  items: readonly (LiveEntry & { id: string })[],
  more: boolean,
  most: number,
): Promise<Page> {
  const bodies: PageItem[] = []
  let size = 0
  for (const item of items) {
    if (size > most) return { items: bodies, more: true }
    const bytes = (await readBytes(reader, item.object)) ?? Buffer.alloc(0)
    size += bytes.length
    bodies.push({ ...item, bytes })
  }
  return { items: bodies, more }
}
