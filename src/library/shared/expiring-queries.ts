import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { idHash } from "../queries.ts"

export type DueEntry = { seq: number; object: number | null; id: string | null }

/** Entries of a mirror with what is in them, that their owner wrote at that time or before. */
export async function selectDue(reader: Reader, collection: number, until: Instant, most: number): Promise<DueEntry[]> {
  return reader.all<DueEntry>(
    sql`select e.seq, o.key as object, o.id from entry e left join object o on o.key = coalesce(e.object, e.kept)
        where e.collection = ${collection} and e.said_at <= ${until} order by e.said_at limit ${most} + 0`,
  )
}

export async function insertExpired(tx: Tx, collection: number, seq: number): Promise<void> {
  await tx.run(sql`insert into expired (collection, seq, at) values (${collection}, ${seq}, ${tx.now})`)
}

/** The content that was kept aside under the same version, if this is it. */
export async function deleteConflictOf(tx: Tx, collection: number, object: number): Promise<void> {
  await tx.run(
    sql`delete from conflict where collection = ${collection} and exists (select 1 from object o where o.key = ${object}
          and o.id = conflict.id and o.version = conflict.version and o.canonical = conflict.canonical)`,
  )
}

/** A mirror that holds an object: whose it is, under which terms (their text), and since when by its owner's log. */
export type ReceivedPlace = {
  collection: string
  title: string
  party: PartyId
  terms: string | null
  saidAt: Instant
  object: number
}

/** Where any version of an object came from partners, and stands. */
export async function receivedPlaces(reader: Reader, id: string): Promise<ReceivedPlace[]> {
  return reader.all<ReceivedPlace>(
    sql`select c.id as collection, c.title, c.party, t.text as terms, coalesce(e.said_at, e.date_added) as "saidAt",
          o.key as object
        from object o join entry e on e.object = o.key join collection c on c.key = e.collection
        left join terms t on t.key = c.terms
        where o.id_hash = ${idHash(id)} and o.id = ${id} and c.party is not null order by e.said_at, c.id`,
  )
}
