import { type CardRecipient, type Peer, readCard, readPeerCard } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"

/** To whom of a partner files can be sealed: what its card says; nobody where there is no card. */
export async function cardRecipients(reader: Reader, peer: Pick<Peer, "key" | "party">): Promise<CardRecipient[]> {
  const card = await readPeerCard(reader, peer.key)
  return card === null ? [] : readCard(card.bytes, peer.party).recipients
}
