import type { Id } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"

/** A party is spoken of as a STIX `identity` wherever parties speak to each other; its id is that object's. */
export type PartyId = Id<"identity">

export const partyKinds = ["government", "company", "civil", "international"] as const
export type PartyKind = (typeof partyKinds)[number]

export type Party = {
  id: PartyId
  name: string
  kind: PartyKind
  /** Country or territory by ISO 3166-1 alpha-2, or `EU`. */
  place: string
}

/** Who runs this node. */
export type OwnParty = Party

/**
 * How far the way to a partner is gone. `invited`: known by an invitation, not believed yet; `compared`: our people
 * compared the fingerprints; `active`: both sides did; `suspended`: one side paused; `left`: ended, and only what was
 * shared before is still answered for (design section 5).
 */
export const peerStates = ["invited", "compared", "active", "suspended", "left"] as const
export type PeerState = (typeof peerStates)[number]

/** Another party's node. */
export type Peer = {
  key: number
  party: PartyId
  name: string
  /** Base address of its node, without a closing slash; the protocol lies under `/peer/v1/`. */
  endpoint: string
  state: PeerState
  /** The same as the other side last told of itself. */
  theirs: PeerState
  createdAt: Instant
  changedAt: Instant
}
