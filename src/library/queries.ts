import sql, { empty, join, type Sql } from "sql-template-tag"
import { sha256 } from "../kernel/hash.ts"
import type { Instant } from "../kernel/time.ts"
import type { EntryHeader, EntryKind } from "../ledger/index.ts"
import type { Tlp } from "../stix/index.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { Collection, Known, Origin, Prepared } from "./model.ts"

const collectionColumns = sql`c.key, c.id, c.alias, c.title, c.kind, c.party, c.closed_at as "closedAt", c.successor,
  c.log, l.origin, l.size, l.last_at as "lastAt", t.key as "termsKey", t.hash as "termsHash", t.text as "termsText"`
const collections = sql`collection c join log l on l.key = c.log left join terms t on t.key = c.terms`
type CollectionRow = Omit<Collection, "kind" | "terms"> & { kind: "inbox" | "shared" } & {
  termsKey: number | null
  termsHash: string | null
  termsText: string | null
}

export async function findCollection(reader: Reader, id: string): Promise<Collection | null> {
  const row = await reader.get<CollectionRow>(sql`select ${collectionColumns} from ${collections} where c.id = ${id}`)
  return row === undefined ? null : collectionOf(row)
}

export async function findCollectionByAlias(reader: Reader, alias: string): Promise<Collection | null> {
  const row = await reader.get<CollectionRow>(
    sql`select ${collectionColumns} from ${collections} where c.alias = ${alias}`,
  )
  return row === undefined ? null : collectionOf(row)
}

export async function findCollectionByKey(reader: Reader, key: number): Promise<Collection | null> {
  const row = await reader.get<CollectionRow>(sql`select ${collectionColumns} from ${collections} where c.key = ${key}`)
  return row === undefined ? null : collectionOf(row)
}

export async function listCollections(reader: Reader): Promise<Collection[]> {
  const rows = await reader.all<CollectionRow>(sql`select ${collectionColumns} from ${collections} order by c.id`)
  return rows.map(collectionOf)
}

function collectionOf({ termsKey: key, termsHash: hash, termsText: text, ...row }: CollectionRow): Collection {
  const terms = key === null || hash === null || text === null ? null : { key, hash, text }
  return { ...row, terms, kind: row.party === null ? row.kind : "received" }
}

export async function insertCollection(
  tx: Tx,
  row: Pick<Collection, "id" | "alias" | "title" | "kind" | "party" | "log"> & { terms: number | null },
): Promise<void> {
  const kind = row.kind === "inbox" ? "inbox" : "shared"
  await tx.run(
    sql`insert into collection (id, alias, title, kind, party, log, terms, created_at)
        values (${row.id}, ${row.alias}, ${row.title}, ${kind}, ${row.party}, ${row.log}, ${row.terms}, ${tx.now})`,
  )
  if (row.terms === null) return
  await tx.run(
    sql`insert into stood_under (collection, terms, held) select key, terms, 1 from collection where id = ${row.id}`,
  )
}

/** Another collection goes on under that name. */
export async function clearAlias(tx: Tx, collection: number): Promise<void> {
  await tx.run(sql`update collection set alias = null where key = ${collection}`)
}

/** Nothing enters from now on; `successor` goes on in its place. */
export async function setClosed(tx: Tx, collection: number, at: Instant, successor: string | null): Promise<void> {
  await tx.run(sql`update collection set closed_at = ${at}, successor = ${successor} where key = ${collection}`)
}

/** It stands in the place of a log of which this is the last checkpoint that is known. */
export async function setFollows(tx: Tx, collection: string, checkpoint: string): Promise<void> {
  await tx.run(sql`update collection set follows = ${checkpoint} where id = ${collection}`)
}

/** 48 bits of SHA-256: an index of small integers finds an id; the id itself is compared after. */
export function idHash(id: string): number {
  return sha256(id).readUIntBE(0, 6)
}

export async function versionsOf(reader: Reader, id: string, hash: number): Promise<Known[]> {
  return reader.all<Known>(
    sql`select key, spec, version, revoked, created, created_by, canonical, origin from object
        where id_hash = ${hash} and id = ${id} and aside = 0`,
  )
}

