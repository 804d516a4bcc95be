import sql from "sql-template-tag"
import { random } from "../../kernel/hash.ts"
import type { Instant } from "../../kernel/time.ts"
import { idHash, recalledAt } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
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

/** `party`: whose the original is; null for this node's own. */
export async function insertCopy(
  tx: Tx,
  collection: number,
  { original, copy, party }: { original: string; copy: string; party: PartyId | null },
): Promise<void> {
  await tx.run(
    sql`insert into object_copy (collection, original_hash, original, copy_hash, copy, party)
        values (${collection}, ${idHash(original)}, ${original}, ${idHash(copy)}, ${copy}, ${party})`,
  )
}

/** Ids of all copies of an object and of copies of these, in whatever collection. */
export async function copiesOf(reader: Reader, original: string): Promise<string[]> {
  const found = new Set([original])
  for (const one of found) for (const copy of await copiesMade(reader, one)) found.add(copy)
  found.delete(original)
  return [...found].sort()
}

async function copiesMade(reader: Reader, original: string): Promise<string[]> {
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

/** A partner's object of which this is a copy, or a copy of one; null if it is none. */
export async function partnersOriginal(
  reader: Reader,
  copy: string,
): Promise<{ original: string; party: PartyId } | null> {
  let found: { original: string; party: PartyId } | null = null
  for (let id: string | null = copy; id !== null; id = found?.original ?? null) {
    const row: { original: string; party: PartyId } | undefined = await reader.get(
      sql`select original, party from object_copy where copy_hash = ${idHash(id)} and copy = ${id}
            and party is not null limit 1`,
    )
    if (row === undefined) break
    found = row
  }
  return found
}

type Version = { id: string; spec: string; version: string }

/** When a copy of a version was recalled, as the version itself would be; null if none was. */
export async function copyRecalledAt(reader: Reader, { id, spec, version }: Version): Promise<Instant | null> {
  for (const copy of await copiesOf(reader, id)) {
    const row = await reader.get<{ key: number }>(
      sql`select key from object where id_hash = ${idHash(copy)} and id = ${copy} and spec = ${spec}
            and version = ${version} and aside = 0`,
    )
    const at = await recalledAt(reader, { key: row?.key ?? NO_OBJECT, id: copy, spec, version })
    if (at !== null) return at
  }
  return null
}

/** The copy was erased since: what is recalled then is recalled in all its versions. */
const NO_OBJECT = -1
