import { ComityError } from "../../kernel/errors.ts"
import {
  type Checkpoint,
  checkExtension,
  entryHash,
  findLog,
  type LogRow,
  noteBy,
  openCheckpoint,
  type RootProof,
  verifierOf,
  verifyConsistency,
} from "../../ledger/index.ts"
import {
  type Arrived,
  applySlice,
  type Collection,
  loadCollectionByKey,
  readHeader,
  termsOver,
} from "../../library/index.ts"
import { findPeerByKey, type Peer } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { bodyOf } from "../bodies.ts"
import { checkpointIn, findContradiction } from "../evidence/comparing.ts"
import { keepContradiction } from "../evidence/conflicts.ts"
import { signingKeyOf } from "../keys.ts"
import { say } from "../line.ts"
import type { PeeringParts, PrepareBodies } from "../model.ts"
import { answerFor } from "../receipts.ts"
import { decodePart, type Part } from "./format.ts"
import { addCounts, type Feed, loadFeed, setFeedState, setPulled, setPullFailed, setTarget } from "./queries.ts"
import { discoverFeeds } from "./subscribing.ts"
import { requireReasons, requireReasonsHold } from "./withheld.ts"

/** Entries that one transaction takes, so that other writers get their turn. */
export const SLICE = 100
export const PART_BYTES_MOST = 64 * 1024 * 1024
/** So often a pull begins anew because something else brought this feed further meanwhile. */
const OVERTAKEN_MOST = 5

/**
 * A part of a log whose checkpoint its owner signed; `note` is that with the owner's signature alone. `good`: its entries
 * lead there from what is held, all the way if `whole`. `apart`: the checkpoint does not follow from the newest that was
 * verified before.
 */
export type Verified = { is: "good"; part: Part; target: Checkpoint; note: string; whole: boolean }
type Apart = { is: "apart"; target: Checkpoint; note: string; continued: RootProof | null }

/**
 * Brings a mirror up to what its owner signed last; resumes wherever it was. What is asked for again is applied once.
 * Returns how many entries came. Throws as `say` does, and what `verifyPart` throws: then nothing of the part is kept.
 */
export async function pullFeed(parts: PeeringParts, feedKey: number): Promise<number> {
  let taken = 0
  let next: Asked | null = null
  let anew = false
  for (let overtaken = 0; ; ) {
    const held = await standing(parts, feedKey)
    const { feed, peer, log } = held
    try {
      // What was asked for ahead is of no use if the peer showed a newer checkpoint meanwhile.
      const asked: Asked = next?.old === feed.target ? next : askFor(parts, held, { from: log.size, old: feed.target })
      const part = await asked.part
      const key = await signingKeyOf(parts.store, peer)
      if (key === null) throw new ComityError("refused", "peer.key-revoked")
      const verified = verifyPart(part, { feed, log, key })
      if (verified.is === "apart") throw await drawnApart(parts, feed, verified)
      if (!verified.whole && part.entries.length === 0) throw new ComityError("invalid", "feed.stuck")
      const ahead = { from: part.from + part.entries.length, old: verified.target.size }
      next = verified.whole ? null : askFor(parts, held, ahead)
      if (!anew && (await namesUnsaid(parts.store, held.collection, part))) {
        anew = true
        await discoverFeeds(parts, peer) // its owner may have narrowed the terms since it said them
      }
      await takePart(parts, held, verified)
      taken += part.entries.length
      if (verified.whole) return taken
    } catch (error) {
      next = null
      if (isBusy(error) && overtaken++ < OVERTAKEN_MOST) continue
      await noteFailure(parts, feed, error)
      throw error
    }
  }
}

/** Whether an entry with an object names terms that its owner did not say. */
export async function namesUnsaid(
  reader: Reader,
  { key }: Pick<Collection, "key">,
  { entries }: Pick<Part, "entries">,
): Promise<boolean> {
  const said = new Set((await termsOver(reader, key)).map(({ hash }) => hash))
  return entries.map(readHeader).some((header) => {
    if (header === null || (header.kind !== "put" && header.kind !== "revoke")) return false
    return header.terms !== null && !said.has(header.terms)
  })
}

type Asked = { old: number; part: Promise<Part> }

/** The next part travels while the one before is taken in. */
function askFor(parts: PeeringParts, { peer, feed }: Standing, { from, old }: { from: number; old: number }): Asked {
  const body = bodyOf({ collection: feed.remote, from, old })
  const part = say(parts, peer, "pull", { body, bytesMost: PART_BYTES_MOST }).then((answer) =>
    decodePart(Buffer.from(answer.body), entryHash),
  )
  part.catch(() => {}) // told to whoever waits for it; nobody may, where the part before fails
  return { old, part }
}

function isBusy(error: unknown): boolean {
  return error instanceof ComityError && error.code === "feed.busy"
}

type Standing = { feed: Feed; peer: Peer; collection: Collection; log: LogRow }

export async function standing({ store }: Pick<PeeringParts, "store">, feedKey: number): Promise<Standing> {
  const feed = await loadFeed(store, feedKey)
  const peer = await findPeerByKey(store, feed.peer)
  if (peer === null) throw new ComityError("not-found", "peer.unknown")
  const collection = await loadCollectionByKey(store, feed.collection)
  return { feed, peer, collection, log: await findLog(store, collection.log) }
}

