import { z } from "zod"
import { ComityError } from "../kernel/errors.ts"
import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import { forkOf, keyStateOf, ownStatements, record } from "../ledger/index.ts"
import { insertStatement, type Peer, readStatements } from "../parties/index.ts"
import type { Store } from "../store/index.ts"
import { bodyOf, parseBody } from "./bodies.ts"
import { signingKeyOf } from "./keys.ts"
import { JSON_TYPE, type PeerAnswer, type PeeringParts } from "./model.ts"

const STATEMENTS_MOST = 1000
const ANSWER_MOST = 4 * 1024 * 1024
/** A peer is not asked for its keys more often than this, whatever comes in its name. */
const PAUSE = 60 * 1_000_000

const Statements = z.strictObject({
  v: z.literal(1),
  statements: z.array(z.base64().max(200_000)).min(1).max(STATEMENTS_MOST),
})

/**
 * `keys`: this node's key log. Anybody may read it, and nobody signs it: each statement carries its own proof, and after
 * a revocation there is no key left to sign with.
 */
export async function answerKeys({ store }: Pick<PeeringParts, "store">): Promise<PeerAnswer> {
  const statements = await ownStatements(store)
  return { body: bodyOf({ v: 1, statements: statements.map((one) => one.toString("base64")) }) }
}

const lastAsked = new WeakMap<Store, Map<number, Instant>>()

/**
 * The key with which a peer signs, asked for anew where it signed with another than the one known here: keys are rotated
 * and revoked, and their chain says by itself whether it goes on from what two people compared. Null if it is revoked.
 */
export async function learnedKeyOf(parts: PeeringParts, peer: Peer): Promise<Buffer | null> {
  if (mayAsk(parts, peer)) await learn(parts, peer)
  return signingKeyOf(parts.store, peer)
}

function mayAsk({ store, clock }: PeeringParts, { key }: Peer): boolean {
  const asked = lastAsked.get(store) ?? new Map<number, Instant>()
  lastAsked.set(store, asked)
  const now = clock.now()
  if (now < (asked.get(key) ?? 0)) return false
  asked.set(key, plusMicroseconds(now, PAUSE))
  return true
}

async function learn(parts: PeeringParts, peer: Peer): Promise<void> {
  const chain = await chainAt(parts, peer)
  if (chain !== null) await follow(parts.store, peer, chain)
}

/**
 * Takes what a chain of key statements says beyond what is known of a peer, whoever brought it: it proves itself. Throws
 * as `keyStateOf`, and `refused key.chain-forked` where it parts from what is known.
 */
export async function follow(store: Store, peer: Peer, chain: readonly Buffer[]): Promise<void> {
  keyStateOf(chain)
  const forked = await store.write(async (tx) => {
    const known = await readStatements(tx, peer.key)
    const fork = forkOf(known, chain)
    if (fork?.at === 0) return false // whoever stands at that address is somebody else, and says nothing of this peer
    if (fork !== null) {
      const [here, there] = fork.pair.map((statement) => statement.toString("utf8")) as [string, string]
      const facts = { party: peer.party, here, there }
      await record(tx, { what: "peer.keys-forked", by: null, facts })
      return true
    }
    if (chain.length <= known.length) return false
    for (const [seq, statement] of chain.entries()) {
      if (seq >= known.length) await insertStatement(tx, peer.key, seq, statement)
    }
    await record(tx, { what: "peer.keys-learned", by: null, facts: { party: peer.party, statements: chain.length } })
    return false
  })
  if (forked) throw new ComityError("refused", "key.chain-forked")
}

/** Null if the peer does not answer now, or not with a chain. */
async function chainAt({ send }: PeeringParts, { endpoint }: Peer): Promise<Buffer[] | null> {
  try {
    const url = `${endpoint}/peer/v1/keys`
    const headers = { "content-type": JSON_TYPE }
    const { status, body } = await send({ url, headers, body: bodyOf({ v: 1 }), bytesMost: ANSWER_MOST })
    if (status !== 200) return null
    return parseBody(Statements, body).statements.map((text) => Buffer.from(text, "base64"))
  } catch (error) {
    if (error instanceof ComityError) return null
    throw error
  }
}
