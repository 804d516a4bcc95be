import { answerFeeds, answerPull } from "./feeds/serving.ts"
import type { PeeringParts, PeerVerbs } from "./model.ts"
import type { Couriers } from "./outbox.ts"
import { setOwedAnswered } from "./receipt-queries.ts"
import { takeReceipts } from "./receipts.ts"
import { takeHint } from "./telling.ts"

const SMALL = 64 * 1024

/** What peers may say to this node, and in which states of the relation. `wake`: a peer told of something new. */
export function verbsOf(parts: PeeringParts, wake: (peer: number) => void): PeerVerbs {
  const sharing = ["active", "left"] as const
  return {
    feeds: { states: sharing, bytesMost: SMALL, handle: (message) => answerFeeds(parts, message) },
    pull: { states: sharing, bytesMost: SMALL, handle: (message) => answerPull(parts, message) },
    hint: { states: sharing, bytesMost: SMALL, handle: (message) => takeHint(parts, message, wake) },
    receipts: { states: sharing, bytesMost: 1024 * 1024, handle: (message) => takeReceipts(parts, message) },
  }
}

/** What waits in the outbox, and what follows when it was answered. */
export function couriersOf(): Couriers {
  return { receipts: (tx, { key }) => setOwedAnswered(tx, key) }
}
