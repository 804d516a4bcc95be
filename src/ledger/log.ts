import type { Signer } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import type { Tx } from "../store/index.ts"
import { signCheckpoint } from "./checkpoint.ts"
import { leafBytes } from "./entry.ts"
import { Edge, leafHash, TILE_HEIGHT } from "./merkle.ts"
import { findLog, insertLog, insertNode, type LogKind, type LogRow, updateLog } from "./queries.ts"

/** A log within one write transaction. What is appended here is signed when the transaction commits. */
export type OpenLog = {
  readonly key: number
  readonly origin: string
  readonly edge: Edge
  /** Time of the newest entry; each next one is later by at least a microsecond. */
  lastAt: Instant
  readonly nodes: { level: number; position: number; hash: Buffer }[]
}

/** The logs that a transaction has opened; a transaction that is rolled back takes them with it. */
const opened = new WeakMap<Tx, Map<number, OpenLog>>()

function logsOf(tx: Tx): Map<number, OpenLog> {
  let logs = opened.get(tx)
  if (logs === undefined) {
    logs = new Map()
    opened.set(tx, logs)
  }
  return logs
}

/** A new log under an origin that says nothing of what it holds or for whom. */
export async function createLog(tx: Tx, kind: LogKind): Promise<number> {
  requireKey(tx)
  const origin = `comity/${random(16).toString("hex")}`
  const key = await insertLog(tx, kind, origin)
  logsOf(tx).set(key, { key, origin, edge: new Edge(), lastAt: 0 as Instant, nodes: [] })
  return key
}

/**
 * Opens a log for appending; the same one each time within a transaction. Throws as `requireFree` for one that may be
 * older than what was signed before, or surely is.
 */
export async function openLog(tx: Tx, key: number): Promise<OpenLog> {
  requireKey(tx)
  const logs = logsOf(tx)
  const already = logs.get(key)
  if (already !== undefined) return already
  const row = await findLog(tx, key)
  requireFree(row)
  const log = { key, origin: row.origin, edge: new Edge(row.size, row.edge), lastAt: row.last_at, nodes: [] }
  logs.set(key, log)
  return log
}

/** Throws where nothing may be signed in a log: `unavailable log.guarded`, `conflict log.ended`. */
export function requireFree({ guarded }: Pick<LogRow, "guarded">): void {
  if (guarded === 1) throw new ComityError("unavailable", "log.guarded")
  if (guarded === 2) throw new ComityError("conflict", "log.ended")
}

/** The time of the entry that is appended next: unique, strictly rising, in the order of commits. */
export function nextInstant(tx: Tx, log: OpenLog): Instant {
  const after = plusMicroseconds(log.lastAt, 1)
  log.lastAt = Math.max(tx.now, after) as Instant
  return log.lastAt
}

/** Appends an entry by its commitment `h`; `at` is the time that `nextInstant` gave. Returns its number. */
export function appendEntry(log: OpenLog, h: Buffer): number {
  const seq = log.edge.size
  log.edge.append(leafHash(leafBytes(seq, h)), (height, position, hash) => {
    if (height > 0) log.nodes.push({ level: height / TILE_HEIGHT, position, hash })
  })
  return seq
}

const signers = new WeakMap<Tx, Signer>()

/** Whatever this transaction opens is signed by this one: a change of keys takes effect within itself. */
export function signWith(tx: Tx, signer: Signer): void {
  signers.set(tx, signer)
}

const ended = new WeakSet<Tx>()

/** What joins this transaction later writes into no log: the key has ended within it. */
export function endWriting(tx: Tx): void {
  ended.add(tx)
}

function requireKey(tx: Tx): void {
  if (ended.has(tx)) throw new ComityError("unavailable", "key.revoked")
}

/** Stores and signs every log that this transaction opened: no entry is ever without a signature. */
export async function sealLogs(tx: Tx, usual: Signer): Promise<void> {
  const signer = signers.get(tx) ?? usual
  for (const log of opened.get(tx)?.values() ?? []) {
    for (const node of log.nodes) await insertNode(tx, log.key, node)
    const { size } = log.edge
    const checkpoint = signCheckpoint(log.origin, size, log.edge.root(), signer)
    await updateLog(tx, { key: log.key, size, edge: log.edge.bytes(), checkpoint, lastAt: log.lastAt })
  }
}