/**
 * The one check that every entry from elsewhere passes, over the network or from a file. Throws `refused
 * feed.entries-differ` where entries do not lead to what their owner signed, `refused feed.withheld` where one comes
 * without content and without a reason, and what `openCheckpoint` throws.
 */
export function verifyPart(
  part: Part,
  { feed, log, key }: { feed: Pick<Feed, "target" | "checkpoint" | "hasLeft">; log: LogRow; key: Buffer },
): Verified | Apart {
  const verifier = verifierOf(log.origin, key)
  const target = openCheckpoint(part.checkpoint, verifier)
  const note = noteBy(part.checkpoint, verifier)
  const hashes = part.entries.map(({ h }) => h)
  const stands = part.from === log.size ? checkExtension(log, hashes, target, part.proof) : "no"
  // What leads from the tree that is held continues what was signed over exactly that tree.
  const follows = feed.target === 0 || (feed.target === log.size && stands !== "no")
  if (!follows && !continues(feed, target, part.continued)) {
    return { is: "apart", target, note, continued: part.continued }
  }
  if (part.from !== log.size) throw new ComityError("invalid", "feed.malformed")
  if (stands === "no") throw new ComityError("refused", "feed.entries-differ")
  requireReasons(part.entries, feed, target)
  return { is: "good", part, target, note, whole: stands === "whole" }
}

function continues(feed: Pick<Feed, "checkpoint">, given: Checkpoint, continued: RootProof | null): boolean {
  const held = checkpointIn(feed.checkpoint)
  if (given.size === held.size) return given.root.equals(held.root)
  return verifyConsistency(held.size, given.size, continued?.hashes ?? [], held.root, given.root)
}

/**
 * What stands in the way of a part: two histories, if that can be proven (the feed then stops until people looked at
 * it), else an older state of the log, or a newer one that its owner does not prove to follow.
 */
export async function drawnApart(
  { store }: Pick<PeeringParts, "store">,
  feed: Feed,
  { target, note, continued }: Omit<Apart, "is">,
  how: "pull" | "file" = "pull",
): Promise<ComityError> {
  const found = await findContradiction(store, feed, { note, checkpoint: target, continued })
  if (found !== null) {
    await store.write((tx) => keepContradiction(tx, feed, found, how))
    return new ComityError("refused", "feed.conflicting-checkpoints")
  }
  if (target.size < feed.target)
    return new ComityError("refused", "feed.older", { size: target.size, held: feed.target })
  return new ComityError("refused", "feed.unproven")
}

/** Takes verified entries in, slice by slice; each is durable with the receipts that it calls for. */
export async function takePart(
  parts: PeeringParts,
  { feed, peer, collection, log }: Standing,
  { part, target, note, whole }: Verified,
): Promise<void> {
  const arrived = await arrivedOf(part, parts.prepare)
  let at = 0
  do {
    const slice = arrived.slice(at, at + SLICE)
    at += slice.length
    const last = at === arrived.length
    await parts.store.write(async (tx) => {
      const now = await loadCollectionByKey(tx, collection.key)
      if (now.size !== log.size + at - slice.length) throw new ComityError("conflict", "feed.busy")
      if (at === slice.length) await keepTarget(tx, feed, target.size, note)
      const done = await applySlice(tx, now, slice, last && whole ? note : null)
      await requireReasonsHold(tx, feed, slice)
      const answered = { peer, remote: feed.remote, origin: log.origin, mirror: collection.key }
      await answerFor(tx, parts.self, answered, done.applied)
      await addCounts(tx, feed.key, done)
      if (!last) return
      await setPulled(tx, feed.key)
      const closed = (await loadCollectionByKey(tx, collection.key)).closedAt !== null
      if (closed && feed.state === "open") await setFeedState(tx, feed.key, "closed")
    })
  } while (at < arrived.length)
}

/**
 * The part was verified against the newest checkpoint that was known when it was asked for. If another came since, it
 * says nothing of that one: it is asked for again.
 */
async function keepTarget(tx: Tx, { key, checkpoint }: Feed, size: number, note: string): Promise<void> {
  const now = await loadFeed(tx, key)
  if (now.checkpoint !== checkpoint) throw new ComityError("conflict", "feed.busy")
  if (now.checkpoint !== note) await setTarget(tx, key, size, note)
}

/** Bodies are read where the thread that answers is not held up. */
export async function arrivedOf(part: Pick<Part, "entries">, prepare: PrepareBodies): Promise<Arrived[]> {
  const read = part.entries.map((entry) => ({ entry, header: readHeader(entry) }))
  const holding = read.filter(({ header }) => header?.kind === "put" || header?.kind === "revoke")
  const prepared = await prepare(holding.map(({ entry }) => entry.content?.body ?? Buffer.alloc(0)))
  const objects = new Map(holding.map(({ entry }, i) => [entry.seq, prepared[i] ?? null]))
  return read.map((one) => ({ ...one, object: objects.get(one.entry.seq) ?? null }))
}

async function noteFailure({ store }: PeeringParts, { key }: Feed, error: unknown): Promise<void> {
  if (error instanceof ComityError) await store.write((tx) => setPullFailed(tx, key, error.code))
}
