import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Guarded } from "../../ledger/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { ReceiptKind } from "../receipt-queries.ts"

/** An own log that waits for those who cosigned it, or did until enough of them answered. */
export type Guard = {
  log: number
  collection: number
  id: string
  title: string
  size: number
  since: Instant
  /** Entries that were here when it began. */
  began: number
  missing: string | null
  guarded: Guarded
}

const columns = sql`g.log, c.key as collection, c.id, c.title, l.size, g.since, g.began, g.missing, l.guarded`
const from = sql`from guard g join log l on l.key = g.log join collection c on c.log = g.log`

/** Those that wait. */
export async function listGuards(reader: Reader): Promise<Guard[]> {
  return reader.all<Guard>(sql`select ${columns} ${from} where l.guarded = 1 order by c.title, c.id`)
}

export async function findGuard(reader: Reader, log: number): Promise<Guard | null> {
  return (await reader.get<Guard>(sql`select ${columns} ${from} where g.log = ${log}`)) ?? null
}

/** Own shared logs that somebody cosigned: of these alone anybody else could know that there was more. */
export async function cosignedLogs(reader: Reader): Promise<number[]> {
  const rows = await reader.all<{ log: number }>(
    sql`select c.log from collection c join log l on l.key = c.log where c.party is null and l.guarded <> 2
          and exists (select 1 from audience a where a.collection = c.key and a.cosigned > 0) order by c.log`,
  )
  return rows.map(({ log }) => log)
}

/** Answers and confirmations of an earlier time count no more. */
export async function insertGuard(tx: Tx, log: number): Promise<void> {
  await deleteGuard(tx, log)
  await tx.run(sql`insert into guard (log, since, began) select ${log}, ${tx.now}, size from log where key = ${log}`)
}

export async function deleteGuard(tx: Tx, log: number): Promise<void> {
  await tx.run(sql`delete from guard where log = ${log}`)
}

export async function setMissing(tx: Tx, log: number, checkpoint: string | null): Promise<void> {
  await tx.run(sql`update guard set missing = ${checkpoint} where log = ${log}`)
}

/** A reader of a guarded log, and what it answered. */
export type Witness = {
  party: string
  name: string | null
  cosigned: number
  /** Null as long as it did not answer; -1 if it knows nothing of the log. */
  size: number | null
  entries: number | null
  at: Instant | null
}

export async function witnessesOf(reader: Reader, log: number): Promise<Witness[]> {
  return reader.all<Witness>(
    sql`select a.party, p.name, a.cosigned, w.size, w.entries, w.at
        from collection c join audience a on a.collection = c.key left join peer p on p.party = a.party
        left join guard_answer w on w.log = c.log and w.party = a.party
        where c.log = ${log} order by a.cosigned > 0 desc, p.name, a.party`,
  )
}

/** Guarded logs about which a party was not asked since the guard began. */
export async function unanswered(
  reader: Reader,
  party: string,
): Promise<{ log: number; origin: string; collection: number }[]> {
  return reader.all<{ log: number; origin: string; collection: number }>(
    sql`select g.log, l.origin, c.key as collection from guard g join log l on l.key = g.log
        join collection c on c.log = g.log join audience a on a.collection = c.key and a.party = ${party}
        where not exists (select 1 from guard_answer w where w.log = g.log and w.party = ${party}) order by g.log`,
  )
}

export async function setAnswer(
  tx: Tx,
  log: number,
  answer: { party: string; size: number; entries: number },
): Promise<void> {
  await tx.run(
    sql`insert into guard_answer (log, party, size, entries, at)
        select g.log, ${answer.party}, ${answer.size}, ${answer.entries}, ${tx.now} from guard g where g.log = ${log}
        on conflict (log, party) do update set size = excluded.size, entries = excluded.entries, at = excluded.at`,
  )
}

/** How many people confirmed, this one among them. */
export async function addConfirmation(tx: Tx, log: number, person: string): Promise<string[]> {
  await tx.run(
    sql`insert into guard_confirmation (log, person, at) values (${log}, ${person}, ${tx.now}) on conflict do nothing`,
  )
  return confirmationsOf(tx, log)
}

export async function confirmationsOf(reader: Reader, log: number): Promise<string[]> {
  const rows = await reader.all<{ person: string }>(
    sql`select person from guard_confirmation where log = ${log} order by at, person`,
  )
  return rows.map(({ person }) => person)
}

/** What entries from `from` on ask of a party that had got that of which they speak, where nothing is noted of it. */
export async function unasked(
  reader: Reader,
  of: { collection: number; party: string; from: number },
): Promise<{ seq: number; kind: ReceiptKind; about: number }[]> {
  return reader.all<{ seq: number; kind: ReceiptKind; about: number }>(
    sql`select e.seq, e.kind, e.about from (
            select seq, kind, coalesce(about, erases) as about from entry
              where collection = ${of.collection} and seq >= ${of.from} and kind in ('mark', 'recall', 'erase')
            union all select r.seq, r.kind, (select min(b.seq) from object p join entry b on b.object = p.key or b.kept = p.key
                where p.id_hash = o.id_hash and p.id = o.id and b.collection = r.collection) as about
              from entry r join object o on o.key = r.object
              where r.collection = ${of.collection} and r.seq >= ${of.from} and r.kind = 'revoke') e
        join audience a on a.collection = ${of.collection} and a.party = ${of.party}
        where e.about < a.served and (a.left_size is null or a.left_size > e.about) and e.about < e.seq
          and not exists (select 1 from receipt_due d where d.collection = ${of.collection} and d.seq = e.seq
            and d.party = ${of.party}) order by e.seq`,
  )
}
