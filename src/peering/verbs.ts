import { peerStates } from "../parties/index.ts"
import { takeCard } from "./cards.ts"
import type { StrangerVerb } from "./door.ts"
import { takeConflict } from "./evidence/conflicts.ts"
import { answerCommon } from "./evidence/meeting.ts"
import { answerWitnessed } from "./evidence/witnessed.ts"
import { answerFeeds, answerPull } from "./feeds/serving.ts"
import { answerAgain } from "./guard/answering-again.ts"
import { answerHeld } from "./guard/asking.ts"
import { answerOwnEntries } from "./guard/restoring.ts"
import { takeCompared, takeJoin, takeStatus } from "./joining/answering.ts"
import type { PeeringParts, PeerVerbs } from "./model.ts"
import type { Couriers } from "./outbox.ts"
import { setOwedAnswered } from "./receipt-queries.ts"
import { takeReceipts } from "./receipts.ts"
import { takeCounts } from "./reciprocity/exchange.ts"
import { takeCheckpoint } from "./witnessing/cosigning.ts"

const SMALL = 64 * 1024

/** What peers may say to this node, and in which states of the relation. `wake`: a peer told of something new. */
export function verbsOf(parts: PeeringParts, wake: (peer: number) => void): PeerVerbs {
  const sharing = ["active", "left"] as const
  const together = ["active"] as const
  const lasting = true
  const met = ["invited", "compared", "active"] as const
  return {
    feeds: { states: sharing, bytesMost: SMALL, handle: (message) => answerFeeds(parts, message) },
    pull: { states: sharing, bytesMost: SMALL, handle: (message) => answerPull(parts, message) },
    checkpoint: { states: sharing, bytesMost: SMALL, handle: (message) => takeCheckpoint(parts, message, wake) },
    card: {
      lasting,
      states: ["compared", "active"],
      bytesMost: 256 * 1024,
      handle: (message) => takeCard(parts, message),
    },
    common: { lasting, states: together, bytesMost: 256 * 1024, handle: (message) => answerCommon(parts, message) },
    witnessed: {
      lasting,
      states: together,
      bytesMost: 1024 * 1024,
      handle: (message) => answerWitnessed(parts, message),
    },
    conflict: { lasting, states: together, bytesMost: 1024 * 1024, handle: (message) => takeConflict(parts, message) },
    held: { states: sharing, bytesMost: SMALL, handle: (message) => answerHeld(parts, message) },
    "own-entries": { states: sharing, bytesMost: SMALL, handle: (message) => answerOwnEntries(parts, message) },
    "answer-again": { lasting, states: sharing, bytesMost: SMALL, handle: (message) => answerAgain(parts, message) },
    compared: { lasting, states: met, bytesMost: SMALL, handle: (message) => takeCompared(parts, message) },
    status: { lasting, states: peerStates, bytesMost: SMALL, handle: (message) => takeStatus(parts, message) },
    counts: { lasting, states: sharing, bytesMost: SMALL, handle: (message) => takeCounts(parts, message, wake) },
    receipts: { lasting, states: sharing, bytesMost: 1024 * 1024, handle: (message) => takeReceipts(parts, message) },
  }
}

/** What waits in the outbox, and what follows when it was answered. */
export function couriersOf(): Couriers {
  const nothing = async () => {}
  const joining = { join: nothing, compared: nothing, card: nothing, status: nothing }
  const waiting = { conflict: nothing, counts: nothing, "answer-again": nothing }
  return { ...joining, ...waiting, receipts: (tx, { key }) => setOwedAnswered(tx, key) }
}

/** What may be said by who is no partner yet. */
export function strangersOf(parts: PeeringParts): Readonly<Record<string, StrangerVerb>> {
  return { join: takeJoin(parts) }
}
