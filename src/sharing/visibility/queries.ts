import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import { type CollectionId, idHash } from "../../library/index.ts"
import type { Reader } from "../../store/index.ts"

/** A collection that serves an object: whose it is (null: ours), and since when it is there. */
export type Holder = { id: CollectionId; title: string; kind: "inbox" | "shared"; party: string | null; since: Instant }

export async function readHolders(reader: Reader, id: string): Promise<Holder[]> {
  return reader.all<Holder>(
    sql`select c.id, c.title, c.kind, c.party, min(e.date_added) as since
        from object o join entry e on e.object = o.key join collection c on c.key = e.collection
        where o.id_hash = ${idHash(id)} and o.id = ${id}
        group by c.key, c.id, c.title, c.kind, c.party order by min(e.date_added)`,
  )
}

/** The first entry of a log that is not older than an instant; instants rise with the numbers. */
export async function firstSince(
  reader: Reader,
  { key, size }: { key: number; size: number },
  since: Instant,
): Promise<number> {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = await reader.get<{ at: Instant }>(
      sql`select date_added as at from entry where collection = ${key} and seq = ${middle}`,
    )
    if (row !== undefined && row.at < since) low = middle + 1
    else high = middle
  }
  return low
}

/** What entered a collection on one day of UTC: how many versions, and from when to when. */
export type Let = { first: number; last: number; count: number; from: Instant; to: Instant }

export async function readLet(reader: Reader, collection: number, first: number, most: number): Promise<Let[]> {
  return reader.all<Let>(
    sql`select min(seq) as first, max(seq) as last, count(1) as count, min(date_added) as "from", max(date_added) as "to"
        from entry where collection = ${collection} and seq >= ${first} and kind in ('put', 'revoke')
        group by date_added / 86400000000 order by max(seq) desc limit ${most} + 0`,
  )
}

/** Ids of the objects of the first entries of a span that are still served. */
export async function readSome(reader: Reader, collection: number, span: Let, most: number): Promise<string[]> {
  const rows = await reader.all<{ id: string }>(
    sql`select o.id from entry e join object o on o.key = e.object
        where e.collection = ${collection} and e.seq >= ${span.first} and e.seq <= ${span.last}
        order by e.seq limit ${most} + 0`,
  )
  return rows.map(({ id }) => id)
}
