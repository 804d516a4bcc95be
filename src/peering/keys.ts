import { z } from "zod"
import { type Peer, readStatements } from "../parties/index.ts"
import type { Reader } from "../store/index.ts"

const Incept = z.looseObject({ type: z.literal("incept"), current: z.string() })

/** The key with which a peer signs now; null while its key is revoked. */
export async function signingKeyOf(reader: Reader, peer: Pick<Peer, "key">): Promise<Buffer | null> {
  const [incept] = await readStatements(reader, peer.key)
  return incept === undefined ? null : Buffer.from(Incept.parse(JSON.parse(incept.toString())).current, "base64")
}
