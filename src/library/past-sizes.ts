import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader } from "../store/index.ts"

/**
 * How many entries the log of a collection had at that moment; null if this is the log of none. Looks from the newest
 * entry back, since it is asked for moments of a few days ago.
 */
export async function entriesUntil(reader: Reader, log: number, at: Instant): Promise<number | null> {
  const row = await reader.get<{ seq: number | null }>(
    sql`select (select e.seq from entry e where e.collection = c.key and e.date_added <= ${at}
                order by e.seq desc limit 1) as seq
        from collection c where c.log = ${log}`,
  )
  if (row === undefined) return null
  return row.seq === null ? 0 : row.seq + 1
}
