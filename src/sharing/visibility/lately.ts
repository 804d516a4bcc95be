import type { Instant } from "../../kernel/time.ts"
import { type Collection, listCollections, type Member, membersOf, readServed } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { firstSince, type Let, readLet, readSome } from "./queries.ts"

/** Who could see what entered, and how much of it has left this node for that party. */
export type Watcher = { party: PartyId; fetched: "all" | "part" | "none" }

/** What became visible in one collection on one day, and to whom. */
export type Became = Let & {
  collection: Pick<Collection, "id" | "title">
  watchers: Watcher[]
  /** The first objects of it. */
  some: string[]
}

export type LatelyWish = { party: PartyId | null; collection: string | null; since: Instant }

const ROWS_MOST = 400
const NAMED = 5

/** What became visible to whom, the newest first; `wish.party`: only what that party could see. */
export async function visibleLately(reader: Reader, wish: LatelyWish): Promise<Became[]> {
  const shared = (await listCollections(reader)).filter(
    ({ id, kind, party }) =>
      kind === "shared" && party === null && (wish.collection === null || wish.collection === id),
  )
  const rows = await Promise.all(shared.map((collection) => inCollection(reader, collection, wish.party, wish.since)))
  return rows
    .flat()
    .toSorted((a, b) => b.to - a.to)
    .slice(0, ROWS_MOST)
}

async function inCollection(
  reader: Reader,
  collection: Collection,
  party: PartyId | null,
  since: Instant,
): Promise<Became[]> {
  const members = await membersOf(reader, collection.key)
  if (party !== null && !members.some((member) => member.party === party)) return []
  const rows = await readLet(reader, collection.key, await firstSince(reader, collection, since), ROWS_MOST)
  const { key, id, title } = collection
  const became = await Promise.all(
    rows.map(async (row): Promise<Became> => {
      const present = members.filter(({ leftSize }) => leftSize === null || leftSize > row.first)
      const watchers = await Promise.all(present.map((member) => watcherOf(reader, key, member, row)))
      return { ...row, collection: { id, title }, watchers, some: await readSome(reader, key, row, NAMED) }
    }),
  )
  return became.filter(({ watchers }) => party === null || watchers.some((watcher) => watcher.party === party))
}

async function watcherOf(reader: Reader, key: number, { party, leftSize }: Member, row: Let): Promise<Watcher> {
  const next = Math.min(row.last + 1, leftSize ?? Number.MAX_SAFE_INTEGER)
  const spans = await readServed(reader, key, party, { first: row.first, next })
  const left = spans.reduce((sum, span) => sum + Math.min(span.next, next) - Math.max(span.first, row.first), 0)
  return { party, fetched: left === 0 ? "none" : left >= next - row.first ? "all" : "part" }
}
