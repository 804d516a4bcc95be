import { keyStateOf } from "../ledger/index.ts"
import { type Peer, readStatements } from "../parties/index.ts"
import type { Reader } from "../store/index.ts"

/** The key with which a peer signs now; null while its key is revoked. */
export async function signingKeyOf(reader: Reader, peer: Pick<Peer, "key">): Promise<Buffer | null> {
  return keyStateOf(await readStatements(reader, peer.key)).current
}

/**
 * Every key with which a peer has ever signed, the present one first. For statements that come within a message that the
 * present key signed: they may have waited since before a rotation.
 */
export async function keysOf(reader: Reader, peer: Pick<Peer, "key">): Promise<Buffer[]> {
  const { current, former } = keyStateOf(await readStatements(reader, peer.key))
  return [...(current === null ? [] : [current]), ...former.map(({ publicKey }) => publicKey)]
}
