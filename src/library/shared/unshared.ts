import sql, { empty } from "sql-template-tag"
import type { Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { CollectionId } from "../model.ts"
import { idHash } from "../queries.ts"

/** A version that this node holds, while an open shared collection serves an older one of the same object. */
export type Unshared = {
  collection: CollectionId
  title: string
  object: number
  id: string
  type: string
  revoked: boolean
  marking: Tlp | null
}

/** Notes a version that just came in for the shared collections that serve an older one. */
export async function noteUnshared(tx: Tx, id: string, object: number): Promise<void> {
  await tx.run(
    sql`insert into unshared (collection, object)
        select distinct e.collection, ${object} from object o join entry e on e.object = o.key
          join collection c on c.key = e.collection
        where o.id_hash = ${idHash(id)} and o.id = ${id} and o.key <> ${object} and c.kind = 'shared'
          and c.party is null and c.closed_at is null
        on conflict do nothing`,
  )
}

/**
 * After a version of an object entered a shared collection: what is older needs no note any more, and the newest one
 * gets one if it is another.
 */
export async function settleUnshared(tx: Tx, collection: number, id: string, object: number): Promise<void> {
  const hash = idHash(id)
  await tx.run(
    sql`delete from unshared where collection = ${collection}
          and object in (select key from object where id_hash = ${hash} and id = ${id})`,
  )
  await tx.run(
    sql`insert into unshared (collection, object)
        select ${collection}, n.key from object n
        where n.id_hash = ${hash} and n.id = ${id} and ${usable} and n.key <> ${object}
          and n.version > (select version from object where key = ${object})
        order by n.version desc, n.key desc limit 1`,
  )
}

const usable = sql`n.origin = 'own' and n.aside = 0 and n.withdrawn = 0`

/** What a note is worth now: the collection is open, serves another version and not this one, and none is newer. */
const stands = sql`c.closed_at is null and ${usable}
  and exists (select 1 from object p join entry e on e.object = p.key
    where p.id_hash = n.id_hash and p.id = n.id and e.collection = u.collection)
  and not exists (select 1 from entry e where e.object = n.key and e.collection = u.collection)
  and not exists (select 1 from object m where m.id_hash = n.id_hash and m.id = n.id and m.origin = 'own'
    and m.aside = 0 and m.withdrawn = 0 and m.version > n.version)`

export type UnsharedWish = { collection?: number; id?: string; revoked?: boolean; most: number }

/** The newest versions that are not shared yet: in one collection or all, of one object or all, revoked ones or all. */
export async function listUnshared(
  reader: Reader,
  { collection, id, revoked, most }: UnsharedWish,
): Promise<Unshared[]> {
  const inside = collection === undefined ? empty : sql`and u.collection = ${collection}`
  const of = id === undefined ? empty : sql`and n.id_hash = ${idHash(id)} and n.id = ${id}`
  const kind = revoked === undefined ? empty : sql`and n.revoked = ${revoked ? 1 : 0}`
  const rows = await reader.all<Omit<Unshared, "revoked"> & { revoked: number }>(
    sql`select c.id as collection, c.title, n.key as object, n.id, n.type, n.revoked, n.marking
        from unshared u join object n on n.key = u.object join collection c on c.key = u.collection
        where ${stands} ${inside} ${of} ${kind} order by n.revoked desc, u.object desc, c.id limit ${most} + 0`,
  )
  return rows.map((row) => ({ ...row, revoked: row.revoked === 1 }))
}
