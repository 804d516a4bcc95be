import sql, { join } from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { EntryKind } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { idHash } from "../queries.ts"

/** A party that reads a shared collection, and how far: entries below `served` left this node for it. */
export type Member = {
  party: PartyId
  addedAt: Instant
  leftAt: Instant | null
  leftSize: number | null
  told: number
  served: number
  /** Size of the newest checkpoint that it cosigned. */
  cosigned: number
  /** Why it did not cosign the newest one that it was shown. */
  cosignFailure: string | null
}

const memberColumns = sql`party, added_at as "addedAt", left_at as "leftAt", left_size as "leftSize", told, served, cosigned,
  cosign_failure as "cosignFailure"`

/** Also those who left. */
export async function membersOf(reader: Reader, collection: number): Promise<Member[]> {
  return reader.all<Member>(sql`select ${memberColumns} from audience where collection = ${collection} order by party`)
}

export async function findMember(reader: Reader, collection: number, party: string): Promise<Member | null> {
  const row = await reader.get<Member>(
    sql`select ${memberColumns} from audience where collection = ${collection} and party = ${party}`,
  )
  return row ?? null
}

export async function insertMember(tx: Tx, collection: number, party: PartyId): Promise<void> {
  await tx.run(
    sql`insert into audience (collection, party, added_at, told, served)
        values (${collection}, ${party}, ${tx.now}, 0, 0)`,
  )
}

/** False if it is no member, or none any more. */
export async function setLeft(tx: Tx, collection: number, party: PartyId, size: number): Promise<boolean> {
  const changed = await tx.run(
    sql`update audience set left_at = ${tx.now}, left_size = ${size}
        where collection = ${collection} and party = ${party} and left_at is null`,
  )
  return changed > 0
}

/** Entries below `size` are about to leave for this party. */
export async function setServed(tx: Tx, collection: number, party: string, size: number): Promise<void> {
  await tx.run(
    sql`update audience set served = ${size} where collection = ${collection} and party = ${party} and served < ${size}`,
  )
}

/** Numbers of entries: `first ≤ seq < next`. */
export type Span = { first: number; next: number }

/** What of these entries left for a party before, in their order; of the spans that begin earlier only the last one can. */
export async function readServed(reader: Reader, collection: number, party: string, within: Span): Promise<Span[]> {
  return reader.all<Span>(
    sql`select first, next from served where party = ${party} and collection = ${collection}
          and first >= coalesce((select max(first) from served where party = ${party} and collection = ${collection}
            and first <= ${within.first}), 0)
          and first < ${within.next} and next > ${within.first} order by first`,
  )
}

export async function insertServed(tx: Tx, collection: number, party: string, { first, next }: Span): Promise<void> {
  await tx.run(
    sql`insert into served (party, collection, first, next, at)
        values (${party}, ${collection}, ${first}, ${next}, ${tx.now})`,
  )
}

export async function insertWithoutContent(tx: Tx, collection: number, party: string, seq: number): Promise<void> {
  await tx.run(
    sql`insert into served_without_content (party, collection, seq) values (${party}, ${collection}, ${seq})`,
  )
}

/** When an entry first left for a party with what was in it; null if it never did. */
export async function givenAt(reader: Reader, collection: number, party: string, seq: number): Promise<Instant | null> {
  const row = await reader.get<{ at: Instant; given: number }>(
    sql`select at, next > ${seq} and not exists (select 1 from served_without_content w
            where w.party = ${party} and w.collection = ${collection} and w.seq = ${seq}) as given
        from served where party = ${party} and collection = ${collection} and first <= ${seq}
        order by first desc limit 1`,
  )
  return row?.given === 1 ? row.at : null
}

/** Parties that were served entry `seq`; also those who left since, but not who had left by then. */
export async function recipientsOf(
  reader: Reader,
  collection: number,
  seq: number,
): Promise<{ party: PartyId; left: boolean }[]> {
  const rows = await reader.all<{ party: PartyId; left: number }>(
    sql`select party, left_at is not null as left from audience
        where collection = ${collection} and served > ${seq}
          and (left_size is null or left_size > ${seq}) order by party`,
  )
  return rows.map(({ party, left }) => ({ party, left: left === 1 }))
}

/** A version as a collection serves it. */
export type Placed = {
  seq: number
  object: number
  id: string
  type: string
  spec: string
  version: string
  stamp: string | null
  marking: string | null
  dateAdded: Instant
  h: Uint8Array
}

