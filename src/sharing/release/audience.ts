import { audienceOf, type Collection } from "../../library/index.ts"
import { findPeer, type PartyId } from "../../parties/index.ts"
import type { Recipient } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"

/** Those who read a collection now, with what is known of them. */
export async function recipientsIn(reader: Reader, collection: Collection): Promise<Recipient[]> {
  const members = await audienceOf(reader, collection)
  return Promise.all(members.map(({ party }) => recipientFor(reader, party)))
}

export async function recipientFor(reader: Reader, party: PartyId): Promise<Recipient> {
  const peer = await findPeer(reader, party)
  return { party, names: peer === null ? [] : [peer.name], places: null, peer }
}
