import { bodyOf, type Couriers, type PeerVerbs, parseBody } from "../../peering/index.ts"
import { type AnsweringParts, answerAsk, answerEpochs, answerTags } from "./answering.ts"
import { ASK_MOST, DESK_MOST, EpochsWish, TAKEN, TOLD_MOST } from "./message.ts"
import { onKnowDelivered, takeDesk, takeKnow, takeTold } from "./taking.ts"

const SMALL = 64 * 1024

/** What partners may say about single items. `offered`: a partner has something new that we may ask. */
export function askingVerbs(parts: AnsweringParts, offered: (peer: number) => void): PeerVerbs {
  const common = { states: ["active"], lasting: true } as const
  return {
    "match-epochs": { ...common, bytesMost: SMALL, handle: (message) => answerEpochs(parts, message) },
    "match-tags": { ...common, bytesMost: SMALL, handle: (message) => answerTags(parts, message) },
    "match-ask": { ...common, bytesMost: ASK_MOST, handle: (message) => answerAsk(parts, message) },
    "match-know": { ...common, bytesMost: SMALL, handle: (message) => takeKnow(parts, message) },
    "match-told": { ...common, bytesMost: TOLD_MOST, handle: (message) => takeTold(parts, message) },
    "match-desk": { ...common, bytesMost: DESK_MOST, handle: (message) => takeDesk(parts, message) },
    "match-offered": {
      ...{ ...common, bytesMost: SMALL },
      handle: async ({ peer, body }) => {
        parseBody(EpochsWish, body)
        offered(peer.key)
        return { body: bodyOf(TAKEN) }
      },
    },
  }
}

const nothing = async () => {}

/** What waits in the outbox about single items, and what follows when it was answered. */
export const askingCouriers: Couriers = {
  "match-know": onKnowDelivered,
  ...{ "match-told": nothing, "match-desk": nothing, "match-offered": nothing },
}
