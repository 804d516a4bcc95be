import type { Id } from "../kernel/ids.ts"

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
