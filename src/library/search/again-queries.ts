import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Derived } from "../../store/index.ts"
import { facetToken } from "./words.ts"

/** Mirrors of what a partner shares. */
export function readMirrors(index: Derived, party: string): number[] {
  return index
    .all<{ key: number }>(sql`select key from library.collection where party = ${party}`)
    .map(({ key }) => key)
}

/** An object that came from a partner, by its newest version. */
export type Received = { key: number; hash: number; id: string; type: string; bytes: Uint8Array }

/** Objects that these collections hold, the newest first. */
export function readReceived(
  index: Derived,
  mirrors: readonly number[],
  span: { before: number; limit: number },
): Received[] {
  const inMirrors = mirrors.map((key) => `"${facetToken("collection", String(key))}"`).join(" OR ")
  return index.all<Received>(
    sql`select d.key, d.hash, d.id, d.type, o.bytes from search cross join doc d on d.key = search.rowid
          cross join library.object o on o.key = d.key and o.withdrawn = 0
        where search match ${inMirrors} and search.rowid < ${span.before}
        order by search.rowid desc limit ${span.limit} + 0`,
  )
}

/** When an object first came from a partner, of what still stands; and when an inbox of ours last got it. */
export type Times = { since: Instant | null; brought: Instant | null }

export function readTimes(index: Derived, { hash, id }: Pick<Received, "hash" | "id">, party: string): Times {
  const row = index.get<Times>(
    sql`select min(case when c.party = ${party} then e.date_added end) as since,
          max(case when c.party is null and c.kind = 'inbox' then e.date_added end) as brought
        from library.object o cross join library.entry e on e.object = o.key
          cross join library.collection c on c.key = e.collection
        where o.id_hash = ${hash} and o.id = ${id}`,
  )
  return row ?? { since: null, brought: null }
}

/** Of those that fit only so many of the newest are looked at: some values stand in half of all feeds. */
const AMONG_MOST = 500

/** Whether an inbox of ours got another object that fits one of these tokens after that time, and holds it still. */
export function isInInbox(
  index: Derived,
  tokens: readonly string[],
  { besides, after }: { besides: number; after: Instant },
): boolean {
  const match = tokens.map((token) => `"${token}"`).join(" OR ")
  const row = index.get<{ found: number }>(
    sql`select 1 as found from
            (select rowid as key from search where search match ${match} order by rowid desc limit ${AMONG_MOST} + 0) f
          cross join doc d on d.key = f.key
          cross join library.object o on o.id_hash = d.hash and o.id = d.id
          cross join library.entry e on e.object = o.key and e.date_added > ${after}
          cross join library.collection c on c.key = e.collection and c.party is null and c.kind = 'inbox'
        where d.key <> ${besides} limit 1`,
  )
  return row !== undefined
}
