import { audienceOf, type Collection } from "../../library/index.ts"
import { findPeer, type PartyId, readCard, readPeerCard } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import type { Recipient } from "./model.ts"

/** Those who read a collection now, with what is known of them. */
export async function recipientsIn(reader: Reader, collection: Collection): Promise<Recipient[]> {
  const members = await audienceOf(reader, collection)
  return Promise.all(members.map(({ party }) => recipientFor(reader, party)))
}

export async function recipientFor(reader: Reader, party: PartyId): Promise<Recipient> {
  const peer = await findPeer(reader, party)
  if (peer === null) return { party, names: [], kind: null, places: null, peer }
  const kept = await readPeerCard(reader, peer.key)
  const card = kept === null ? null : readCard(kept.bytes, party)
  const names = [peer.name, ...(card === null ? [] : [card.name])]
  return { party, names: [...new Set(names)], kind: card?.kind ?? null, places: card?.places ?? null, peer }
}
