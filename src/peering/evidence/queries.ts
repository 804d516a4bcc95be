import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Reader, Tx } from "../../store/index.ts"

/** Where two checkpoints were found to contradict each other. */
export type How = "checkpoint" | "pull" | "file" | "witnessed" | "told"

/** Two checkpoints of one log that cannot both be true. */
export type FoundConflict = {
  key: number
  log: number
  /** Of the collection, its owner, and its feed. */
  collection: string
  title: string
  party: string
  feed: number
  hash: Uint8Array
  firstSize: number
  secondSize: number
  how: How
  toldBy: string | null
  foundAt: Instant
  settledAt: Instant | null
}

const columns = sql`x.key, x.log, c.id as collection, c.title, c.party, f.key as feed, x.hash, x.first_size as "firstSize",
  x.second_size as "secondSize", x.how, x.told_by as "toldBy", x.found_at as "foundAt", x.settled_at as "settledAt"`
const from = sql`from conflicting_checkpoints x join collection c on c.log = x.log join feed f on f.collection = c.key`

/** Open ones first, then the newest first. */
export async function listConflicts(reader: Reader, most: number): Promise<FoundConflict[]> {
  return reader.all<FoundConflict>(
    sql`select ${columns} ${from} order by x.settled_at is not null, x.found_at desc, x.key desc limit ${most} + 0`,
  )
}

export async function findConflict(
  reader: Reader,
  hash: Buffer,
): Promise<(FoundConflict & { file: Uint8Array }) | null> {
  const row = await reader.get<FoundConflict & { file: Uint8Array }>(
    sql`select ${columns}, x.file ${from} where x.hash = ${hash}`,
  )
  return row ?? null
}

/** Hashes that begin with these hexadecimal digits, two of them at most. */
export async function findHashes(reader: Reader, digits: string): Promise<Uint8Array[]> {
  const rows = await reader.all<{ hash: Uint8Array }>(
    sql`select hash from conflicting_checkpoints where lower(hex(hash)) like ${`${digits}%`} limit 2`,
  )
  return rows.map(({ hash }) => hash)
}

export async function countOpenConflicts(reader: Reader): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from conflicting_checkpoints where settled_at is null`,
  )
  return row?.number ?? 0
}

export async function countConflictsOf(reader: Reader, log: number): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from conflicting_checkpoints where log = ${log}`,
  )
  return row?.number ?? 0
}

export type NewConflict = {
  log: number
  hash: Buffer
  file: Buffer
  firstSize: number
  secondSize: number
  how: How
  toldBy: string | null
}

export async function insertConflict(tx: Tx, one: NewConflict): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into conflicting_checkpoints (log, hash, file, first_size, second_size, how, told_by, found_at)
        values (${one.log}, ${one.hash}, ${one.file}, ${one.firstSize}, ${one.secondSize}, ${one.how}, ${one.toldBy},
          ${tx.now}) returning key`,
  )
  return (row as { key: number }).key
}

/** A conflict that a peer which reads the log too was not shown yet. */
export type Untold = { conflict: number; peer: number; file: Uint8Array }

/** To those of the given log or peer with whom the relation goes on; who paused is shown it when it goes on. */
export async function untoldConflicts(reader: Reader, of: { log: number } | { peer: number }): Promise<Untold[]> {
  const which = "log" in of ? sql`m.log = ${of.log}` : sql`m.peer = ${of.peer}`
  return reader.all<Untold>(
    sql`select x.key as conflict, m.peer, x.file from common_log m join conflicting_checkpoints x on x.log = m.log
        join peer p on p.key = m.peer
        where ${which} and p.state = 'active' and x.settled_at is null and not exists (select 1 from conflict_told t
          where t.conflict = x.key and t.peer = m.peer) order by x.key, m.peer`,
  )
}

export async function insertTold(tx: Tx, conflict: number, peer: number): Promise<void> {
  await tx.run(sql`insert into conflict_told (conflict, peer) values (${conflict}, ${peer}) on conflict do nothing`)
}

/** It came up again after it was settled. */
export async function setUnsettled(tx: Tx, hash: Buffer): Promise<void> {
  await tx.run(sql`update conflicting_checkpoints set settled_at = null, settled_by = null where hash = ${hash}`)
}

export async function setSettled(tx: Tx, log: number, by: string | null): Promise<void> {
  await tx.run(
    sql`update conflicting_checkpoints set settled_at = ${tx.now}, settled_by = ${by}
        where log = ${log} and settled_at is null`,
  )
}

/** Up to which feed our logs were named to a peer. */
export async function findMet(reader: Reader, peer: number): Promise<number> {
  return (await reader.get<{ feed: number }>(sql`select feed from peer_met where peer = ${peer}`))?.feed ?? 0
}

export async function setMet(tx: Tx, peer: number, feed: number): Promise<void> {
  await tx.run(
    sql`insert into peer_met (peer, feed) values (${peer}, ${feed})
        on conflict (peer) do update set feed = excluded.feed where excluded.feed > peer_met.feed`,
  )
}

/** A log of somebody else that is mirrored here. */
export type Mirrored = { feed: number; log: number; origin: string }

/** Mirrors behind a feed, of logs of others than this peer. */
export async function mirrorsFor(reader: Reader, peer: number, after: number): Promise<Mirrored[]> {
  return reader.all<Mirrored>(
    sql`select f.key as feed, l.key as log, l.origin from feed f join collection c on c.key = f.collection
        join log l on l.key = c.log where f.peer <> ${peer} and f.key > ${after} order by f.key`,
  )
}

export async function insertCommon(tx: Tx, peer: number, log: number): Promise<void> {
  await tx.run(sql`insert into common_log (peer, log, compared) values (${peer}, ${log}, 0) on conflict do nothing`)
}

/** A peer's common logs whose newest checkpoint was not compared with it yet, the longest known first. */
export async function uncompared(
  reader: Reader,
  peer: number,
  most: number,
): Promise<{ log: number; origin: string; checkpoint: string; target: number }[]> {
  return reader.all<{ log: number; origin: string; checkpoint: string; target: number }>(
    sql`select l.key as log, l.origin, f.checkpoint, f.target from common_log m join log l on l.key = m.log
        join collection c on c.log = l.key join feed f on f.collection = c.key
        where m.peer = ${peer} and f.target > m.compared order by f.key limit ${most} + 0`,
  )
}

export async function setCompared(tx: Tx, peer: number, log: number, size: number): Promise<void> {
  await tx.run(
    sql`update common_log set compared = ${size} where peer = ${peer} and log = ${log} and compared < ${size}`,
  )
}

/** Whether both sides know that the other reads this log. */
export async function isCommon(reader: Reader, peer: number, log: number): Promise<boolean> {
  return (await reader.get(sql`select 1 as found from common_log where peer = ${peer} and log = ${log}`)) !== undefined
}
