import { z } from "zod"
import { ComityError } from "../kernel/errors.ts"
import type { Peer } from "../parties/index.ts"
import { bodyOf, parseBody } from "./bodies.ts"
import { findFeed } from "./feeds/queries.ts"
import { CollectionUuid } from "./feeds/serving.ts"
import { say } from "./line.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "./model.ts"
import { readUntold, setTold } from "./queries.ts"

const Hint = z.strictObject({ v: z.literal(1), collection: CollectionUuid, size: z.int().nonnegative() })

/** Tells a peer of each collection that grew since it was last told: it pulls at once, and need not ask in vain. */
export async function tell(parts: PeeringParts, peer: Peer): Promise<number> {
  const grown = await readUntold(parts.store, peer.party)
  for (const { key, id, size } of grown) {
    await say(parts, peer, "hint", { body: bodyOf({ v: 1, collection: id, size }) })
    await parts.store.write((tx) => setTold(tx, key, peer.party, size))
  }
  return grown.length
}

/** `hint`: the peer has more than it had; `wake` has it asked. */
export async function takeHint(
  { store }: PeeringParts,
  message: PeerMessage,
  wake: (peer: number) => void,
): Promise<PeerAnswer> {
  const { collection } = parseBody(Hint, message.body)
  const feed = await findFeed(store, message.peer.key, collection)
  if (feed?.state === "broken") throw new ComityError("refused", "feed.broken")
  wake(message.peer.key)
  return { body: bodyOf({ v: 1 }) }
}
