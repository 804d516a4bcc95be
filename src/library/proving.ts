import { ComityError } from "../kernel/errors.ts"
import { formatInstant } from "../kernel/time.ts"
import {
  type Checkpoint,
  cosignedCheckpoint,
  countsUnder,
  entryHash,
  findLog,
  headerText,
  isOwnCheckpoint,
  isSignedBy,
  keyStateOf,
  type LogRow,
  leafBytes,
  parseCheckpoint,
  parseNote,
  proofFile,
  proveContinuation,
  proveInclusion,
} from "../ledger/index.ts"
import type { Reader } from "../store/index.ts"
import type { Collection } from "./model.ts"
import { signerOf, statementsOf } from "./owners.ts"
import { type Committed, entriesOf, findCommitted, readCommitments } from "./queries.ts"

/** Everything that binds an object to the signed checkpoint of its collection. */
export type ObjectProof = {
  seq: number
  salt: Buffer
  header: string
  body: Buffer
  /** What stands in the tree: the entry's number and its commitment over salt, header and body. */
  leaf: Buffer
  /** A C2SP tlog-proof file. */
  proof: string
}

/**
 * Proves the newest entry of an object that is still there. Throws `not-found object.unknown`. Evidence that would not
 * convince its reader is a bug, and not handed out.
 */
export async function proveObject(reader: Reader, collection: Collection, id: string): Promise<ObjectProof> {
  const seq = (await entriesOf(reader, collection.key, id)).at(-1)?.seq
  const entry = seq === undefined ? null : await findCommitted(reader, collection.key, seq)
  if (seq === undefined || entry === null) throw new ComityError("not-found", "object.unknown")
  const [header, h] = [headerOf(entry), Buffer.from(entry.h)]
  if (!entryHash(entry.salt, header, entry.body).equals(h)) throw new Error(`entry ${seq} is not what was signed`)
  const log = await findLog(reader, collection.log)
  // Of a mirror, what its owner's signature does not cover yet is on its way to be.
  if (log.checkpoint === "" || seq >= parseCheckpoint(parseNote(log.checkpoint).text).size) {
    throw new ComityError("conflict", "log.not-whole")
  }
  const hashes = await proveInclusion(reader, log, seq, commitmentsOf(reader, collection))
  const leaf = leafBytes(seq, h)
  const proof = proofFile({ checkpoint: await cosignedCheckpoint(reader, log) }, seq, leaf, hashes)
  return { seq, salt: Buffer.from(entry.salt), header, body: Buffer.from(entry.body), leaf, proof }
}

function headerOf({ header, kind, id, spec, version, marking, terms, erases, dateAdded, previous }: Committed): string {
  if (header !== null) return header
  const before = previous === null ? null : Buffer.from(previous).toString("base64")
  const date_added = formatInstant(dateAdded)
  return headerText({ kind, id, spec, version, date_added, marking, terms, previous: before, erases })
}

/** How the present log stands to a checkpoint that somebody kept. */
export type Continuation =
  | { is: "continued"; from: number; checkpoint: string; proof: Buffer[] }
  | {
      is:
        | "checkpoint-of-another-log"
        | "checkpoint-not-signed"
        /** The log is shorter than it was: rolled back, such as by a restored backup. */
        | "checkpoint-newer"
        /** The log signs another history than it once did. */
        | "checkpoint-inconsistent"
    }

/** A checkpoint as somebody kept it, signatures and all, and what it says, which is not believed yet. */
export type Kept = { note: string; checkpoint: Checkpoint }

/** Throws `invalid note.malformed` or `invalid ledger.checkpoint-malformed` for what is no checkpoint at all. */
export function readKept(note: string): Kept {
  return { note, checkpoint: parseCheckpoint(parseNote(note).text) }
}

/** Whether a collection's log only added to what it was when it signed a checkpoint that was kept elsewhere. */
export async function compareWithKept(reader: Reader, collection: Collection, kept: Kept): Promise<Continuation> {
  const { origin, size: from } = kept.checkpoint
  const log = await findLog(reader, collection.log)
  if (origin !== log.origin) return { is: "checkpoint-of-another-log" }
  if (!(await isSignedByOwner(reader, collection, kept, log))) return { is: "checkpoint-not-signed" }
  if (log.checkpoint === "" || from > parseCheckpoint(parseNote(log.checkpoint).text).size)
    return { is: "checkpoint-newer" }
  const proof = await proveContinuation(reader, log, kept.checkpoint, commitmentsOf(reader, collection))
  return proof === null
    ? { is: "checkpoint-inconsistent" }
    : { is: "continued", from, checkpoint: log.checkpoint, proof }
}

/** A former key of a partner counts up to a size that its statements hold as a hash: it is looked for up to here. */
async function isSignedByOwner(reader: Reader, { party }: Collection, kept: Kept, log: LogRow): Promise<boolean> {
  if (party === null) return isOwnCheckpoint(reader, kept.note, kept.checkpoint)
  const { origin, size } = kept.checkpoint
  const state = keyStateOf(await statementsOf(reader, party))
  const key = signerOf(state, origin, kept.note)
  if (!isSignedBy(kept.note, origin, key)) return false
  const sizes = Array.from({ length: Math.max(0, log.size - size + 1) }, (_, i) => size + i)
  return [null, ...sizes].some((lastSize) => countsUnder(state, key, { origin, size, lastSize }))
}

function commitmentsOf(reader: Reader, collection: Collection) {
  return (from: number, to: number) => readCommitments(reader, collection.key, from, to)
}
