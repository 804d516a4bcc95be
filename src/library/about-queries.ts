import sql, { join } from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Tlp } from "../stix/index.ts"
import type { Reader } from "../store/index.ts"
import type { CollectionId, ConflictReason } from "./model.ts"
import { idHash } from "./queries.ts"

/** A version without its bytes. */
export type VersionRow = {
  key: number
  id: string
  type: string
  spec: string
  /** `modified`, else `created`, as sent; null for observables. */
  stamp: string | null
  revoked: number
  origin: string
  marking: Tlp | null
  size: number
  /** When a collection first got it; null if none holds it any more. */
  added: Instant | null
}

export type VersionBody = VersionRow & { canonical: Uint8Array; bytes: Uint8Array; lifted_from: Uint8Array | null }

const columns = sql`o.key, o.id, o.type, o.spec, o.stamp, o.revoked, o.origin, o.marking, length(o.bytes) as size,
  (select min(e.date_added) from entry e where e.object = o.key) as added`

/** What pages may show: not what contradicts another version, and not what was withdrawn by whom it belongs to. */
const shown = sql`o.aside = 0 and o.withdrawn = 0`

/** The newest specification first, then the newest version; observables have none, so the last one kept is first. */
const newestFirst = sql`order by o.spec desc, case when o.stamp is null then '' else o.version end desc, o.key desc`

/** The versions of an object, the newest first. */
export async function readVersions(reader: Reader, id: string, limit: number, offset: number): Promise<VersionRow[]> {
  return reader.all<VersionRow>(
    sql`select ${columns} from
          (select o.key from object o where o.id_hash = ${idHash(id)} and o.id = ${id} and ${shown}
            ${newestFirst} limit ${limit} + 0 offset ${offset} + 0) n
        join object o on o.key = n.key ${newestFirst}`,
  )
}

export async function countVersions(reader: Reader, id: string): Promise<number> {
  const row = await reader.get<{ versions: number }>(
    sql`select count(1) as versions from object o where id_hash = ${idHash(id)} and id = ${id} and ${shown}`,
  )
  return row?.versions ?? 0
}

/** One version, only if it is one of this object. */
export async function readVersion(reader: Reader, id: string, key: number): Promise<VersionBody | null> {
  const row = await reader.get<VersionBody>(
    sql`select ${columns}, o.canonical, o.bytes, o.lifted_from from object o where o.key = ${key} and o.id = ${id} and ${shown}`,
  )
  return row ?? null
}

export type HoldingRow = {
  id: CollectionId
  title: string
  kind: "inbox" | "shared"
  party: string | null
  /** When the collection first got any version of the object that it still holds. */
  since: Instant
  /** Entries that it holds of the object. */
  entries: number
  /** The newest entry that holds the version asked for; null if it does not hold that one. */
  seq: number | null
}

export async function readHoldings(reader: Reader, id: string, key: number, limit: number): Promise<HoldingRow[]> {
  return reader.all<HoldingRow>(
    sql`select c.id, c.title, c.kind, c.party, min(e.date_added) as since, count(1) as entries,
          max(case when e.object = ${key} then e.seq end) as seq
        from object o join entry e on e.object = o.key join collection c on c.key = e.collection
        where o.id_hash = ${idHash(id)} and o.id = ${id}
        group by c.key, c.id, c.title, c.kind, c.party order by min(e.date_added) limit ${limit} + 0`,
  )
}

export type AsideRow = {
  key: number
  collection: CollectionId
  title: string
  version: string
  reason: ConflictReason
  bytes: Uint8Array
  received_at: Instant
}

/** Contents that contradict what is held, the newest first. The index begins with the collection. */
export async function readAside(reader: Reader, id: string, limit: number): Promise<AsideRow[]> {
  return reader.all<AsideRow>(
    sql`select f.key, c.id as collection, c.title, f.version, f.reason, f.bytes, f.received_at
        from conflict f join collection c on c.key = f.collection
        where f.collection in (select key from collection) and f.id = ${id}
        order by f.received_at desc, f.key desc limit ${limit} + 0`,
  )
}

export async function countAside(reader: Reader, id: string): Promise<number> {
  const row = await reader.get<{ contents: number }>(
    sql`select count(1) as contents from conflict
        where collection in (select key from collection) and id = ${id}`,
  )
  return row?.contents ?? 0
}

/** The version with which a content that was kept aside disagrees; null if it is not held. */
export async function readHeldVersion(reader: Reader, id: string, version: string): Promise<number | null> {
  const row = await reader.get<{ key: number }>(
    sql`select key from object o where id_hash = ${idHash(id)} and id = ${id} and version = ${version} and ${shown}
        order by spec desc limit 1`,
  )
  return row?.key ?? null
}

/** Bytes of versions by key, at most some hundreds; those erased or withdrawn since are missing. */
export async function readBytes(
  reader: Reader,
  keys: readonly number[],
): Promise<{ key: number; bytes: Uint8Array }[]> {
  if (keys.length === 0) return []
  return reader.all<{ key: number; bytes: Uint8Array }>(
    sql`select key, bytes from object where key in (${join(keys)}) and withdrawn = 0 order by key desc`,
  )
}
