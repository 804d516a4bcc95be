import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Derived } from "../../store/index.ts"

/** SQL by which the index follows the library. `library.` is the database; what has no such word is the index itself. */

/** How far a collection was read, and how far it goes; `h` is the commitment of the last entry read. */
export type Place = { collection: number; seq: number; size: number; same: number }

/** `same` is 0 where the entry read last is not in the database as it was. */
export function readPlaces(index: Derived): Place[] {
  return index.all<Place>(
    sql`select c.key as collection, coalesce(p.seq, -1) as seq, l.size,
          p.seq is null or coalesce((select e.h = p.h from library.entry e
            where e.collection = c.key and e.seq = p.seq), 0) as same
        from library.collection c join library.log l on l.key = c.log
        left join place p on p.collection = c.key order by c.key`,
  )
}

/** True if the index read a collection that is not in the database. */
export function hasStrangePlace(index: Derived): boolean {
  const row = index.get<{ strange: number }>(
    sql`select exists (select 1 from place where collection not in (select key from library.collection)) as strange`,
  )
  return row?.strange === 1
}

/** Entries that were not read yet, over all collections. */
export function countBehind(index: Derived): number {
  const row = index.get<{ behind: number }>(
    sql`select coalesce(sum(l.size - 1 - coalesce(p.seq, -1)), 0)
          + (select count(1) from library.expired where number > (select number from expiry)) as behind
        from library.collection c join library.log l on l.key = c.log left join place p on p.collection = c.key`,
  )
  return row?.behind ?? 0
}

/** An entry: which object it holds, if it still does, or which entry it erased, recalled or marked. */
export type Step = { seq: number; hash: number | null; changes: number | null; h: Uint8Array }

export function readSteps(index: Derived, place: Place, most: number): Step[] {
  return index.all<Step>(
    sql`select e.seq, o.id_hash as hash, coalesce(e.erases, e.about) as changes, e.h from library.entry e
        left join library.object o on o.key = e.object
        where e.collection = ${place.collection} and e.seq > ${place.seq} order by e.seq limit ${most} + 0`,
  )
}

/** Entries of mirrors that were erased since their time was over, which no other entry says; behind `after`. */
export function readExpired(index: Derived, most: number): { number: number; collection: number; seq: number }[] {
  return index.all<{ number: number; collection: number; seq: number }>(
    sql`select x.number, x.collection, x.seq from library.expired x
        where x.number > (select number from expiry) order by x.number limit ${most} + 0`,
  )
}

export function saveExpiry(index: Derived, number: number): void {
  index.run(sql`update expiry set number = ${number}`)
}

/** True if the index read further in the list of what expired than the database goes. */
export function isAheadOfExpired(index: Derived): boolean {
  const row = index.get<{ ahead: number }>(
    sql`select (select number from expiry) > (select coalesce(max(number), 0) from library.expired) as ahead`,
  )
  return row?.ahead === 1
}

export function savePlace(index: Derived, collection: number, seq: number, h: Uint8Array): void {
  index.run(
    sql`insert into place (collection, seq, h) values (${collection}, ${seq}, ${h})
        on conflict (collection) do update set seq = excluded.seq, h = excluded.h`,
  )
}

/**
 * One row a statement: before a statement of several rows FTS5 writes out what it collected, a thousand small pieces
 * that must be merged later.
 */
export function saveHeld(index: Derived, collection: number, seq: number, hash: number): void {
  index.run(sql`insert into held (collection, seq, hash) values (${collection}, ${seq}, ${hash})`)
}

/** What the entry held, which is forgotten with this. */
export function takeHeld(index: Derived, collection: number, seq: number): number | null {
  const row = index.get<{ hash: number }>(
    sql`delete from held where collection = ${collection} and seq = ${seq} returning hash`,
  )
  return row?.hash ?? null
}

/** Whether the entry still serves its object, now that another one spoke of it. */
export function isHeld(index: Derived, collection: number, seq: number): boolean {
  const row = index.get<{ held: number }>(
    sql`select exists (select 1 from library.entry where collection = ${collection} and seq = ${seq}
          and object is not null) as held`,
  )
  return row?.held === 1
}

/** A version of an object in one of the collections that hold it. */
export type Holding = {
  hash: number
  key: number
  id: string
  type: string
  spec: string
  stamp: string | null
  revoked: number
  marking: string | null
  origin: string
  collection: number
  added: Instant
}

