import sql from "sql-template-tag"
import { formatInstant, type Instant } from "../kernel/time.ts"
import {
  type EntryKind,
  headerText,
  type JournalRow,
  journalEntries,
  type LogKind,
  type LogRow,
} from "../ledger/index.ts"
import type { SyncReader } from "../store/index.ts"
import type { Standing } from "./model.ts"

/** A log as a scan finds it; `collection` is null for the node's own. */
export type StoredLog = LogRow & { collection: StoredCollection | null }

/** `party`: whose mirror it is. `hasLeft`: that one says that we belong to its audience no more. */
export type StoredCollection = { key: number; id: string; title: string; party: string | null; hasLeft: boolean }

/** The columns by which an object is found, judged and served; they must say what its bytes say. */
export type ServedAs = {
  id: string
  idHash: number
  type: string
  /** The type by which the entry is found. */
  listed: string | null
  spec: string
  version: string
  stamp: string | null
  revoked: boolean
  created: string | null
  createdBy: string | null
  size: number
  canonical: Buffer
}

/** A live entry, and whether readers are shown it as one of the newest specification, the first, the last. */
export type StoredStanding = Standing & { id: string; newest: number; first: number; last: number }

/** An entry with its header put together anew from what is stored. `content` is null where the store has it no more. */
export type StoredEntry = {
  seq: number
  h: Buffer
  erasedBy: number | null
  /** It was erased here since its time was over, which no log says. */
  expired: boolean
  erases: number | null
  /** Of an entry without content, the later one that is said to be why, and what that is; null if it is not here. */
  reason: { seq: number; kind: EntryKind | null } | null
  dateAdded: Instant | null
  content: { salt: Buffer; header: string; body: Buffer } | null
  served: ServedAs | null
}

type LogOfCollection = LogRow & { collection: number | null; id: string | null; title: string | null } & {
  party: string | null
  has_left: number | null
}

/**
 * Every log, mirrors too, the node's own ones last; `id` narrows to one collection, `ledger` or `keys` to one of the
 * node's own.
 */
export function storedLogs(reader: SyncReader, id: string | null): StoredLog[] {
  const rows = reader.all<LogOfCollection>(
    sql`select l.key, l.kind, l.origin, l.size, l.edge, l.checkpoint, l.last_at, l.guarded, c.key as collection, c.id,
          c.title, c.party, f.has_left
        from log l left join collection c on c.log = l.key left join feed f on f.collection = c.key
        order by l.kind, l.key`,
  )
  return rows
    .filter((row) => id === null || (row.id ?? row.kind) === id)
    .map(({ collection: key, id, title, party, has_left, ...log }) => {
      const collection = { id: id ?? "", title: title ?? "", party, hasLeft: has_left === 1 }
      return { ...log, collection: key === null ? null : { key, ...collection } }
    })
}

export function ownLog(reader: SyncReader, kind: Exclude<LogKind, "collection">): StoredLog {
  const found = storedLogs(reader, null).find((log) => log.kind === kind)
  if (found === undefined) throw new Error(`no log of kind ${kind}`)
  return found
}

export function storedEntries(reader: SyncReader, log: StoredLog): Iterable<StoredEntry> {
  return log.collection === null ? journal(reader, log) : entries(reader, log.collection.key)
}

function* journal(reader: SyncReader, log: LogRow): Generator<StoredEntry> {
  for (const row of reader.iterate<JournalRow>(journalEntries(log.key, 0, Number.MAX_SAFE_INTEGER))) {
    const content = { salt: Buffer.from(row.salt), header: row.header, body: Buffer.from(row.body) }
    const { seq } = row
    const nothing = { erasedBy: null, expired: false, erases: null, reason: null, dateAdded: null, served: null }
    yield { seq, h: Buffer.from(row.h), ...nothing, content }
  }
}