/** Entries of the versions of one object that a collection serves, in the order of the log. */
export async function placesOf(reader: Reader, collection: number, id: string): Promise<Placed[]> {
  return reader.all<Placed>(
    sql`select e.seq, o.key as object, o.id, o.type, o.spec, o.version, o.stamp, o.marking,
          e.date_added as "dateAdded", e.h
        from object o join entry e on e.object = o.key
        where o.id_hash = ${idHash(id)} and o.id = ${id} and e.collection = ${collection} order by e.seq`,
  )
}

/** A version that a collection holds and does not serve any more, and the kind of entry that says why. */
export type KeptPlace = Placed & { by: EntryKind }

export async function keptPlaces(reader: Reader, collection: number, id: string): Promise<KeptPlace[]> {
  return reader.all<KeptPlace>(
    sql`select e.seq, o.key as object, o.id, o.type, o.spec, o.version, o.stamp, e.marking,
          e.date_added as "dateAdded", e.h, w.kind as by
        from object o join entry e on e.kept = o.key
        join entry w on w.collection = e.collection and w.seq = e.withdrawn_by
        where o.id_hash = ${idHash(id)} and o.id = ${id} and e.collection = ${collection} order by e.seq`,
  )
}

/** Under which marks readers were told to handle what these entries hold: by the entries themselves, and by later ones about them. */
export async function toldMarks(
  reader: Reader,
  collection: number,
  { id, seqs }: { id: string; seqs: readonly number[] },
): Promise<{ seq: number; marking: Tlp | null }[]> {
  return reader.all<{ seq: number; marking: Tlp | null }>(
    sql`select e.seq, e.marking from entry e where e.collection = ${collection} and e.seq in (${join(seqs)})
        union all select e.about as seq, e.marking from entry e
          where e.about_hash = ${idHash(id)} and e.collection = ${collection} and e.kind = 'mark' and e.about is not null`,
  )
}

/** It was told once more why this entry is not served. */
export async function setWithdrawnBy(tx: Tx, collection: number, seq: number, by: number): Promise<void> {
  await tx.run(sql`update entry set withdrawn_by = ${by} where collection = ${collection} and seq = ${seq}`)
}

/**
 * Numbers of the entries that held a version of this object until they were erased, and that were not recalled after.
 * Of what was in them nothing is left but the hash of the object's id, beside the entry that erased them.
 */
export async function erasedPlaces(reader: Reader, collection: number, id: string): Promise<number[]> {
  const hash = idHash(id)
  const rows = await reader.all<{ erases: number }>(
    sql`select e.erases from entry e where e.about_hash = ${hash} and e.collection = ${collection} and e.kind = 'erase'
          and not exists (select 1 from entry r where r.about_hash = ${hash} and r.collection = ${collection}
            and r.kind = 'recall' and r.about = e.erases) order by e.erases`,
  )
  return rows.map(({ erases }) => erases)
}

/** The newest entry about any version of an object, also one that recalls or marks it; null if there is none. */
export async function newestAbout(
  reader: Reader,
  collection: number,
  id: string,
): Promise<{ seq: number; h: Uint8Array } | null> {
  const hash = idHash(id)
  const row = await reader.get<{ seq: number; h: Uint8Array }>(
    sql`select seq, h from (
          select e.seq, e.h from object o join entry e on e.object = o.key
            where o.id_hash = ${hash} and o.id = ${id} and e.collection = ${collection}
          union all select e.seq, e.h from object o join entry e on e.kept = o.key
            where o.id_hash = ${hash} and o.id = ${id} and e.collection = ${collection}
          union all select e.seq, e.h from entry e where e.about_hash = ${hash} and e.collection = ${collection})
        order by seq desc limit 1`,
  )
  return row ?? null
}

/** Keys of our own shared collections that serve any version of an object. */
export async function sharedHolding(reader: Reader, id: string): Promise<number[]> {
  const rows = await reader.all<{ collection: number }>(
    sql`select distinct e.collection from object o join entry e on e.object = o.key
        join collection c on c.key = e.collection
        where o.id_hash = ${idHash(id)} and o.id = ${id} and c.kind = 'shared' and c.party is null
        order by e.collection`,
  )
  return rows.map(({ collection }) => collection)
}

/**
 * Keys of our own collections, inboxes too, that serve any version of an object or hold one without serving it; none in
 * whose log nothing can be said any more.
 */
export async function ownHolding(reader: Reader, id: string): Promise<number[]> {
  const hash = idHash(id)
  const rows = await reader.all<{ collection: number }>(
    sql`select h.collection from (
            select e.collection from object o join entry e on e.object = o.key
              where o.id_hash = ${hash} and o.id = ${id}
            union select e.collection from object o join entry e on e.kept = o.key
              where o.id_hash = ${hash} and o.id = ${id}) h
          join collection c on c.key = h.collection join log l on l.key = c.log
          where c.party is null and l.guarded <> 2 order by h.collection`,
  )
  return rows.map(({ collection }) => collection)
}

