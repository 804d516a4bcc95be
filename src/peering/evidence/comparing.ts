import { ComityError } from "../../kernel/errors.ts"
import {
  type Checkpoint,
  type Contradiction,
  contradict,
  findLog,
  keyStateOf,
  keysOf,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  proveRoot,
  type RootProof,
  verifierOf,
} from "../../ledger/index.ts"
import { loadCollectionByKey, readCommitments } from "../../library/index.ts"
import { readStatements } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import type { Feed } from "../feeds/queries.ts"

/**
 * A checkpoint of a mirrored log that came from elsewhere, its signature checked. `continued`: what whoever showed it
 * says to prove of the newest that is held here, where it is larger than that.
 */
export type Shown = { note: string; checkpoint: Checkpoint; continued: RootProof | null }

/**
 * How a shown checkpoint contradicts what is held, if that can be proven; null where both may be true, or the proof has
 * to come from who holds more.
 */
export async function findContradiction(reader: Reader, feed: Feed, shown: Shown): Promise<Contradiction | null> {
  if (feed.target === 0) return null
  const { note, checkpoint: given, continued } = shown
  const held = checkpointIn(feed.checkpoint)
  if (given.size < held.size) return contradictionWithin(reader, feed, shown)
  const proof = given.size === held.size ? null : continued
  return contradict(held, given, proof) ? { first: feed.checkpoint, second: note, proof } : null
}

/** The mirror's own tree says which root it had at the smaller size. */
async function contradictionWithin(
  reader: Reader,
  feed: Feed,
  { note, checkpoint: given }: Shown,
): Promise<Contradiction | null> {
  const held = await provenTree(reader, feed, given.size)
  if (held === null) return null
  const { proof, checkpoint, note: second } = held
  return contradict(given, checkpoint, proof) ? { first: note, second, proof } : null
}

/** What a mirror proves of a smaller or equal size: the newest checkpoint whose entries are all here, and the root then. */
export type ProvenTree = { note: string; checkpoint: Checkpoint; proof: RootProof | null }

/** Null if the mirror is not whole up to there. */
export async function provenTree(reader: Reader, feed: Feed, size: number): Promise<ProvenTree | null> {
  const collection = await loadCollectionByKey(reader, feed.collection)
  const log = await findLog(reader, collection.log)
  if (log.checkpoint === "") return null
  const checkpoint = checkpointIn(log.checkpoint)
  if (size === 0 || size > checkpoint.size) return null
  const commitments = (from: number, to: number) => readCommitments(reader, collection.key, from, to)
  const proof = size === checkpoint.size ? null : await proveRoot(reader, log, size, commitments)
  return { note: log.checkpoint, checkpoint, proof }
}

/** A checkpoint of a log by any key that its owner ever had; null if none of them signed it. */
export async function openByChain(
  reader: Reader,
  { peer }: Pick<Feed, "peer">,
  origin: string,
  note: string,
): Promise<Checkpoint | null> {
  for (const key of keysOf(keyStateOf(await readStatements(reader, peer)))) {
    try {
      return openCheckpoint(note, verifierOf(origin, key))
    } catch (error) {
      if (!(error instanceof ComityError)) throw error
    }
  }
  return null
}

export function checkpointIn(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text)
}
