import sql from "sql-template-tag"
import { random } from "../../kernel/hash.ts"
import type { Instant } from "../../kernel/time.ts"
import { idHash, recalledAt } from "../../library/index.ts"
import type { Reader, Tx } from "../../store/index.ts"

const SECRET_BYTES = 32

/** From what ids of copies are made; it is made when it is first needed and never leaves the node. */
export async function copySecret(tx: Tx): Promise<Uint8Array> {
  await tx.run(
    sql`insert into node_secret (name, value) values ('copies', ${random(SECRET_BYTES)}) on conflict do nothing`,
  )
  const row = await tx.get<{ value: Uint8Array }>(sql`select value from node_secret where name = 'copies'`)
  return (row as { value: Uint8Array }).value
}

/** The id under which a collection holds a copy of an object; null if it never did. */
export async function findCopy(reader: Reader, collection: number, original: string): Promise<string | null> {
  const row = await reader.get<{ copy: string }>(
    sql`select copy from object_copy where collection = ${collection} and original_hash = ${idHash(original)}
          and original = ${original}`,
  )
  return row?.copy ?? null
}

export async function insertCopy(tx: Tx, collection: number, original: string, copy: string): Promise<void> {
  await tx.run(
    sql`insert into object_copy (collection, original_hash, original, copy_hash, copy)
        values (${collection}, ${idHash(original)}, ${original}, ${idHash(copy)}, ${copy})`,
  )
}

/** Ids of all copies of an object, in whatever collection. */
export async function copiesOf(reader: Reader, original: string): Promise<string[]> {
  const rows = await reader.all<{ copy: string }>(
    sql`select distinct copy from object_copy where original_hash = ${idHash(original)} and original = ${original}
        order by copy`,
  )
  return rows.map(({ copy }) => copy)
}

/** The object of which this is a copy; null if it is none. */
export async function originalOf(reader: Reader, copy: string): Promise<string | null> {
  const row = await reader.get<{ original: string }>(
    sql`select original from object_copy where copy_hash = ${idHash(copy)} and copy = ${copy} limit 1`,
  )
  return row?.original ?? null
}

/** A version of a copy as the library holds it. */
type CopyVersion = { key: number; id: string; spec: string; version: string }

async function copyVersions(reader: Reader, original: string): Promise<CopyVersion[]> {
  return reader.all<CopyVersion>(
    sql`select distinct o.key, o.id, o.spec, o.version from object_copy c
          join object o on o.id_hash = c.copy_hash and o.id = c.copy
        where c.original_hash = ${idHash(original)} and c.original = ${original} and o.aside = 0 order by o.key`,
  )
}

/** When a copy of an object was recalled, as its original would be; null if none was. */
export async function copyRecalledAt(reader: Reader, id: string): Promise<Instant | null> {
  for (const version of await copyVersions(reader, id)) {
    const at = await recalledAt(reader, version)
    if (at !== null) return at
  }
  return null
}
