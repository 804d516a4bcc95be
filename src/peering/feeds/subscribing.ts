import { z } from "zod"
import { record } from "../../ledger/index.ts"
import { addMirror, loadCollectionByKey } from "../../library/index.ts"
import type { Peer } from "../../parties/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { say } from "../line.ts"
import type { PeeringParts } from "../model.ts"
import { findFeed, hasOrigin, insertFeed, setHasLeft } from "./queries.ts"
import { CollectionUuid } from "./serving.ts"

const FEEDS_MOST = 1000
const Feeds = z.strictObject({
  v: z.literal(1),
  feeds: z
    .array(
      z.strictObject({
        id: CollectionUuid,
        title: z.string().max(500),
        origin: z.string().regex(/^comity\/[0-9a-f]{32}$/),
        size: z.int().nonnegative(),
        left: z.boolean(),
      }),
    )
    .max(FEEDS_MOST),
})

/** Asks a peer what it shares with us, and begins a mirror of what is new. Returns the feeds that have more than is held. */
export async function discoverFeeds(parts: PeeringParts, peer: Peer): Promise<number[]> {
  const answer = await say(parts, peer, "feeds", { body: bodyOf({ v: 1 }) })
  const { feeds } = parseBody(Feeds, answer.body)
  return parts.store.write(async (tx) => {
    const behind: number[] = []
    for (const { id, title, origin, size, left } of feeds) {
      const known = await findFeed(tx, peer.key, id)
      if (known !== null) {
        if ((known.hasLeft === 1) !== left) await setHasLeft(tx, known.key, left)
        const held = (await loadCollectionByKey(tx, known.collection)).size
        if (held < size && (known.state === "open" || known.state === "closed")) behind.push(known.key)
        continue
      }
      // A log that is here already under this name is somebody else's: whoever claims it gets no mirror of it.
      if (await hasOrigin(tx, origin)) continue
      const mirror = await addMirror(tx, { party: peer.party, origin, title })
      const feed = await insertFeed(tx, peer.key, id, mirror.key)
      if (left) await setHasLeft(tx, feed, left)
      behind.push(feed)
      await record(tx, {
        what: "feed.begun",
        by: null,
        facts: { party: peer.party, collection: mirror.id, remote: id },
      })
    }
    return behind
  })
}