/** The live entries of a collection, those of one object at a time. */
export function* storedVersions(reader: SyncReader, collection: number): Generator<StoredStanding[]> {
  const rows = reader.iterate<StoredStanding>(
    sql`select e.seq, o.id, o.spec, o.stamp, e.date_added as "dateAdded", e.is_newest as newest, e.is_first as first,
          e.is_last as last from object o join entry e on e.object = o.key
        where e.collection = ${collection} order by o.id_hash, o.id, e.seq`,
  )
  let versions: StoredStanding[] = []
  for (const row of rows) {
    if (versions.length > 0 && versions[0]?.id !== row.id) {
      yield versions
      versions = []
    }
    versions.push(row)
  }
  if (versions.length > 0) yield versions
}

type Row = {
  seq: number
  kind: EntryKind
  listed: string | null
  marking: string | null
  terms: string | null
  date_added: Instant
  salt: Uint8Array | null
  h: Uint8Array
  previous: number | null
  erases: number | null
  erased_by: number | null
  withdrawn_by: number | null
  reason: EntryKind | null
  expired: number
  id: string | null
  id_hash: number | null
  type: string | null
  spec: string | null
  version: string | null
  stamp: string | null
  revoked: number | null
  created: string | null
  created_by: string | null
  size: number
  canonical: Uint8Array | null
  bytes: Uint8Array | null
  header: string | null
  note: Uint8Array | null
  served: number
}

function* entries(reader: SyncReader, collection: number): Generator<StoredEntry> {
  const rows = reader.iterate<Row>(
    sql`select e.seq, e.kind, e.marking, t.hash as terms, e.date_added, e.salt, e.h, e.previous, e.erases, e.erased_by, e.size,
          e.type as listed, o.id, o.id_hash, o.type, o.spec, o.version, o.stamp, o.created, o.revoked, o.created_by, o.canonical,
          o.bytes, e.header, e.note, e.object is not null as served, e.withdrawn_by, r.kind as reason,
          exists (select 1 from expired x where x.collection = e.collection and x.seq = e.seq) as expired
        from entry e left join object o on o.key = coalesce(e.object, e.kept)
        left join entry r on r.collection = e.collection and r.seq = coalesce(e.erased_by, e.withdrawn_by) left join terms t on t.key = e.terms where e.collection = ${collection} order by e.seq`,
  )
  for (const row of rows) {
    const { seq, erases, erased_by: erasedBy, date_added: dateAdded } = row
    const by = erasedBy ?? row.withdrawn_by
    const reason = by === null ? null : { seq: by, kind: row.reason }
    const expired = row.expired === 1
    const common = { seq, expired, h: Buffer.from(row.h), erasedBy, erases, reason, dateAdded, served: servedAs(row) }
    yield { ...common, content: contentOf(row, previousHash(reader, collection, row.previous)) }
  }
}

function previousHash(reader: SyncReader, collection: number, seq: number | null): string | null {
  if (seq === null) return null
  const row = reader.get<{ h: Uint8Array }>(sql`select h from entry where collection = ${collection} and seq = ${seq}`)
  return Buffer.from(row?.h ?? []).toString("base64")
}

function servedAs(row: Row): ServedAs | null {
  const {
    id,
    id_hash: idHash,
    type,
    listed,
    spec,
    version,
    stamp,
    created,
    created_by: createdBy,
    size,
    canonical,
  } = row
  if (
    row.served === 0 ||
    id === null ||
    idHash === null ||
    type === null ||
    spec === null ||
    version === null ||
    canonical === null
  ) {
    return null
  }
  const revoked = row.revoked === 1
  const about = { id, idHash, type, listed, spec, version, stamp, created, revoked, createdBy }
  return { ...about, size, canonical: Buffer.from(canonical) }
}

/** An entry that names an object but has lost it, or its salt, has no content: an error unless it was erased. */
function contentOf(row: Row, previous: string | null): StoredEntry["content"] {
  const holdsObject = row.kind === "put" || row.kind === "revoke"
  if (row.salt === null || (holdsObject && row.bytes === null && row.note === null)) return null
  const { kind, id, spec, version, marking, terms, erases } = row
  const date_added = formatInstant(row.date_added)
  const header = row.header ?? headerText({ kind, id, spec, version, date_added, marking, terms, previous, erases })
  return { salt: Buffer.from(row.salt), header, body: Buffer.from(row.note ?? row.bytes ?? []) }
}
