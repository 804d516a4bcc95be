import { z } from "zod"
import type { Json } from "../../kernel/canonical.ts"
import type { Contradiction, RootProof } from "../../ledger/index.ts"
import { loadCollectionByKey } from "../../library/index.ts"
import type { Peer } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { Hash } from "../feeds/format.ts"
import { type Feed, feedOfOrigin } from "../feeds/queries.ts"
import { say } from "../line.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { checkpointIn, findContradiction, openByChain, type ProvenTree, provenTree } from "./comparing.ts"
import { keepContradiction } from "./conflicts.ts"
import { isCommon, setCompared, uncompared } from "./queries.ts"

const AT_ONCE = 100
const Note = z.string().max(10_000)
const Origin = z.string().max(200)
const Witnessed = z.strictObject({ v: z.literal(1), checkpoints: z.array(Note).max(AT_ONCE) })
const Proof = z.strictObject({ root: Hash, hashes: z.array(Hash).max(64) })
const Answers = z.strictObject({
  v: z.literal(1),
  answers: z.array(z.strictObject({ origin: Origin, checkpoint: Note, proof: Proof.nullable() })).max(AT_ONCE),
})
type Answer = { origin: string; checkpoint: string; proof: RootProof | null }

/**
 * Shows a peer the newest checkpoints of the logs that both read, those that were not compared with it yet, and looks at
 * what it holds of them: two that cannot both be true become evidence at whoever can prove it, and are told to the other.
 */
export async function compareWith(parts: PeeringParts, peer: Peer): Promise<void> {
  const { store } = parts
  for (;;) {
    const ours = await uncompared(store, peer.key, AT_ONCE)
    if (ours.length === 0) return
    const body = bodyOf({ v: 1, checkpoints: ours.map(({ checkpoint }) => checkpoint) })
    const answer = await say(parts, peer, "witnessed", { body })
    const theirs = new Map(parseBody(Answers, answer.body).answers.map((one) => [one.origin, one]))
    const found: Found[] = []
    for (const { origin, target } of ours) {
      const one = theirs.get(origin)
      if (one !== undefined) found.push(...(await judged(store, one, target)))
    }
    await store.write(async (tx) => {
      await keepAll(tx, found)
      for (const { log, target } of ours) await setCompared(tx, peer.key, log, target)
    })
    if (ours.length < AT_ONCE) return
  }
}

/** Comparing reads only, and what was signed once stays signed: it needs no transaction. */
type Found = { feed: Feed; contradiction: Contradiction }

async function judged(
  reader: Reader,
  { origin, checkpoint: note, proof }: Answer,
  shownSize: number,
): Promise<Found[]> {
  const feed = await feedOfOrigin(reader, origin)
  const checkpoint = feed === null ? null : await openByChain(reader, feed, origin, note)
  if (feed === null || checkpoint === null) return []
  // The peer's proof is of the checkpoint that was shown to it; if a newer one came since, it says nothing.
  const continued = feed.target === shownSize ? proof : null
  const contradiction = await findContradiction(reader, feed, { note, checkpoint, continued })
  return contradiction === null ? [] : [{ feed, contradiction }]
}

async function keepAll(tx: Tx, found: readonly Found[]): Promise<void> {
  for (const { feed, contradiction } of found) await keepContradiction(tx, feed, contradiction, "witnessed")
}

/** `witnessed`: a peer shows what it holds of logs that both read. */
export async function answerWitnessed({ store }: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { peer } = message
  const { checkpoints } = parseBody(Witnessed, message.body)
  const answered: Answered[] = []
  for (const note of checkpoints) answered.push(...(await answerOne(store, peer, note)))
  await store.write(async (tx) => {
    await message.admit(tx)
    await keepAll(
      tx,
      answered.flatMap(({ found }) => found),
    )
    for (const { log, size } of answered) await setCompared(tx, peer.key, log, size)
  })
  return { body: bodyOf({ v: 1, answers: answered.map(({ answer }) => answer) }) }
}

type Answered = { answer: { [name: string]: Json }; log: number; size: number; found: Found[] }

/** Nothing of logs that the peer is not known to read. */
async function answerOne(reader: Reader, peer: Peer, note: string): Promise<Answered[]> {
  const { origin } = checkpointIn(note)
  const feed = await feedOfOrigin(reader, origin)
  if (feed === null || feed.target === 0) return []
  const { log } = await loadCollectionByKey(reader, feed.collection)
  if (!(await isCommon(reader, peer.key, log))) return []
  const checkpoint = await openByChain(reader, feed, origin, note)
  if (checkpoint === null) return []
  const held = await heldAgainst(reader, feed, checkpoint.size)
  const contradiction = await findContradiction(reader, feed, { note, checkpoint, continued: null })
  const proof = held.proof && { root: text(held.proof.root), hashes: held.proof.hashes.map(text) }
  return [
    {
      answer: { origin, checkpoint: held.note, proof },
      ...{ log, size: held.checkpoint.size },
      found: contradiction === null ? [] : [{ feed, contradiction }],
    },
  ]
}

/** What is held here of a log, in the form in which who holds a checkpoint of that size can judge it. */
async function heldAgainst(reader: Reader, feed: Feed, size: number): Promise<ProvenTree> {
  const newest = checkpointIn(feed.checkpoint)
  const proven = await provenTree(reader, feed, Math.min(size, newest.size))
  return proven ?? { note: feed.checkpoint, checkpoint: newest, proof: null }
}

function text(bytes: Buffer): string {
  return bytes.toString("base64")
}