/** `aside`: its bytes are kept for the log that commits to them, and never as a version of the object. */
export async function insertObject(
  tx: Tx,
  hash: number,
  object: Prepared,
  from: { origin: Origin; aside: boolean },
): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into object (id_hash, id, type, spec, version, stamp, created, revoked, created_by, origin,
          aside, marking, canonical, bytes, lifted_from)
        values (${hash}, ${object.id}, ${object.type}, ${object.spec}, ${object.version}, ${object.stamp},
          ${object.created}, ${object.revoked ? 1 : 0}, ${object.createdBy}, ${from.origin}, ${from.aside ? 1 : 0},
          ${object.marking},
          ${object.canonical}, ${object.bytes}, ${object.liftedFrom}) returning key`,
  )
  return (row as { key: number }).key
}

/** Entries keep the mark under which they were written. */
export async function setMarking(tx: Tx, object: number, marking: Tlp | null): Promise<void> {
  await tx.run(sql`update object set marking = ${marking} where key = ${object}`)
}

/** What an entry says of the object that it holds. */
export type Kept = Pick<Prepared, "id" | "type" | "spec" | "version" | "stamp" | "revoked" | "marking" | "bytes">

/** The object version as it was first kept: later entries about it hold the same bytes. */
export async function loadKept(reader: Reader, object: number): Promise<Kept> {
  const row = await reader.get<Omit<Kept, "revoked" | "bytes"> & { revoked: number; bytes: Uint8Array }>(
    sql`select id, type, spec, version, stamp, revoked, marking, bytes from object where key = ${object}`,
  )
  if (row === undefined) throw new Error(`no object ${object}`)
  return { ...row, revoked: row.revoked === 1, bytes: Buffer.from(row.bytes) }
}

export type NewEntry = {
  collection: number
  seq: number
  kind: EntryKind
  object: number | null
  type: string | null
  marking: string | null
  dateAdded: Instant
  /** Bytes of the body. */
  size: number
  salt: Buffer | null
  h: Buffer
  previous: number | null
  erases: number | null
  /** The entry that a `mark` or `recall` speaks of, and the object. */
  about?: { seq: number | null; id: string }
  /** Its header, where that does not follow from the columns: of entries without an object, and in mirrors. */
  header?: string
  /** What an entry without an object says: its body. */
  note?: Buffer
  /** A version that is held for the log and not served, beside `object` null. */
  kept?: number | undefined
  /** Key of the terms that its header names. */
  terms?: number | undefined
  /** Of what a partner shared: when that wrote it, or when it came, if that was earlier. */
  saidAt?: Instant | undefined
  /** Why it was not taken: of entries of a partner. */
  refused?: string | undefined
  /** Whether readers see it; whether it is the only version that they see is settled by `setStanding`. */
  served: boolean
}

export async function insertEntry(tx: Tx, entry: NewEntry): Promise<void> {
  const flag = entry.served ? 1 : 0
  await tx.run(
    sql`insert into entry (collection, seq, kind, object, kept, type, marking, date_added, size, salt, h,
          previous, erases, about, about_hash, header, note, terms, said_at, refused, is_newest, is_first, is_last)
        values (${entry.collection}, ${entry.seq}, ${entry.kind}, ${entry.object}, ${entry.kept ?? null},
          ${entry.type}, ${entry.marking}, ${entry.dateAdded}, ${entry.size}, ${entry.salt}, ${entry.h},
          ${entry.previous}, ${entry.erases}, ${entry.about?.seq ?? null},
          ${entry.about === undefined ? null : idHash(entry.about.id)}, ${entry.header ?? null},
          ${entry.note ?? null}, ${entry.terms ?? null}, ${entry.saidAt ?? null}, ${entry.refused ?? null}, ${flag}, ${flag}, ${flag})`,
  )
}

/** What a listing says of a live entry. `single` is 3 for the only live version of the newest specification. */
export type Fact = {
  seq: number
  object: number
  /** Bytes of the body. */
  size: number
  dateAdded: Instant
  id: string
  type: string
  spec: string
  stamp: string | null
  single: number
}

const factColumns = sql`e.seq, e.object, e.size, e.date_added as "dateAdded", e.type, o.id, o.spec, o.stamp,
  e.is_newest + e.is_first + e.is_last as single`

/** The live entries of a collection for the versions of one object. */
export async function entriesOf(reader: Reader, collection: number, id: string): Promise<(Fact & { h: Uint8Array })[]> {
  return reader.all<Fact & { h: Uint8Array }>(
    sql`select ${factColumns}, e.h from object o join entry e on e.object = o.key
        where o.id_hash = ${idHash(id)} and o.id = ${id} and e.collection = ${collection} order by e.seq`,
  )
}

export async function setStanding(
  tx: Tx,
  collection: number,
  seq: number,
  flags: { newest: boolean; first: boolean; last: boolean },
): Promise<void> {
  await tx.run(
    sql`update entry set is_newest = ${flags.newest ? 1 : 0}, is_first = ${flags.first ? 1 : 0},
        is_last = ${flags.last ? 1 : 0} where collection = ${collection} and seq = ${seq}`,
  )
}

/**
 * Takes body, salt and what says which object it was; time and commitment stay, or the log would not verify. `erasedBy`
 * null: no entry says so, its time was over.
 */
export async function emptyEntry(tx: Tx, collection: number, seq: number, erasedBy: number | null): Promise<void> {
  await tx.run(
    sql`update entry set object = null, kept = null, type = null, marking = null, salt = null, previous = null, header = null, note = null, size = 0, said_at = null,
        erased_by = ${erasedBy}, is_newest = 0, is_first = 0, is_last = 0
        where collection = ${collection} and seq = ${seq}`,
  )
}

/** The collection holds the version on, but does not serve it any more; entry `by` says why. */
export async function withdrawEntry(tx: Tx, collection: number, seq: number, by: number): Promise<void> {
  await tx.run(
    sql`update entry set kept = object, object = null, withdrawn_by = ${by}, is_newest = 0, is_first = 0, is_last = 0
        where collection = ${collection} and seq = ${seq} and object is not null`,
  )
}

/** No collection serves it any more, or one does again. */
export async function settleWithdrawn(tx: Tx, object: number): Promise<void> {
  await tx.run(
    sql`update object set withdrawn = not exists (select 1 from entry where entry.object = ${object}) where key = ${object}`,
  )
}

/** Removes the body of an object that no collection holds any more. */
export async function deleteUnheldObject(tx: Tx, object: number): Promise<void> {
  await tx.run(
    sql`delete from object where key = ${object} and not exists (select 1 from entry where object = ${object})
        and not exists (select 1 from entry where kept = ${object})`,
  )
}

export async function insertConflict(tx: Tx, collection: number, object: Prepared, reason: string): Promise<void> {
  await tx.run(
    sql`insert into conflict (collection, id, version, reason, canonical, bytes, received_at)
        values (${collection}, ${object.id}, ${object.version}, ${reason}, ${object.canonical}, ${object.bytes},
          ${tx.now}) on conflict do nothing`,
  )
}

export async function deleteConflicts(tx: Tx, collection: number, id: string): Promise<void> {
  await tx.run(sql`delete from conflict where collection = ${collection} and id = ${id}`)
}

/** Contents that were kept aside, over all collections. */
export async function countConflicts(reader: Reader): Promise<number> {
  return (await reader.get<{ number: number }>(sql`select count(*) as number from conflict`))?.number ?? 0
}

/** Commitments of entries `from ≤ seq < to`, for the log's files. */
export async function readCommitments(reader: Reader, collection: number, from: number, to: number): Promise<Buffer[]> {
  const rows = await reader.all<{ h: Uint8Array }>(
    sql`select h from entry where collection = ${collection} and seq >= ${from} and seq < ${to} order by seq`,
  )
  return rows.map(({ h }) => Buffer.from(h))
}

/** All that an entry commits to, and its commitment `h`. */
export type Committed = Pick<EntryHeader, "kind" | "id" | "spec" | "version" | "marking" | "terms" | "erases"> & {
  dateAdded: Instant
  salt: Uint8Array
  h: Uint8Array
  /** Commitment of the entry before it about the same object. */
  previous: Uint8Array | null
  /** As it was received, in a mirror. */
  header: string | null
  body: Uint8Array
}

/** Null for an entry that holds no object, or none any more. */
export async function findCommitted(reader: Reader, collection: number, seq: number): Promise<Committed | null> {
  const row = await reader.get<Committed>(
    sql`select e.kind, o.id, o.spec, o.version, e.marking, t.hash as terms, e.erases, e.date_added as "dateAdded",
          e.salt, e.h, p.h as previous, e.header, o.bytes as body
        from entry e join object o on o.key = e.object
        left join entry p on p.collection = e.collection and p.seq = e.previous
        left join terms t on t.key = e.terms where e.collection = ${collection} and e.seq = ${seq}`,
  )
  return row ?? null
}

export async function dateAddedAt(reader: Reader, collection: number, seq: number): Promise<Instant> {
  const row = await reader.get<{ date_added: Instant }>(
    sql`select date_added from entry where collection = ${collection} and seq = ${seq}`,
  )
  return row?.date_added ?? (0 as Instant)
}

/** Which of the ready-made orders a page follows: every live entry, the newest specification's, its first or last. */
export type Range = "live" | "newest" | "first" | "last"

/** Live entries behind `after`; `type` narrows to one type by its index. */
export type Span = { collection: number; range: Range; type: string | null; after: number; limit: number }

const ranges: Readonly<Record<Range, Sql>> = {
  live: sql`e.object is not null`,
  newest: sql`e.is_newest = 1`,
  first: sql`e.is_newest = 1 and e.is_first = 1`,
  last: sql`e.is_last = 1`,
}

function inRange({ collection, range, type }: Pick<Span, "collection" | "range" | "type">): Sql {
  const newest = range === "live" ? empty : sql`and e.is_newest = 1`
  const ofType = type === null ? empty : sql`and e.type = ${type} ${newest}`
  return sql`e.collection = ${collection} and ${ranges[range]} ${ofType}`
}

export async function readFacts(reader: Reader, span: Span): Promise<Fact[]> {
  return reader.all<Fact>(
    sql`select ${factColumns} from entry e join object o on o.key = e.object
        where ${inRange(span)} and e.seq > ${span.after} order by e.seq limit ${span.limit} + 0`,
  )
}

/** A range of bodies read at once: its first and last entry, whether more stand behind, the bodies joined by commas. */
export type RangeOfBodies = {
  first: number
  last: number
  firstAt: Instant
  lastAt: Instant
  more: number
  /** Null if the bodies take more than was allowed. */
  joined: Uint8Array | null
}

/**
 * Null if the span is empty. The bodies are looked at only after their sizes were. (SQLite plans a statement anew
 * whenever a value is bound to LIMIT itself: hence `+ 0`.)
 */
export async function readRange(reader: Reader, span: Span, bytesMost: number): Promise<RangeOfBodies | null> {
  const row = await reader.get<RangeOfBodies & { first: number | null }>(
    sql`with span as (select e.seq, e.object, e.size, e.date_added from entry e
            where ${inRange(span)} and e.seq > ${span.after} order by e.seq limit ${span.limit} + 0),
          extent as (select sum(size) as size, min(seq) as first, max(seq) as last,
            min(date_added) as "firstAt", max(date_added) as "lastAt" from span)
        select first, last, "firstAt", "lastAt",
          exists (select 1 from entry e where ${inRange(span)} and e.seq > extent.last) as more,
          case when size <= ${bytesMost} then (select cast(string_agg(text, ',') as blob) from
            (select cast(o.bytes as text) as text from span join object o on o.key = span.object order by span.seq))
          end as joined
        from extent`,
  )
  return row === undefined || row.first === null ? null : row
}

/** Null if it was erased since its key was read. */
export async function bodyOf(reader: Reader, object: number): Promise<Uint8Array | null> {
  const row = await reader.get<{ bytes: Uint8Array }>(sql`select bytes from object where key = ${object}`)
  return row?.bytes ?? null
}

/** What a status says of an object that it names. */
export type Named = Pick<Fact, "object" | "id" | "spec" | "stamp" | "seq" | "dateAdded">

/** A database takes some ten thousand values in one statement; a body may hold more objects. */
const NAMES_AT_ONCE = 500

/** Id and version shown of objects that a status names; those erased since are missing. */
export async function readNames(reader: Reader, collection: number, objects: readonly number[]): Promise<Named[]> {
  const names: Named[] = []
  for (let at = 0; at < objects.length; at += NAMES_AT_ONCE) {
    const some = await reader.all<Named>(
      sql`select o.key as object, o.id, o.spec, o.stamp, e.seq, e.date_added as "dateAdded" from object o
          join entry e on e.object = o.key and e.collection = ${collection}
          where o.key in (${join(objects.slice(at, at + NAMES_AT_ONCE))}) order by e.seq`,
    )
    names.push(...some)
  }
  return names
}
