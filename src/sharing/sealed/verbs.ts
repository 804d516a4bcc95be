import type { Couriers, PeerVerbs } from "../../peering/index.ts"
import { MESSAGE_MOST } from "./message.ts"
import { type ReceivingParts, takeSealed } from "./receiving.ts"
import { onDelivered } from "./sending.ts"

/** What partners may send for people of ours. */
export function sealedVerbs(parts: ReceivingParts): PeerVerbs {
  return {
    sealed: { states: ["active"], bytesMost: MESSAGE_MOST, handle: (message) => takeSealed(parts, message) },
  }
}

/** What follows when a partner answered for a file of ours. */
export const sealedCouriers: Couriers = { sealed: onDelivered }
