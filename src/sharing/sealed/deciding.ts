import type { Peer } from "../../parties/index.ts"
import { againstRecipient, recipientFor, releaseRefusals } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"

import { refuseFirst } from "../release/audiences.ts"

/**
 * May anything be sealed to this partner at all? What speaks against a party as reader of a collection speaks against it
 * here too; there is no ceiling, since no node can read what is sealed. Throws `refused audience.…`.
 */
export async function mustBeOpenTo(reader: Reader, peer: Pick<Peer, "party">): Promise<void> {
  refuseFirst(againstRecipient(await recipientFor(reader, peer.party), await releaseRefusals(reader)))
}
