import sql, { join } from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Reader } from "../../store/index.ts"

/** How many entries each collection has. */
export async function sizesNow(reader: Reader): Promise<Map<number, number>> {
  const rows = await reader.all<{ key: number; size: number }>(
    sql`select c.key, l.size from collection c join log l on l.key = c.log`,
  )
  return new Map(rows.map(({ key, size }) => [key, size]))
}

/** Whether anything was taken back in what collections got since they had these sizes: recalled, revoked or erased. */
export async function wasTakenBack(reader: Reader, since: ReadonlyMap<number, number>): Promise<boolean> {
  for (const [collection, size] of await sizesNow(reader)) {
    const before = since.get(collection) ?? 0
    if (size <= before) continue
    const found = await reader.get(
      sql`select e.seq from entry e left join object o on o.key = e.object
          where e.collection = ${collection} and e.seq >= ${before}
            and (e.kind in ('recall', 'revoke', 'erase') or o.revoked = 1) limit 1`,
    )
    if (found !== undefined) return true
  }
  return false
}

/** Those of the objects that do not stand any more, whatever policy would say: gone, revoked since, or recalled after `since`. */
export async function selectFallen(reader: Reader, keys: readonly number[], since: Instant): Promise<number[]> {
  const rows = await reader.all<{ key: number }>(
    sql`select o.key from object o where o.key in (${join(keys)}) and o.withdrawn = 0 and o.aside = 0
          and not exists (select 1 from object n where n.id_hash = o.id_hash and n.id = o.id and n.revoked = 1)
          and not exists (select 1 from entry e where e.about_hash = o.id_hash and e.kind = 'recall'
            and e.date_added >= ${since})`,
  )
  const standing = new Set(rows.map(({ key }) => key))
  return keys.filter((key) => !standing.has(key))
}
