import { ComityError } from "../kernel/errors.ts"
import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import { findPeerByKey, type Peer } from "../parties/index.ts"
import type { Tx } from "../store/index.ts"
import { say } from "./line.ts"
import type { PeeringParts } from "./model.ts"
import { insertWaiting, readWaiting, setDelivered, setFailed, type Waiting } from "./queries.ts"
import type { VerifiedResponse } from "./signatures/index.ts"

/** What follows when a message of that kind was answered, in the transaction that takes it out of the outbox. */
export type OnDelivered = (
  tx: Tx,
  sent: { peer: Peer; body: Buffer; key: number },
  answer: VerifiedResponse,
) => Promise<void>

/** Kinds of message that wait in the outbox; a kind is also the verb by which it is said. */
export type Couriers = Readonly<Record<string, OnDelivered>>

const AT_ONCE = 50
const SECOND = 1_000_000
const LONGEST_WAIT = 3600
/** What the other side refused is not said more often than this: it may still change its mind, or its version. */
const AFTER_REFUSAL = 6 * 3600

/** Says something later, and again until it is answered: in the transaction in which it became true. */
export async function enqueue(tx: Tx, peer: Pick<Peer, "key">, kind: string, body: Buffer): Promise<number> {
  return insertWaiting(tx, peer.key, kind, body)
}

/**
 * Delivers what is due to one peer, the oldest first. Where the peer does not answer, the rest waits for the next round;
 * what it refuses waits by itself. So a later message may arrive before an earlier one: what replaces something says of
 * which moment it is.
 */
export async function deliver(parts: PeeringParts, couriers: Couriers, peerKey: number): Promise<number> {
  let delivered = 0
  for (;;) {
    const peer = await findPeerByKey(parts.store, peerKey)
    if (peer === null) return delivered
    const waiting = await readWaiting(parts.store, peerKey, parts.clock.now(), AT_ONCE)
    for (const message of waiting) {
      const outcome = await deliverOne(parts, couriers, peer, message)
      if (outcome === "unanswered") return delivered
      if (outcome === "delivered") delivered += 1
    }
    if (waiting.length < AT_ONCE) return delivered
  }
}

async function deliverOne(
  parts: PeeringParts,
  couriers: Couriers,
  peer: Peer,
  { key, kind, body: bytes, tries }: Waiting,
): Promise<"delivered" | "refused" | "unanswered"> {
  const body = Buffer.from(bytes)
  const after = couriers[kind]
  if (after === undefined) throw new Error(`no courier for ${kind}`)
  try {
    const answer = await say(parts, peer, kind, { body })
    await parts.store.write(async (tx) => {
      await after(tx, { peer, body, key }, answer)
      await setDelivered(tx, { key, peer: peer.key })
    })
    return "delivered"
  } catch (error) {
    if (!(error instanceof ComityError)) throw error
    const next = plusMicroseconds(parts.clock.now(), waitAfter(error, tries) * SECOND)
    await parts.store.write((tx) => setFailed(tx, key, next as Instant, error.code))
    parts.diagnostics.warn("peer.not-delivered", { peer: peer.party, kind, code: error.code })
    return isRefusal(error) ? "refused" : "unanswered"
  }
}

/** Seconds: twice as long after each failure. */
function waitAfter(error: ComityError, tries: number): number {
  return isRefusal(error) ? AFTER_REFUSAL : Math.min(LONGEST_WAIT, 2 ** Math.min(tries, 12))
}

/** The peer's answer, not its silence: the same message will not do better in a moment. */
function isRefusal({ code, kind }: ComityError): boolean {
  return code === "peer.refused" && kind !== "unavailable" && kind !== "slow-down"
}