/** Keys of our own shared collections that serve it, hold it without serving it, or erased it. */
export async function everShared(reader: Reader, id: string): Promise<number[]> {
  const hash = idHash(id)
  const rows = await reader.all<{ collection: number }>(
    sql`select c.key as collection from collection c join log l on l.key = c.log
        where c.kind = 'shared' and c.party is null and l.guarded <> 2 and (
            exists (select 1 from object o join entry e on e.object = o.key
              where o.id_hash = ${hash} and o.id = ${id} and e.collection = c.key)
            or exists (select 1 from object o join entry e on e.kept = o.key
              where o.id_hash = ${hash} and o.id = ${id} and e.collection = c.key)
            or exists (select 1 from entry e
              where e.about_hash = ${hash} and e.collection = c.key and e.kind = 'erase'))
        order by c.key`,
  )
  return rows.map(({ collection }) => collection)
}

/** An entry as it is sent: without content where it is not for this reader, or not any more. */
export type SentRow = {
  seq: number
  kind: EntryKind
  h: Uint8Array
  salt: Uint8Array | null
  erased_by: number | null
  withdrawn_by: number | null
  about: number | null
  erases: number | null
  header: string | null
  note: Uint8Array | null
  id: string | null
  spec: string | null
  version: string | null
  marking: string | null
  terms: string | null
  date_added: Instant
  previous: Uint8Array | null
  bytes: Uint8Array | null
}

/** `kept`: also what is held and not served. */
export async function readSent(
  reader: Reader,
  collection: number,
  { from, most, kept }: { from: number; most: number; kept: boolean },
): Promise<SentRow[]> {
  const object = kept ? sql`coalesce(e.object, e.kept)` : sql`e.object`
  return reader.all<SentRow>(
    sql`select e.seq, e.kind, e.h, e.salt, e.erased_by, e.withdrawn_by, e.about, e.erases, e.header, e.note,
          o.id, o.spec, o.version, e.marking, t.hash as terms, e.date_added, p.h as previous, o.bytes
        from entry e left join object o on o.key = ${object}
        left join entry p on p.collection = e.collection and p.seq = e.previous
        left join terms t on t.key = e.terms where e.collection = ${collection} and e.seq >= ${from} order by e.seq limit ${most} + 0`,
  )
}

/** What an entry holds, served or not. */
export type At = { object: number | null; id: string | null; erasedBy: number | null; dateAdded: Instant }

/** Null if there is no such entry. */
export async function entryAt(reader: Reader, collection: number, seq: number): Promise<At | null> {
  const row = await reader.get<At>(
    sql`select o.key as object, o.id, e.erased_by as "erasedBy", e.date_added as "dateAdded" from entry e
        left join object o on o.key = coalesce(e.object, e.kept)
        where e.collection = ${collection} and e.seq = ${seq}`,
  )
  return row ?? null
}

export async function loadStandingOf(reader: Reader, object: number): Promise<{ marking: Tlp | null; origin: string }> {
  const row = await reader.get<{ marking: Tlp | null; origin: string }>(
    sql`select marking, origin from object where key = ${object}`,
  )
  if (row === undefined) throw new Error(`no object ${object}`)
  return row
}

/** Keys of the shared collections of ours that a party reads now. */
export async function readBy(reader: Reader, party: string): Promise<number[]> {
  const rows = await reader.all<{ collection: number }>(
    sql`select collection from audience where party = ${party} and left_at is null order by collection`,
  )
  return rows.map(({ collection }) => collection)
}

/** Whether an object entered the collection before that time: instants rise with the numbers, so the first one tells. */
export async function wasReleasedBefore(reader: Reader, collection: number, at: Instant): Promise<boolean> {
  const row = await reader.get<{ first: Instant }>(
    sql`select date_added as first from entry where collection = ${collection} and kind in ('put', 'revoke')
        order by seq limit 1`,
  )
  return row !== undefined && row.first < at
}

/** What a collection serves by entries before `end`, the oldest first. */
export async function servedBefore(
  reader: Reader,
  collection: number,
  end: number,
  most: number,
): Promise<{ seq: number; id: string }[]> {
  return reader.all<{ seq: number; id: string }>(
    sql`select e.seq, o.id from entry e join object o on o.key = e.object
        where e.collection = ${collection} and e.seq < ${end} and e.object is not null order by e.seq limit ${most} + 0`,
  )
}
