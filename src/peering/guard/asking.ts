import { z } from "zod"
import { findLog, isSignedBy, keysOf, ownKeyState, proveRoot } from "../../ledger/index.ts"
import { type Collection, findMember, loadCollectionByKey, noteHeld, readCommitments } from "../../library/index.ts"
import type { Peer } from "../../parties/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import { feedsOf } from "../feeds/queries.ts"
import { say } from "../line.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { askAgain } from "./answering-again.ts"
import { giveUp, guard, settleGuard } from "./guarding.ts"
import { findGuard, setAnswer, setMissing, unanswered, witnessesOf } from "./queries.ts"
import { fillLost, takeBack } from "./restoring.ts"

const LOGS_MOST = 1000
const None = z.strictObject({ v: z.literal(1) })
const Held = z.strictObject({
  origin: z.string().max(200),
  checkpoint: z.string().max(10_000),
  entries: z.int().nonnegative(),
})
const Answer = z.strictObject({ v: z.literal(1), held: z.array(Held).max(LOGS_MOST) })
type Held = z.output<typeof Held>

/** `held`: what this node verified of the asker's own logs, and how many entries of them it has. */
export async function answerHeld({ store }: PeeringParts, { peer, body }: PeerMessage): Promise<PeerAnswer> {
  parseBody(None, body)
  const held: Held[] = []
  for (const feed of (await feedsOf(store, peer.key)).slice(0, LOGS_MOST)) {
    if (feed.target === 0) continue
    const { origin, size } = await loadCollectionByKey(store, feed.collection)
    held.push({ origin, checkpoint: feed.checkpoint, entries: size })
  }
  return { body: bodyOf({ v: 1, held }) }
}

/** Asks a peer what it holds of our guarded logs, takes back what it has more, and draws the conclusion. */
export async function askGuarded(parts: PeeringParts, peer: Peer): Promise<void> {
  const logs = await unanswered(parts.store, peer.party)
  if (logs.length === 0) return
  const held = await askHeld(parts, peer)
  for (const { log, origin, collection } of logs) {
    const one = held.find((answer) => answer.origin === origin) ?? null
    await exclusively(parts.store, log, () => hear(parts, peer, collection, one))
  }
}

/** A peer says that it holds more of a log than there is: it is asked to show it. */
export async function doubt(parts: PeeringParts, peer: Peer, collection: number): Promise<void> {
  const { origin, log } = await loadCollectionByKey(parts.store, collection)
  const one = (await askHeld(parts, peer)).find((answer) => answer.origin === origin) ?? null
  await exclusively(parts.store, log, () => hear(parts, peer, collection, one))
}

async function askHeld(parts: PeeringParts, peer: Peer): Promise<Held[]> {
  const answer = await say(parts, peer, "held", { body: bodyOf({ v: 1 }) })
  return parseBody(Answer, answer.body).held
}

/** What one peer's answer means for one log; null if it does not know the log. */
async function hear(parts: PeeringParts, peer: Peer, collectionKey: number, one: Held | null): Promise<void> {
  const { store } = parts
  const { log, origin } = await loadCollectionByKey(store, collectionKey)
  const key = one === null ? null : await ownKeyOf(store, origin, one.checkpoint)
  // Not signed by us is not ours: as if it knew nothing.
  if (one === null || key === null) return answered(parts, peer, collectionKey, { size: -1, entries: 0 })
  const { size } = checkpointIn(one.checkpoint)
  const before = (await findLog(store, log)).size
  if (size > before) await stop(store, log)
  const fits = size > before ? await takenBack(parts, peer, collectionKey) : await isOurs(store, collectionKey, one)
  if (!fits) return forked(store, log, one.checkpoint)
  await fillLost(parts, peer, await loadCollectionByKey(store, collectionKey))
  if ((await findLog(store, log)).size < size) await store.write((tx) => setMissing(tx, log, one.checkpoint))
  await answered(parts, peer, collectionKey, { size, entries: one.entries })
}

/** This node signed more than there is: from here on it signs nothing in this log until what is missing came back. */
async function stop(store: Store, log: number): Promise<void> {
  await store.write(async (tx) => {
    if ((await findLog(tx, log)).guarded === 0) await guard(tx, log)
  })
}

/** False if what is here does not lead to what we signed. */
async function takenBack(parts: PeeringParts, peer: Peer, collectionKey: number): Promise<boolean> {
  const { origin } = await loadCollectionByKey(parts.store, collectionKey)
  return (await takeBack(parts, peer, collectionKey, (note) => ownKeyOf(parts.store, origin, note))) !== "apart"
}

/** Whether our tree had, at the size of a checkpoint that we signed, the root that it says. */
async function isOurs(reader: Reader, collectionKey: number, { checkpoint }: Held): Promise<boolean> {
  const given = checkpointIn(checkpoint)
  const collection = await loadCollectionByKey(reader, collectionKey)
  const log = await findLog(reader, collection.log)
  const own = checkpointIn(log.checkpoint)
  if (given.size === own.size) return given.root.equals(own.root)
  if (given.size > own.size || given.size === 0) return true // more is on its way, or nothing is said
  const commitments = (from: number, to: number) => readCommitments(reader, collection.key, from, to)
  return (await proveRoot(reader, log, given.size, commitments)).root.equals(given.root)
}

async function answered(
  { store }: PeeringParts,
  { party }: Peer,
  collectionKey: number,
  answer: { size: number; entries: number },
): Promise<void> {
  await store.write(async (tx) => {
    const collection: Collection = await loadCollectionByKey(tx, collectionKey)
    const found = await findGuard(tx, collection.log)
    if (found === null) return
    await setAnswer(tx, collection.log, { party, ...answer })
    const member = await findMember(tx, collection.key, party)
    if (answer.entries > 0 && member !== null) await noteHeld(tx, collection, member, answer.entries)
    for (const one of await witnessesOf(tx, collection.log)) await askAgain(tx, collection, one.party, found.began)
    await settleGuard(tx, collection.log)
  })
}

/** Two histories, and both by us: this one ends where it is. */
async function forked(store: Store, log: number, checkpoint: string): Promise<void> {
  await store.write(async (tx) => {
    if ((await findGuard(tx, log)) === null) await guard(tx, log)
    const found = await findGuard(tx, log)
    if (found !== null) await giveUp(tx, found, { checkpoint, closes: false })
  })
}

/** The key of ours, of now or of before, that signed a checkpoint; null if none did. */
async function ownKeyOf(reader: Reader, origin: string, note: string): Promise<Buffer | null> {
  return keysOf(await ownKeyState(reader)).find((key) => isSignedBy(note, origin, key)) ?? null
}

const underWay = new WeakMap<Store, Map<number, Promise<void>>>()

/** Two peers may answer at the same time: of each log one is heard after the other. */
async function exclusively(store: Store, log: number, work: () => Promise<void>): Promise<void> {
  const logs = underWay.get(store) ?? new Map<number, Promise<void>>()
  underWay.set(store, logs)
  const before = logs.get(log) ?? Promise.resolve()
  const done = before.catch(() => {}).then(work)
  logs.set(log, done)
  await done
}
