import sql, { join } from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { idHash } from "../queries.ts"

/** Keys of the collections of ours in whose place this one goes on, and theirs. */
export async function beforeIt(reader: Reader, collection: number): Promise<number[]> {
  const rows = await reader.all<{ key: number }>(
    sql`with recursive before (key) as (
          select p.key from collection p join collection c on p.successor = c.id where c.key = ${collection} and p.party is null
          union select p.key from before b join collection c on c.key = b.key
            join collection p on p.successor = c.id where p.party is null)
        select key from before order by key`,
  )
  return rows.map(({ key }) => key)
}

/**
 * When a party last came in by a successor that was opened with it, while the collection before did not let it read: of
 * this one and those in whose place it goes on. Null if it never did.
 */
export async function cameInAt(reader: Reader, collection: number, party: PartyId): Promise<Instant | null> {
  const row = await reader.get<{ at: Instant | null }>(
    sql`with recursive chain (key) as (select ${collection} + 0
          union select p.key from chain b join collection c on c.key = b.key
            join collection p on p.successor = c.id where p.party is null)
        select max(a.added_at) as at from chain b join audience a on a.collection = b.key and a.party = ${party}
          join collection c on c.key = b.key join collection p on p.successor = c.id and p.party is null
        where not exists (select 1 from audience r
          where r.collection = p.key and r.party = ${party} and r.left_at is null)`,
  )
  return row?.at ?? null
}

/**
 * Since when any of these collections, or one before them, lets out this version of an object under one of these ids;
 * null if none holds it. A copy has another text, and so another version where it has no time.
 */
export async function letOutSince(
  reader: Reader,
  collections: readonly number[],
  { ids, object }: { ids: readonly string[]; object: number },
): Promise<Instant | null> {
  const [keys, names, hashes] = [join([...collections]), join([...ids]), join(ids.map(idHash))]
  const same = sql`v.key = ${object} and o.id_hash in (${hashes}) and o.id in (${names}) and o.spec = v.spec and o.stamp is v.stamp`
  const since = sql`coalesce((select min(k.since) from carried k where k.collection = e.collection and k.seq = e.seq), e.date_added)`
  const row = await reader.get<{ since: Instant | null }>(
    sql`select min(since) as since from (
          select ${since} as since from object v join object o join entry e on e.object = o.key
            where ${same} and e.collection in (${keys})
          union all select ${since} as since from object v join object o join entry e on e.kept = o.key
            where ${same} and e.collection in (${keys}))`,
  )
  return row?.since ?? null
}

/** What this entry holds was let out before already. */
export async function insertCarried(tx: Tx, collection: number, seq: number, since: Instant): Promise<void> {
  await tx.run(sql`insert into carried (collection, since, seq) values (${collection}, ${since}, ${seq})`)
}

/** What a collection serves and an earlier one let out at that time or before: the longest ago first. */
export async function carriedUntil(
  reader: Reader,
  collection: number,
  until: Instant,
  most: number,
): Promise<{ seq: number; id: string }[]> {
  return reader.all<{ seq: number; id: string }>(
    sql`select k.seq, o.id from carried k join entry e on e.collection = k.collection and e.seq = k.seq
        join object o on o.key = e.object
        where k.collection = ${collection} and k.since <= ${until} order by k.since, k.seq limit ${most} + 0`,
  )
}

/** Those of which the collection serves nothing any more. */
export async function dropCarried(tx: Tx, collection: number, until: Instant): Promise<void> {
  await tx.run(
    sql`delete from carried where collection = ${collection} and since <= ${until} and not exists (
          select 1 from entry e where e.collection = carried.collection and e.seq = carried.seq and e.object is not null)`,
  )
}
