import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Reader, Tx } from "../../store/index.ts"

/** What is exchanged with one partner, as it is kept. */
export type ExchangeRow = {
  ours: number
  theirs: number
  changedAt: Instant
  changedBy: string | null
  saidAt: Instant | null
  heardAt: Instant | null
  toldAt: Instant | null
  counts: string | null
  countsAt: Instant | null
}

const columns = sql`ours, theirs, changed_at as "changedAt", changed_by as "changedBy", said_at as "saidAt",
  heard_at as "heardAt", told_at as "toldAt", counts, counts_at as "countsAt"`

/** Null where neither side ever said anything of it. */
export async function findExchange(reader: Reader, peer: number): Promise<ExchangeRow | null> {
  return (await reader.get<ExchangeRow>(sql`select ${columns} from counts_exchange where peer = ${peer}`)) ?? null
}

export async function insertExchange(tx: Tx, peer: number): Promise<void> {
  await tx.run(
    sql`insert into counts_exchange (peer, ours, theirs, changed_at) values (${peer}, 0, 0, ${tx.now})
        on conflict do nothing`,
  )
}

export async function deleteExchange(tx: Tx, peer: number): Promise<void> {
  await tx.run(sql`delete from counts_exchange where peer = ${peer}`)
}

export async function setOurs(tx: Tx, peer: number, ours: boolean, by: string | null): Promise<void> {
  await tx.run(
    sql`update counts_exchange set ours = ${ours ? 1 : 0}, changed_at = ${tx.now}, changed_by = ${by}, told_at = null
        where peer = ${peer}`,
  )
}

export async function setTheirs(tx: Tx, peer: number, theirs: boolean, at: Instant): Promise<void> {
  await tx.run(sql`update counts_exchange set theirs = ${theirs ? 1 : 0}, heard_at = ${at} where peer = ${peer}`)
}

export async function setSaid(tx: Tx, peer: number, at: Instant): Promise<void> {
  await tx.run(sql`update counts_exchange set said_at = ${at} where peer = ${peer}`)
}

export async function setToldAt(tx: Tx, peer: number): Promise<void> {
  await tx.run(sql`update counts_exchange set told_at = ${tx.now} where peer = ${peer}`)
}

/** `counts` null: what was kept is gone. */
export async function setCounts(tx: Tx, peer: number, counts: string | null, at: Instant | null): Promise<void> {
  await tx.run(sql`update counts_exchange set counts = ${counts}, counts_at = ${at} where peer = ${peer}`)
}

/** Messages that wait and that a newer one stands for. */
export async function deleteWaiting(tx: Tx, peer: number, kind: string): Promise<void> {
  await tx.run(sql`delete from outbox where peer = ${peer} and kind = ${kind} and delivered_at is null`)
}
