import sql from "sql-template-tag"
import { ComityError } from "../kernel/errors.ts"
import {
  Edge,
  entryHash,
  type KeyState,
  keyStateOf,
  leafBytes,
  leafHash,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  type Verifier,
  verifierOf,
} from "../ledger/index.ts"
import { statementsIn } from "../parties/index.ts"
import { type ParsedObject, parseObject } from "../stix/index.ts"
import type { SyncReader } from "../store/index.ts"
import { standingOf } from "./model.ts"
import { signerOf } from "./owners.ts"
import { idHash } from "./queries.ts"
import {
  ownLog,
  type ServedAs,
  type StoredCollection,
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
  /** Whose log it is, where that is a partner's. */
  party: string | null
  size: number
  /** How many of these entries the signature covers: in a mirror more may be on their way. */
  signed: number
  erased: number
  /** Entries that are here without content, since they were recalled or marked, or were not for us any more. */
  withheld: number
  /** Entries whose content was erased here when its time was over. */
  expired: number
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
  for (const log of storedLogs(reader, data.collection)) {
    const state = keyStateFor(reader, log)
    yield* verifyLog(reader, log, state === null ? Buffer.alloc(0) : signerFor(log, state))
  }
}

/** What the key log of a log's owner says of its keys; null if its statements are no chain: then every signature fails. */
export function keyStateFor(reader: SyncReader, { collection }: StoredLog): KeyState | null {
  const party = collection?.party ?? null
  return party === null ? keyStateIn(reader) : stateOf(statementsIn(reader, party))
}

/** A mirror, and a log in which nothing is signed any more, keep the signature that they had. */
export function signerFor({ guarded, collection, origin, checkpoint }: StoredLog, state: KeyState): Buffer {
  const keeps = guarded !== 0 || (collection?.party ?? null) !== null
  return keeps ? signerOf(state, origin, checkpoint) : state.signs
}

/** What the node's key log says of its keys; null if its statements are no chain: then every signature fails. */
export function keyStateIn(reader: SyncReader): KeyState | null {
  const entries = [...storedEntries(reader, ownLog(reader, "keys"))]
  return stateOf(entries.map(({ content }) => content?.body ?? Buffer.alloc(0)))
}

function stateOf(statements: readonly Buffer[]): KeyState | null {
  try {
    return keyStateOf(statements)
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
  const { edge, erased, withheld, expired, signed, problems } = check
  const counts = { size: edge.size, signed, erased, withheld, expired }
  const party = log.collection?.party ?? null
  yield { report: { log: name, party, ...counts, root: edge.root().toString("base64"), problems } }
}

/** The state of one log's verification. */
class Check {
  readonly edge = new Edge()
  readonly problems: Problem[] = []
  erased = 0
  withheld = 0
  expired = 0
  /** Entries that the checkpoint is over, once that was found good. */
  signed = 0
  readonly #reader: SyncReader
  readonly #log: StoredLog
  #lastAdded = 0
  #lastSeq = -1
  /** Entries that are empty and wait for the `erase` entry that says so. */
  readonly #awaited = new Map<number, number>()
  /** Entries that are empty, whatever the reason. */
  readonly #empty = new Set<number>()
  /** Whose entries these are, if not ours. */
  readonly #mirror: StoredCollection | null
  /** What the checkpoint says, before anything of it is believed, and the root of so many entries. */
  readonly #claimed: number | null
  #rootThere: Buffer

  constructor(reader: SyncReader, log: StoredLog) {
    this.#reader = reader
    this.#log = log
    this.#mirror = (log.collection?.party ?? null) === null ? null : log.collection
    this.#claimed = sizeIn(log.checkpoint)
    this.#rootThere = this.edge.root()
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
    } else this.#withoutContent(entry)
    if (entry.erases !== null) this.#erases(seq, entry.erases)
    this.#append(seq, h)
  }

  /** It was erased by an entry that has yet to come, or a later one says why it is kept from its readers. */
  #withoutContent({ seq, erasedBy, expired, reason }: StoredEntry): void {
    this.#empty.add(seq)
    const toCome = this.#mirror !== null && reason !== null && reason.seq >= this.#log.size
    const said = reason !== null && reason.seq > seq && (reason.kind === "recall" || reason.kind === "mark")
    if (said || toCome || (reason === null && this.#mirror?.hasLeft === true)) this.withheld += 1
    else if (erasedBy === null && expired) this.expired += 1
    else if (erasedBy === null) this.#problem(seq, "content-missing")
    else {
      this.erased += 1
      this.#awaited.set(seq, erasedBy)
    }
  }

  /** After the last entry: nothing may be left over, and the signed checkpoint must be over exactly this tree. */
  end(key: Buffer): void {
    for (const seq of this.#awaited.keys()) this.#problem(seq, "erased-by-nobody")
    const { size, origin, edge, collection, last_at: lastAt } = this.#log
    if (collection !== null && lastAt !== this.#lastAdded) this.#problem(this.#lastSeq, "time-order")
    if (this.edge.size !== size) this.#problem(null, "size-differs")
    if (!this.edge.bytes().equals(edge)) this.#problem(null, "edge-differs")
    // A mirror begins without a signature, and what its owner signed last may be on its way here still.
    if (this.#mirror !== null && this.#log.checkpoint === "") return
    this.#signature(verifierOf(origin, key))
  }

  #signature(verifier: Verifier): void {
    try {
      const { size, root } = openCheckpoint(this.#log.checkpoint, verifier)
      const whole = this.#mirror !== null || size === this.edge.size
      if (whole && size <= this.edge.size && root.equals(this.#rootThere)) this.signed = size
      else this.#problem(null, "checkpoint-differs")
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
    // A reader that got it without content for another reason has nothing to erase.
    else if (this.#mirror === null || !this.#empty.has(erased)) this.#problem(seq, "erases-nothing")
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
    if (this.edge.size === this.#claimed) this.#rootThere = this.edge.root()
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

function sizeIn(checkpoint: string): number | null {
  try {
    return parseCheckpoint(parseNote(checkpoint).text).size
  } catch (error) {
    if (error instanceof ComityError) return null
    throw error
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
