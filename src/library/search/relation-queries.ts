import sql, { type Sql } from "sql-template-tag"
import type { Derived } from "../../store/index.ts"
import { referenceToken } from "./words.ts"

/** SQL over the relationships of one object; `end` is the property in which they name it. */
export type End = "source_ref" | "target_ref"

function naming(target: number, end: End): Sql {
  return sql`search match ${`"${referenceToken(target, end)}"`}`
}

/** One of the newest relationships of its word, and how many of that word there are among those looked at. */
export type Placed = { key: number; word: string; objects: number }

/** One pass over the newest `among` relationships: the newest `each` of every word, each word's first before the second of any. */
export function readPlaced(
  index: Derived,
  target: number,
  end: End,
  { among, each, most }: { among: number; each: number; most: number },
): Placed[] {
  return index.all<Placed>(
    sql`select key, word, objects from
          (select d.key, d.name as word, count() over (partition by d.name) as objects,
              row_number() over (partition by d.name order by d.key desc) as place
            from (select rowid as source from search where ${naming(target, end)}
                order by rowid desc limit ${among} + 0) r
            cross join doc d on d.key = r.source where d.type = 'relationship' and d.name is not null)
        where place <= ${each} order by place, objects desc, word limit ${most} + 0`,
  )
}

/** The relationships of one word, the newest first. */
export function readKeysOfWord(
  index: Derived,
  target: number,
  end: End,
  { word, before, limit }: { word: string; before: number; limit: number },
): number[] {
  const rows = index.all<{ key: number }>(
    sql`select d.key from search cross join doc d on d.key = search.rowid
        where ${naming(target, end)} and search.rowid < ${before}
          and d.type = 'relationship' and d.name = ${word} order by search.rowid desc limit ${limit} + 0`,
  )
  return rows.map(({ key }) => key)
}

/** As they are kept, in the order of their keys; what was erased is missing. */
export function readBodies(index: Derived, keys: readonly number[]): { key: number; bytes: Uint8Array }[] {
  return index.all<{ key: number; bytes: Uint8Array }>(
    sql`select o.key, o.bytes from json_each(${JSON.stringify(keys)}) k
        cross join library.object o on o.key = k.value and o.withdrawn = 0 order by o.key desc`,
  )
}
