import sql from "sql-template-tag"
import { ComityError } from "../kernel/errors.ts"
import {
  Edge,
  entryHash,
  isSignedBy,
  type KeyState,
  keyStateOf,
  keysOf,
  leafBytes,
  leafHash,
  openCheckpoint,
  verifierOf,
} from "../ledger/index.ts"
import { type ParsedObject, parseObject } from "../stix/index.ts"
import type { SyncReader } from "../store/index.ts"
import { standingOf } from "./model.ts"
import { idHash } from "./queries.ts"
import {
  ownLog,
  type ServedAs,
  type StoredEntry,
  type StoredLog,
  storedEntries,
  storedLogs,
  storedVersions,
} from "./stored.ts"

/** A fault found in a log: the entry's number, or null where the log as a whole is wrong. */
export type Problem = { seq: number | null; code: string }

export type LogReport = {
  log: string
  size: number
  erased: number
  root: string
  problems: Problem[]
}

export type VerifyStep = { log: string; done: number; of: number } | { report: LogReport }

const PROBLEMS_MOST = 100
const STEP = 5000

/**
 * Derives every hash of the logs anew from stored bytes and compares: headers, commitments, leaves, tree, tiles,
 * signature; also that what is served by columns is what the signed bytes say.
 */
export function* verifySteps(reader: SyncReader, data: { collection: string | null }): Generator<VerifyStep> {
  const state = keyStateIn(reader)
  for (const log of storedLogs(reader, data.collection)) {
    yield* verifyLog(reader, log, state === null ? Buffer.alloc(0) : signerOf(log, state))
  }
}

/** One in which nothing is signed for now, or never again, keeps the signature that it had. */
function signerOf({ guarded, checkpoint, origin }: StoredLog, state: KeyState): Buffer {
  const former = guarded === 0 ? undefined : keysOf(state).find((key) => isSignedBy(checkpoint, origin, key))
  return former ?? state.signs
}

/** What the node's key log says of its keys; null if its statements are no chain: then every signature fails. */
export function keyStateIn(reader: SyncReader): KeyState | null {
  const entries = [...storedEntries(reader, ownLog(reader, "keys"))]
  try {
    return keyStateOf(entries.map(({ content }) => content?.body ?? Buffer.alloc(0)))
  } catch (error) {
    if (error instanceof ComityError) return null
    throw error
  }
}

function* verifyLog(reader: SyncReader, log: StoredLog, key: Buffer): Generator<VerifyStep> {
  const name = log.collection?.id ?? log.kind
  const check = new Check(reader, log)
  for (const entry of storedEntries(reader, log)) {
    check.entry(entry)
    if (entry.seq % STEP === STEP - 1) yield { log: name, done: entry.seq + 1, of: log.size }
  }
  check.end(key)
  if (log.collection !== null) check.standings(log.collection.key)
  const { edge, erased, problems } = check
  const report = { log: name, size: edge.size, erased, root: edge.root().toString("base64"), problems }
  yield { report }
}

/** The state of one log's verification. */
class Check {
  readonly edge = new Edge()
  readonly problems: Problem[] = []
  erased = 0
  readonly #reader: SyncReader
  readonly #log: StoredLog
  #lastAdded = 0
  #lastSeq = -1
  /** Entries that are empty and wait for the `erase` entry that says so. */
  readonly #awaited = new Map<number, number>()

  constructor(reader: SyncReader, log: StoredLog) {
    this.#reader = reader
    this.#log = log
  }

  entry(entry: StoredEntry): void {
    const { seq, h, content, dateAdded } = entry
    if (seq !== this.#lastSeq + 1) this.#problem(seq, "seq-gap")
    this.#lastSeq = seq
    if (dateAdded !== null && dateAdded <= this.#lastAdded) this.#problem(seq, "time-order")
    this.#lastAdded = dateAdded ?? this.#lastAdded
    if (content !== null) {
      if (entry.erasedBy !== null) this.#problem(seq, "erased-but-there")
      if (!entryHash(content.salt, content.header, content.body).equals(h)) this.#problem(seq, "hash-differs")
      else if (entry.served !== null) this.#compareServed(seq, entry.served, content.body)
    } else if (entry.erasedBy === null) {
      this.#problem(seq, "content-missing")
    } else {
      this.erased += 1
      this.#awaited.set(seq, entry.erasedBy)
    }
    if (entry.erases !== null) this.#erases(seq, entry.erases)
    this.#append(seq, h)
  }

  /** After the last entry: nothing may be left over, and the signed checkpoint must be over exactly this tree. */
  end(key: Buffer): void {
    for (const seq of this.#awaited.keys()) this.#problem(seq, "erased-by-nobody")
    const { size, origin, edge, collection, last_at: lastAt } = this.#log
    if (collection !== null && lastAt !== this.#lastAdded) this.#problem(this.#lastSeq, "time-order")
    if (this.edge.size !== size) this.#problem(null, "size-differs")
    if (!this.edge.bytes().equals(edge)) this.#problem(null, "edge-differs")
    try {
      const signed = openCheckpoint(this.#log.checkpoint, verifierOf(origin, key))
      if (signed.size !== this.edge.size || !signed.root.equals(this.edge.root())) {
        this.#problem(null, "checkpoint-differs")
      }
    } catch (error) {
      if (!(error instanceof ComityError)) throw error
      this.#problem(null, "signature")
    }
  }

  /** What pages show of an object's versions hangs on columns beside the log: they must follow from it. */
  standings(collection: number): void {
    for (const versions of storedVersions(this.#reader, collection)) {
      const shown = new Map(versions.map((version) => [version.seq, version]))
      for (const { seq, newest, first, last } of standingOf(versions)) {
        const row = shown.get(seq)
        const same = row?.newest === Number(newest) && row.first === Number(first) && row.last === Number(last)
        if (!same) this.#problem(seq, "served-differs")
      }
    }
  }

  #erases(seq: number, erased: number): void {
    if (this.#awaited.get(erased) === seq) this.#awaited.delete(erased)
    else this.#problem(seq, "erases-nothing")
  }

  #append(seq: number, h: Buffer): void {
    this.edge.append(leafHash(leafBytes(seq, h)), (height, position, hash) => {
      if (height === 0) return
      const row = this.#reader.get<{ hash: Uint8Array }>(
        sql`select hash from log_node where log = ${this.#log.key} and level = ${height / 8}
            and position = ${position}`,
      )
      if (row === undefined || !hash.equals(row.hash)) this.#problem(seq, "tile-differs")
    })
  }

  #compareServed(seq: number, served: ServedAs, body: Buffer): void {
    const outcome = parseObject(body)
    const same = outcome.ok && saysTheSame(served, outcome.parsed) && served.size === body.length
    if (!same) this.#problem(seq, "served-differs")
  }

  #problem(seq: number | null, code: string): void {
    if (seq === null || this.problems.length < PROBLEMS_MOST) this.problems.push({ seq, code })
  }
}

function saysTheSame(served: ServedAs, parsed: ParsedObject): boolean {
  const { id, type, spec, version, created, revoked, createdBy, canonical } = parsed
  const name = served.id === id && served.idHash === idHash(id) && served.type === type && served.listed === type
  const place = served.spec === spec && served.version === version
  const shown = served.stamp === (parsed.modified ?? created) && served.created === created
  const judged = served.revoked === revoked && served.createdBy === createdBy && served.canonical.equals(canonical)
  return name && place && shown && judged
}
