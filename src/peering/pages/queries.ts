import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Reader } from "../../store/index.ts"
import type { Feed } from "../feeds/queries.ts"

/** What a partner reads of ours: how far it was served, and how large that is. */
export type GivenRow = {
  id: string
  title: string
  size: number
  served: number
  addedAt: Instant
  leftAt: Instant | null
}

export async function givenTo(reader: Reader, party: string): Promise<GivenRow[]> {
  return reader.all<GivenRow>(
    sql`select c.id, c.title, l.size, a.served, a.added_at as "addedAt", a.left_at as "leftAt" from audience a
        join collection c on c.key = a.collection join log l on l.key = c.log
        where a.party = ${party} order by a.left_at is not null, c.title, c.id limit 500`,
  )
}

/** What came from partners: each feed with its mirror. */
export type GotRow = Pick<
  Feed,
  "key" | "state" | "failure" | "failures" | "target" | "withheld" | "refused" | "pulledAt" | "verifiedAt"
> & { id: string; title: string; held: number; party: string; name: string }

export async function gotFrom(reader: Reader, party: string | null): Promise<GotRow[]> {
  const all = party === null ? 1 : 0
  return reader.all<GotRow>(
    sql`select f.key, f.state, f.failure, f.failures, f.target, f.withheld, f.refused, f.pulled_at as "pulledAt",
          f.verified_at as "verifiedAt", c.id, c.title, l.size as held, p.party, p.name
        from feed f join peer p on p.key = f.peer join collection c on c.key = f.collection
        join log l on l.key = c.log where (${all} = 1 or p.party = ${party})
        order by f.state = 'broken' desc, f.failure is not null desc, p.name, c.title, f.key limit 1000`,
  )
}

/** By party: when it last said something or answered, and what it still owes beyond its day. */
export type LatelyRow = { party: string; heardAt: Instant | null; overdue: number; waiting: number }

export async function lately(reader: Reader, now: Instant): Promise<Map<string, LatelyRow>> {
  const rows = await reader.all<Omit<LatelyRow, "heardAt"> & { heard: number; pulled: number }>(
    sql`select p.party,
          coalesce(p.heard_at, 0) as heard, coalesce((select max(f.pulled_at) from feed f where f.peer = p.key), 0) as pulled,
          (select count(1) from receipt_due r where r.party = p.party and r.state in ('due', 'pending')
            and coalesce(case when r.state = 'pending' then r.until end, r.due_at) < ${now}) as overdue,
          (select count(1) from outbox o where o.peer = p.key and o.delivered_at is null) as waiting
        from peer p`,
  )
  return new Map(
    rows.map(({ heard, pulled, ...row }) => {
      const at = Math.max(heard, pulled) as Instant
      return [row.party, { ...row, heardAt: at === 0 ? null : at }]
    }),
  )
}

export async function findFeedByKey(reader: Reader, key: number): Promise<{ state: Feed["state"] } | null> {
  return (await reader.get<{ state: Feed["state"] }>(sql`select state from feed where key = ${key}`)) ?? null
}