/**
 * The versions of these objects that collections hold, as far as they were read: what an entry says that was not read
 * yet could be erased unnoticed, since only entries that were read are remembered in `held`.
 */
export function readHoldings(index: Derived, hashes: readonly number[]): Holding[] {
  return index.all<Holding>(
    sql`select o.id_hash as hash, o.key, o.id, o.type, o.spec, o.stamp, o.revoked, o.marking, o.origin, e.collection,
          e.date_added as added
        from json_each(${JSON.stringify(hashes)}) h cross join library.object o on o.id_hash = h.value
        cross join library.entry e on e.object = o.key
        cross join place p on p.collection = e.collection and p.seq >= e.seq`,
  )
}

export function readBytes(index: Derived, key: number): Uint8Array | null {
  return index.get<{ bytes: Uint8Array }>(sql`select bytes from library.object where key = ${key}`)?.bytes ?? null
}

/** What stands in the index of one object. `collections` are keys between commas. */
export type Doc = {
  key: number
  hash: number
  id: string
  type: string
  name: string | null
  detail: string | null
  added: Instant
  modified: Instant | null
  marking: string | null
  origin: string
  revoked: number
  collections: string
  /** Hashes of the objects at the ends of a relationship; of a sighting what was sighted. */
  source: number | null
  target: number | null
}

export function readDocs(index: Derived, hashes: readonly number[]): Doc[] {
  return index.all<Doc>(
    sql`select d.key, d.hash, d.id, d.type, d.name, d.detail, d.added, d.modified, d.marking, d.origin, d.revoked,
          d.collections, d.source, d.target
        from json_each(${JSON.stringify(hashes)}) h cross join doc d on d.hash = h.value`,
  )
}

export function insertDoc(index: Derived, doc: Doc, text: string): void {
  index.run(
    sql`insert into doc (key, hash, id, type, name, detail, added, modified, marking, origin, revoked, collections,
          source, target)
        values (${doc.key}, ${doc.hash}, ${doc.id}, ${doc.type}, ${doc.name}, ${doc.detail}, ${doc.added},
          ${doc.modified}, ${doc.marking}, ${doc.origin}, ${doc.revoked}, ${doc.collections}, ${doc.source}, ${doc.target})`,
  )
  index.run(sql`insert into search (rowid, text) values (${doc.key}, ${text})`)
}

export function deleteDoc(index: Derived, key: number): void {
  index.run(sql`delete from doc where key = ${key}`)
  index.run(sql`delete from search where rowid = ${key}`)
}

export function addToTally(index: Derived, kind: string, value: string, more: number): void {
  index.run(
    sql`insert into tally (kind, value, objects) values (${kind}, ${value}, ${more})
        on conflict (kind, value) do update set objects = objects + excluded.objects`,
  )
}

export type Minute = { minute: number; least: number; most: number; objects: number }

/** `least` and `most` only ever part: they say where to look, not what is there. */
export function addToMinute(index: Derived, { minute, least, most, objects }: Minute): void {
  index.run(
    sql`insert into minute (minute, least, most, objects) values (${minute}, ${least}, ${most}, ${objects})
        on conflict (minute) do update set least = min(least, excluded.least), most = max(most, excluded.most),
          objects = objects + excluded.objects`,
  )
}

/** Text of erased objects still stands in the file. */
export function addOwed(index: Derived): void {
  index.run(sql`update owed set times = times + 1`)
}

/** How often something was erased since the file was last free of what was erased. */
export function readOwed(index: Derived): number {
  return index.get<{ times: number }>(sql`select times from owed`)?.times ?? 0
}

export function clearOwed(index: Derived): void {
  index.run(sql`update owed set times = 0`)
}

/**
 * Rewrites so many pages of the full-text index, without the tokens of what was deleted; negative, everything is put
 * on the list first. False when there is nothing left to rewrite. https://sqlite.org/fts5.html#the_merge_command
 */
export function rewriteSome(index: Derived, pages: number): boolean {
  const before = totalChanges(index)
  index.run(sql`insert into search (search, rank) values ('merge', ${pages})`)
  return totalChanges(index) - before >= 2
}

function totalChanges(index: Derived): number {
  return index.get<{ changes: number }>(sql`select total_changes() as changes`)?.changes ?? 0
}
