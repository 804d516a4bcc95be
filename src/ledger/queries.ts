import sql, { empty, join } from "sql-template-tag"
import { ComityError } from "../kernel/errors.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"

export type LogKind = "collection" | "ledger" | "keys"

/** A log as committed: `size` entries, `checkpoint` the signed note over them. */
export type LogRow = {
  key: number
  kind: LogKind
  origin: string
  size: number
  edge: Uint8Array
  checkpoint: string
  last_at: Instant
  guarded: Guarded
}

/**
 * 0: free. 1: it may be an older state than this node once signed, so nothing more is signed until that is known.
 * 2: it was, and cannot be brought back: nothing is ever signed in it again.
 */
export type Guarded = 0 | 1 | 2

export async function findLog(reader: Reader, key: number): Promise<LogRow> {
  const row = await reader.get<LogRow>(
    sql`select key, kind, origin, size, edge, checkpoint, last_at, guarded from log where key = ${key}`,
  )
  if (row === undefined) throw new ComityError("not-found", "log.unknown")
  return row
}

/** Key of the node's own log of that kind; null before the first start has ended. */
export async function findOwnLog(reader: Reader, kind: "ledger" | "keys"): Promise<number | null> {
  const row = await reader.get<{ key: number }>(sql`select key from log where kind = ${kind}`)
  return row?.key ?? null
}

type OwnLog = Pick<LogRow, "key" | "origin" | "size" | "guarded">

/** The logs that this node signs, with their sizes as committed. */
export async function listOwnLogs(reader: Reader): Promise<OwnLog[]> {
  return reader.all<OwnLog>(
    sql`select key, origin, size, guarded from log
        where key not in (select log from collection where party is not null) order by key`,
  )
}

export async function insertLog(tx: Tx, kind: LogKind, origin: string): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into log (kind, origin, size, edge, checkpoint, last_at)
        values (${kind}, ${origin}, 0, ${Buffer.alloc(0)}, '', 0) returning key`,
  )
  return (row as { key: number }).key
}

export async function updateLog(
  tx: Tx,
  log: { key: number; size: number; edge: Buffer; checkpoint: string; lastAt: Instant },
): Promise<void> {
  await tx.run(
    sql`update log set size = ${log.size}, edge = ${log.edge}, checkpoint = ${log.checkpoint},
        last_at = ${log.lastAt} where key = ${log.key}`,
  )
}

export async function setGuarded(tx: Tx, key: number, guarded: Guarded): Promise<void> {
  await tx.run(sql`update log set guarded = ${guarded} where key = ${key}`)
}

/** A perfect subtree's root that tiles keep: `level` 1 stands 8 above the leaves, 2 stands 16 above … */
export async function insertNode(
  tx: Tx,
  log: number,
  node: { level: number; position: number; hash: Buffer },
): Promise<void> {
  await tx.run(
    sql`insert into log_node (log, level, position, hash)
        values (${log}, ${node.level}, ${node.position}, ${node.hash})`,
  )
}

/** The roots `start ≤ position < end` of one tile level, in order. */
export async function readNodes(
  reader: Reader,
  log: number,
  level: number,
  start: number,
  end: number,
): Promise<Buffer[]> {
  const rows = await reader.all<{ hash: Uint8Array }>(
    sql`select hash from log_node where log = ${log} and level = ${level}
        and position >= ${start} and position < ${end} order by position`,
  )
  return rows.map((row) => Buffer.from(row.hash))
}

export type JournalRow = { seq: number; salt: Uint8Array; h: Uint8Array; header: string; body: Uint8Array }

export async function insertJournalEntry(
  tx: Tx,
  log: number,
  row: { seq: number; salt: Buffer; h: Buffer; header: string; body: Buffer },
): Promise<void> {
  await tx.run(
    sql`insert into journal_entry (log, seq, salt, h, header, body)
        values (${log}, ${row.seq}, ${row.salt}, ${row.h}, ${row.header}, ${row.body})`,
  )
}

export function journalEntries(log: number, from: number, to: number) {
  return sql`select seq, salt, h, header, body from journal_entry
             where log = ${log} and seq >= ${from} and seq < ${to} order by seq`
}

/** Entries of one of the node's own logs, `lowest ≤ seq ≤ from`, the newest first; `whats` narrows to some happenings. */
export async function readJournal(
  reader: Reader,
  log: number,
  range: { from: number; lowest: number; whats: readonly string[] | null; most: number },
): Promise<JournalRow[]> {
  const likes = range.whats?.map((what) => sql`header like ${`%"what":"${what}"}`}`)
  const ofWhat = likes === undefined ? empty : sql`and (${join(likes, " or ")})`
  return reader.all<JournalRow>(
    sql`select seq, salt, h, header, body from journal_entry
        where log = ${log} and seq <= ${range.from} and seq >= ${range.lowest} ${ofWhat}
        order by seq desc limit ${range.most} + 0`,
  )
}
