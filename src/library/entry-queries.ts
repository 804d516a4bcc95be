import sql, { empty } from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { EntryKind } from "../ledger/index.ts"
import type { Tlp } from "../stix/index.ts"
import type { Reader } from "../store/index.ts"
import type { ConflictReason } from "./model.ts"
import { NOTE_MOST } from "./shared/recalls.ts"

export type EntryRow = {
  seq: number
  kind: EntryKind
  date_added: Instant
  size: number
  marking: Tlp | null
  erases: number | null
  erased_by: number | null
  withdrawn_by: number | null
  about: number | null
  header: string | null
  note: Uint8Array | null
  refused: string | null
  id: string | null
  type: string | null
  revoked: number | null
}

/** Entries `lowest ≤ seq ≤ from`, the newest first. */
export async function readEntryRows(
  reader: Reader,
  collection: number,
  range: { from: number; lowest: number; kind: EntryKind | null; most: number },
): Promise<EntryRow[]> {
  const ofKind = range.kind === null ? empty : sql`and e.kind = ${range.kind}`
  return reader.all<EntryRow>(
    sql`select e.seq, e.kind, e.date_added, e.size, e.marking, e.erases, e.erased_by, e.withdrawn_by,
          e.about, e.header, case when e.kind = 'recall' and length(e.note) <= ${NOTE_MOST} then e.note end as note, e.refused, o.id, o.type, o.revoked
        from entry e left join object o on o.key = e.object
        where e.collection = ${collection} and e.seq <= ${range.from} and e.seq >= ${range.lowest} ${ofKind}
        order by e.seq desc limit ${range.most} + 0`,
  )
}

export type ConflictRow = {
  key: number
  id: string
  version: string
  reason: ConflictReason
  received_at: Instant
}

/** Contents that were kept aside, the newest first: at most so many, with keys below `below`. */
export async function listConflicts(
  reader: Reader,
  collection: number,
  page: { below: number | null; most: number },
): Promise<ConflictRow[]> {
  const before = page.below === null ? empty : sql`and key < ${page.below}`
  return reader.all<ConflictRow>(
    sql`select key, id, version, reason, received_at from conflict
        where collection = ${collection} ${before} order by key desc limit ${page.most} + 0`,
  )
}

/** Contents that one collection keeps aside. */
export async function countConflictsIn(reader: Reader, collection: number): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from conflict where collection = ${collection}`,
  )
  return row?.number ?? 0
}

export async function readConflict(
  reader: Reader,
  collection: number,
  key: number,
): Promise<(ConflictRow & { bytes: Uint8Array }) | null> {
  const row = await reader.get<ConflictRow & { bytes: Uint8Array }>(
    sql`select key, id, version, reason, received_at, bytes from conflict
        where key = ${key} and collection = ${collection}`,
  )
  return row ?? null
}
