import { derivedSigner } from "../../crypto/index.ts"
import type { Self } from "../model.ts"

/**
 * A key for each log that is cosigned, from the node's secret: it outlives a rotation of the node's own key, and nobody
 * can tell whose it is but whom this node told by a signed message.
 */
export function cosignersOf(secret: Buffer): Self["cosigner"] {
  return (origin) => derivedSigner(secret, `comity/cosigner/v1\n${origin}`)
}
