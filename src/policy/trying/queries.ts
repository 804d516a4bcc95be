import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import { idHash, type Origin } from "../../library/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { SyncReader } from "../../store/index.ts"
import { strictestAround, strictestBefore } from "../release/queries.ts"

export type TriedRow = {
  key: number
  id: string
  type: string
  spec: string
  version: string
  marking: Tlp | null
  strictest: Tlp | null
  contained: Tlp | null
  origin: Origin
  revokedSince: number
  /** An entry that recalls a version of it, or of an object with the same hash. */
  recalled: number
  bytes: Uint8Array
}

export function countTried(reader: SyncReader): number {
  return reader.get<{ number: number }>(sql`select count(1) as number from object`)?.number ?? 0
}

/** What of object `o` decides, and its bytes. */
const triedColumns = sql`o.key, o.id, o.type, o.spec, o.version, o.marking, o.origin,
  exists (select 1 from object n where n.id_hash = o.id_hash and n.id = o.id and n.revoked = 1 and n.aside = 0
    and n.version > o.version) as "revokedSince",
  ${strictestBefore} as strictest, ${strictestAround} as contained,
  exists (select 1 from entry e where e.about_hash = o.id_hash and e.kind = 'recall') as recalled, o.bytes`

/**
 * The newest version of every object that this node may use, in the order in which they came; but for markings, which go
 * along with what names them, and for what is tabled in negotiations.
 */
export function readTried(reader: SyncReader): IterableIterator<TriedRow> {
  return reader.iterate<TriedRow>(
    sql`select ${triedColumns} from object o
        where o.aside = 0 and o.withdrawn = 0 and o.type not in ('marking-definition', 'comity-agreement') and not exists (select 1 from object n where o.stamp is not null
          and n.id_hash = o.id_hash and n.id = o.id and n.aside = 0 and n.version > o.version)
        order by o.key`,
  )
}

/** One version, if this node still may use it. */
export function readTriedByKey(reader: SyncReader, key: number): TriedRow | undefined {
  return reader.get<TriedRow>(
    sql`select ${triedColumns} from object o where o.key = ${key} and o.aside = 0 and o.withdrawn = 0`,
  )
}

export type RecallRow = { header: string | null; at: Instant }

/** What this node said of an object of that id, or of one with the same hash; the newest first. */
export function readOwnRecalls(reader: SyncReader, id: string): RecallRow[] {
  return reader.all<RecallRow>(
    sql`select e.header, e.date_added as at from entry e join collection c on c.key = e.collection
        where e.about_hash = ${idHash(id)} and e.kind = 'recall' and c.party is null order by e.date_added desc`,
  )
}

/** Whether a collection of ours that others read serves the version. */
export function isServed(reader: SyncReader, key: number): boolean {
  return (
    reader.get(
      sql`select 1 as found from entry e join collection c on c.key = e.collection
          where e.object = ${key} and c.kind = 'shared' and c.party is null limit 1`,
    ) !== undefined
  )
}

export function readDefinition(reader: SyncReader, id: string): Uint8Array | null {
  const row = reader.get<{ bytes: Uint8Array }>(
    sql`select bytes from object where id_hash = ${idHash(id)} and id = ${id} and type = 'marking-definition' and aside = 0
        order by origin <> 'own', key limit 1`,
  )
  return row?.bytes ?? null
}
