import type { Couriers, PeerVerbs } from "../../peering/index.ts"
import { answerChunk, type ServeParts } from "./fetching.ts"
import { MESSAGE_MOST } from "./message.ts"
import type { RunParts } from "./operations.ts"
import { takeMatch } from "./receiving.ts"

const SMALL = 4 * 1024

/** What partners may say and ask in a match. */
export function matchVerbs(parts: RunParts & ServeParts): PeerVerbs {
  return {
    match: {
      lasting: true,
      states: ["active"],
      bytesMost: MESSAGE_MOST,
      handle: (message) => takeMatch(parts, message),
    },
    "match-chunk": { states: ["active"], bytesMost: SMALL, handle: (message) => answerChunk(parts, message) },
  }
}

/** A word that was heard needs nothing more: what follows from it comes as a word of the partner's. */
export const matchCouriers: Couriers = { match: async () => {} }
