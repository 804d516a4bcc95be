import { z } from "zod"
import { record } from "../../ledger/index.ts"
import { addMirror, loadCollectionByKey, setClosed } from "../../library/index.ts"
import type { Peer } from "../../parties/index.ts"
import type { Tx } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import { say } from "../line.ts"
import type { PeeringParts } from "../model.ts"
import { feedOfOrigin, findFeed, hasOrigin, insertFeed, setFeedState, setHasLeft } from "./queries.ts"
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
        /** The last checkpoint of the log in whose place it stands, where that one could not go on. */
        follows: z.string().max(10_000).nullable(),
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
    for (const { id, title, origin, size, left, follows } of feeds) {
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
      if (follows !== null) await endBefore(tx, peer, { follows, successor: id })
    }
    return behind
  })
}

/** A log of the peer's that could not go on, and says so by its successor alone: nothing more is expected of it. */
async function endBefore(tx: Tx, peer: Peer, { follows, successor }: { follows: string; successor: string }) {
  const feed = await feedOfOrigin(tx, checkpointIn(follows).origin)
  if (feed === null || feed.peer !== peer.key) return
  const { key, closedAt } = await loadCollectionByKey(tx, feed.collection)
  if (closedAt === null) await setClosed(tx, key, tx.now, successor)
  if (feed.state === "open") await setFeedState(tx, feed.key, "closed")
}
