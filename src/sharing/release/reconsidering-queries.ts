import sql from "sql-template-tag"
import type { Reader, Tx } from "../../store/index.ts"

export type DecidedUnder = { facts: string; looked: number; isForeign: number }

export async function readDecided(reader: Reader, collection: number): Promise<DecidedUnder | null> {
  const row = await reader.get<DecidedUnder>(
    sql`select facts, looked, is_foreign as "isForeign" from decided_under where collection = ${collection}`,
  )
  return row ?? null
}

export async function saveDecided(tx: Tx, collection: number, decided: DecidedUnder): Promise<void> {
  const { facts, looked, isForeign } = decided
  await tx.run(
    sql`insert into decided_under (collection, facts, looked, is_foreign)
        values (${collection}, ${facts}, ${looked}, ${isForeign}) on conflict (collection) do update
          set facts = excluded.facts, looked = excluded.looked, is_foreign = excluded.is_foreign`,
  )
}

/** Whether any entry from `from` on serves what another party owns, or a copy of that. */
export async function servesForeign(reader: Reader, collection: number, from: number): Promise<boolean> {
  const row = await reader.get(
    sql`select 1 as found from entry e join object o on o.key = e.object
        where e.collection = ${collection} and e.seq >= ${from} and (o.origin <> 'own' or exists (
          select 1 from object_copy k where k.copy_hash = o.id_hash and k.copy = o.id and k.party is not null)) limit 1`,
  )
  return row !== undefined
}

/** All that a collection serves, also older versions, behind entry `after`. */
export async function readAllServed(
  reader: Reader,
  collection: number,
  after: number,
  most: number,
): Promise<{ seq: number; object: number }[]> {
  return reader.all<{ seq: number; object: number }>(
    sql`select e.seq, e.object from entry e where e.collection = ${collection} and e.object is not null
          and e.seq > ${after} order by e.seq limit ${most} + 0`,
  )
}

/** What changes where partners say or take back something: sizes and terms of their logs, and what expired here. */
export async function mirrorsNow(reader: Reader): Promise<string[]> {
  const rows = await reader.all<{ said: string }>(
    sql`select c.key || ' ' || l.size || ' ' || coalesce(c.terms, 0) || ' ' || coalesce((select max(number) from expired), 0) as said
        from collection c join log l on l.key = c.log where c.party is not null order by c.key`,
  )
  return rows.map(({ said }) => said)
}
