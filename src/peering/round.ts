import { ComityError } from "../kernel/errors.ts"
import { findPeerByKey, isActive, type Peer } from "../parties/index.ts"
import { publishIfChanged } from "./cards.ts"
import { tellConflicts } from "./evidence/conflicts.ts"
import { meet } from "./evidence/meeting.ts"
import { compareWith } from "./evidence/witnessed.ts"
import { pullFeed } from "./feeds/pulling.ts"
import { discoverFeeds } from "./feeds/subscribing.ts"
import { askGuarded } from "./guard/asking.ts"
import type { PeeringParts } from "./model.ts"
import { type Couriers, deliver } from "./outbox.ts"
import { tellCounts } from "./reciprocity/exchange.ts"
import { tell } from "./witnessing/telling.ts"

/**
 * All that there is to do with one peer now: what waits for it is delivered, it is asked about logs of ours that wait
 * for it, it is told what grew, and, if `ask`, what it shares is pulled, and what both read of others is compared. Throws
 * where the peer does not answer as it should; what was done until then stays done.
 */
export async function round(parts: PeeringParts, couriers: Couriers, peerKey: number, ask: boolean): Promise<void> {
  await deliver(parts, couriers, peerKey)
  const peer = await findPeerByKey(parts.store, peerKey)
  if (peer === null) return
  if (!(isActive(peer) || peer.state === "left")) return
  await publishIfChanged(parts)
  await askGuarded(parts, peer)
  await tell(parts, peer)
  if (ask) await askAll(parts, couriers, peer)
  await tellCounts(parts, peer) // last, since it may take seconds; what it says is delivered by the next round
}

async function askAll(parts: PeeringParts, couriers: Couriers, peer: Peer): Promise<void> {
  const failed = await pullAll(parts, await discoverFeeds(parts, peer))
  if (isActive(peer)) {
    await meet(parts, peer)
    await compareWith(parts, peer)
    await tellConflicts(parts.store, peer.key)
  }
  await deliver(parts, couriers, peer.key) // the receipts for what came
  if (failed !== null) throw failed
}

/** What is wrong with one feed holds up no other of the same peer; a peer that is silent is silent for all. */
async function pullAll(parts: PeeringParts, feeds: readonly number[]): Promise<ComityError | null> {
  let failed: ComityError | null = null
  for (const feed of feeds) {
    try {
      await pullFeed(parts, feed)
    } catch (error) {
      if (!(error instanceof ComityError)) throw error
      failed ??= error
      if (error.kind === "unavailable") break
    }
  }
  return failed
}
