import { keyStateOf } from "../ledger/index.ts"
import { type Peer, readStatements } from "../parties/index.ts"
import type { Reader } from "../store/index.ts"

/** The key with which a peer signs now; null while its key is revoked. */
export async function signingKeyOf(reader: Reader, peer: Pick<Peer, "key">): Promise<Buffer | null> {
  return keyStateOf(await readStatements(reader, peer.key)).current
}
