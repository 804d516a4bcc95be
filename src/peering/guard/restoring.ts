import { z } from "zod"
import { ComityError } from "../../kernel/errors.ts"
import { entryHash, findLog, type LogRow, proveConsistency, proveRoot } from "../../ledger/index.ts"
import {
  type Collection,
  entriesForOwner,
  loadCollectionByKey,
  lostEntries,
  readCommitments,
  restoreLost,
  restoreSlice,
  type SentEntry,
} from "../../library/index.ts"
import type { Peer } from "../../parties/index.ts"
import { ceilingOf } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import { decodePart, ENTRIES_MOST, ENTRIES_TYPE, encodePart, type Part } from "../feeds/format.ts"
import { arrivedOf, PART_BYTES_MOST, SLICE, verifyPart } from "../feeds/pulling.ts"
import { feedOfOrigin } from "../feeds/queries.ts"
import { BYTES_MOST } from "../feeds/serving.ts"
import { say } from "../line.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"

const Wanted = z.strictObject({
  v: z.literal(1),
  origin: z.string().max(200),
  /** Number of the first entry wanted, and size of the newest checkpoint that the asker holds of its own log. */
  from: z.int().nonnegative(),
  old: z.int().nonnegative(),
})

/** `own-entries`: a peer lost entries of its own log, of which this node has a mirror; it gets them back as they came. */
export async function answerOwnEntries({ store }: PeeringParts, { peer, body }: PeerMessage): Promise<PeerAnswer> {
  const wanted = parseBody(Wanted, body)
  const feed = await feedOfOrigin(store, wanted.origin)
  if (feed === null || feed.peer !== peer.key) throw new ComityError("not-found", "checkpoint.unknown-log")
  const mirror = await loadCollectionByKey(store, feed.collection)
  const log = await findLog(store, mirror.log)
  const size = log.checkpoint === "" ? 0 : checkpointIn(log.checkpoint).size
  const { from, old } = wanted
  if (from > size || old > size) throw new ComityError("conflict", "feed.shorter", { size })
  const most = Math.min(ENTRIES_MOST, size - from)
  const entries = most === 0 ? [] : await entriesForOwner(store, mirror, { from, most, bytesMost: BYTES_MOST })
  return { type: ENTRIES_TYPE, body: encodePart(await partOf(store, { log, mirror, size }, wanted, entries)) }
}

async function partOf(
  reader: Reader,
  { log, mirror, size }: { log: LogRow; mirror: Collection; size: number },
  { from, old }: z.output<typeof Wanted>,
  entries: SentEntry[],
): Promise<Part> {
  const commitments = (first: number, to: number) => readCommitments(reader, mirror.key, first, to)
  const end = from + entries.length
  const proof = end === 0 || end === size ? [] : await proveConsistency(reader, log, end, size, commitments)
  const continued = old === 0 ? null : await proveRoot(reader, log, old, commitments)
  return { from, checkpoint: log.checkpoint, entries, proof, continued }
}

/**
 * Takes back what a peer holds of an own log beyond what is here; each part is verified against what this node signed
 * itself, with one of its own keys. `apart`: what is here does not lead there; `short`: the peer hands out no more.
 */
export async function takeBack(
  parts: PeeringParts,
  peer: Peer,
  collectionKey: number,
  keyOf: (note: string) => Promise<Buffer | null>,
): Promise<"whole" | "short" | "apart"> {
  for (;;) {
    const collection = await loadCollectionByKey(parts.store, collectionKey)
    const log = await findLog(parts.store, collection.log)
    // What a reader never got is looked for at the others: here it may come without content and without a reason.
    const feed = { target: checkpointIn(log.checkpoint).size, checkpoint: log.checkpoint, hasLeft: 1 as const }
    const part = await askFor(parts, peer, { origin: log.origin, from: log.size, old: feed.target })
    const key = await keyOf(part.checkpoint)
    if (key === null) return "short"
    const verified = verifyPart(part, { feed, log, key })
    if (verified.is === "apart") return verified.target.size < feed.target ? "short" : "apart"
    if (!verified.whole && part.entries.length === 0) return "short"
    await takeIn(parts, collection, part, verified.whole ? verified.note : null)
    if (verified.whole) return "whole"
  }
}

async function takeIn(
  { store, prepare }: PeeringParts,
  collection: Collection,
  part: Part,
  checkpoint: string | null,
): Promise<void> {
  const arrived = await arrivedOf(part, prepare)
  for (let at = 0; at < arrived.length || (at === 0 && checkpoint !== null); at += SLICE) {
    const slice = arrived.slice(at, at + SLICE)
    const last = at + SLICE >= arrived.length
    await store.write(async (tx) => {
      const now = await loadCollectionByKey(tx, collection.key)
      const { guarded } = await findLog(tx, now.log)
      if (guarded !== 1 || now.size !== collection.size + at) throw new ComityError("conflict", "feed.busy")
      await restoreSlice(tx, now, slice, { checkpoint: last ? checkpoint : null, ceiling: ceilingOf(now.terms) })
    })
  }
}

/** So many at once are asked for again. */
const LOST_AT_ONCE = 200

/** What others could not hand out, this peer may have: each entry is what the tree commits to, or it is not taken. */
export async function fillLost(parts: PeeringParts, peer: Peer, collection: Collection): Promise<void> {
  const { store, prepare } = parts
  for (const seq of await lostEntries(store, collection.key, LOST_AT_ONCE)) {
    const part = await askFor(parts, peer, { origin: collection.origin, from: seq, old: 0 })
    const [arrived] = await arrivedOf({ ...part, entries: part.entries.slice(0, 1) }, prepare)
    if (arrived === undefined || arrived.entry.seq !== seq || arrived.entry.content === null) continue
    await store.write(async (tx) => restoreLost(tx, await loadCollectionByKey(tx, collection.key), arrived))
  }
}

async function askFor(
  parts: PeeringParts,
  peer: Peer,
  wanted: { origin: string; from: number; old: number },
): Promise<Part> {
  const answer = await say(parts, peer, "own-entries", {
    body: bodyOf({ v: 1, ...wanted }),
    bytesMost: PART_BYTES_MOST,
  })
  return decodePart(Buffer.from(answer.body), entryHash)
}
