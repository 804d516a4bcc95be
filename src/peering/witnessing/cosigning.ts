import { ComityError } from "../../kernel/errors.ts"
import {
  type Checkpoint,
  cosign,
  EMPTY_ROOT,
  impliedRoot,
  noteBy,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  type RootProof,
  verifierOf,
  verifyConsistency,
} from "../../ledger/index.ts"
import { loadCollectionByKey } from "../../library/index.ts"
import type { Peer } from "../../parties/index.ts"
import type { Tx } from "../../store/index.ts"
import { findContradiction } from "../evidence/comparing.ts"
import { keepContradiction } from "../evidence/conflicts.ts"
import { type Feed, feedOfOrigin, setTarget } from "../feeds/queries.ts"
import { signingKeyOf } from "../keys.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { type AddCheckpoint, CHECKPOINT_TYPE, parseAddCheckpoint, SIZE_TYPE } from "./add-checkpoint.ts"

type Judged =
  | { is: "cosigned"; line: string; behind: boolean }
  | { is: "stale"; held: number }
  | { is: "refused"; error: ComityError }

/**
 * `checkpoint`: a log of the peer's has grown. What follows from what was verified before is remembered and cosigned,
 * check and memory in one transaction; `wake` has the entries fetched. The answers are those of C2SP tlog-witness.
 */
export async function takeCheckpoint(
  { store, self }: PeeringParts,
  message: PeerMessage,
  wake: (peer: number) => void,
): Promise<PeerAnswer> {
  const { peer } = message
  const given = parseAddCheckpoint(message.body)
  const { origin } = parseCheckpoint(parseNote(given.checkpoint).text)
  const judged = await store.write(async (tx): Promise<Judged> => {
    await message.admit(tx)
    const feed = await feedOfOrigin(tx, origin)
    if (feed === null || feed.peer !== peer.key) return refused(new ComityError("not-found", "checkpoint.unknown-log"))
    if (feed.state === "broken") return refused(new ComityError("refused", "feed.broken"))
    const opened = await open(tx, peer, origin, given)
    if (opened instanceof ComityError) return refused(opened)
    const found = await findContradiction(tx, feed, { ...opened, continued: implied(feed, given, opened.checkpoint) })
    if (found !== null) await keepContradiction(tx, feed, found, "checkpoint")
    const verdict = judge(feed, given, opened.checkpoint)
    if (verdict !== null) return verdict
    await setTarget(tx, feed.key, opened.checkpoint.size, opened.note)
    const { size } = await loadCollectionByKey(tx, feed.collection)
    const line = cosign(parseNote(opened.note).text, self.cosigner(origin), tx.now)
    return { is: "cosigned", line, behind: size < opened.checkpoint.size }
  })
  if (judged.is === "cosigned") {
    if (judged.behind) wake(peer.key)
    return { type: CHECKPOINT_TYPE, body: judged.line }
  }
  if (judged.is === "stale") return { status: 409, type: SIZE_TYPE, body: `${judged.held}\n` }
  // A log that is not known yet may be one that we are to read from now on.
  if (judged.error.kind === "not-found") wake(peer.key)
  throw judged.error
}

type Opened = { checkpoint: Checkpoint; note: string }

async function open(tx: Tx, peer: Peer, origin: string, given: AddCheckpoint): Promise<Opened | ComityError> {
  const key = await signingKeyOf(tx, peer)
  if (key === null) return new ComityError("refused", "peer.key-revoked")
  const verifier = verifierOf(origin, key)
  try {
    const checkpoint = openCheckpoint(given.checkpoint, verifier)
    return { checkpoint, note: noteBy(given.checkpoint, verifier) }
  } catch (error) {
    if (error instanceof ComityError) return error
    throw error
  }
}

/** Null if the checkpoint follows from the newest that was verified; in the order of the standard. */
function judge(feed: Feed, { old, proof }: AddCheckpoint, { size, root }: Checkpoint): Judged | null {
  if (old > size) return refused(new ComityError("invalid", "checkpoint.old-larger"))
  if (old !== feed.target) return { is: "stale", held: feed.target }
  if (size === 0 && !root.equals(EMPTY_ROOT))
    return refused(new ComityError("unprocessable", "checkpoint.root-differs"))
  if (old === 0) return proof.length === 0 ? null : refused(new ComityError("unprocessable", "checkpoint.unproven"))
  const held = parseCheckpoint(parseNote(feed.checkpoint).text)
  if (size === held.size && !root.equals(held.root))
    return refused(new ComityError("unprocessable", "checkpoint.root-differs"))
  const follows = verifyConsistency(old, size, proof, held.root, root)
  return follows ? null : refused(new ComityError("unprocessable", "checkpoint.unproven"))
}

/** What the proof says of the root of what is held: if it is another than the owner signed, that is proven by it. */
function implied(feed: Feed, { old, proof }: AddCheckpoint, { size, root }: Checkpoint): RootProof | null {
  if (old !== feed.target) return null
  const before = impliedRoot(old, size, proof, root)
  return before && { root: before, hashes: [...proof] }
}

function refused(error: ComityError): Judged {
  return { is: "refused", error }
}
