import { z } from "zod"
import { record } from "../../ledger/index.ts"
import {
  addMirror,
  type Collection,
  loadCollectionByKey,
  noteSaidTerms,
  setClosed,
  setSaidTerms,
  termsOver,
} from "../../library/index.ts"
import { oneLine, type Peer } from "../../parties/index.ts"
import { isNarrower, readTerms, termsHash } from "../../policy/index.ts"
import { typeOfId } from "../../stix/index.ts"
import type { Store, Tx } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import { say } from "../line.ts"
import type { PeeringParts } from "../model.ts"
import {
  type Feed,
  feedOfOrigin,
  feedsOf,
  findFeed,
  hasOrigin,
  insertFeed,
  setFeedState,
  setHasLeft,
  setSaid,
} from "./queries.ts"
import { BEFORE_MOST, CollectionUuid } from "./serving.ts"

const FEEDS_MOST = 1000
const TERMS_MOST = 50_000
const PartyIdText = z.string().refine((text) => typeOfId(text) === "identity")

/** A collection that its owner lets us read. */
export const Offer = z.strictObject({
  id: CollectionUuid,
  title: z.string().max(500).transform(oneLine),
  origin: z.string().regex(/^comity\/[0-9a-f]{32}$/),
  size: z.int().nonnegative(),
  left: z.boolean(),
  /** The last checkpoint of the log in whose place it stands, where that one could not go on. */
  follows: z.string().max(10_000).nullable(),
  /** The texts of the terms under which it stood before, the oldest first. */
  before: z.array(z.string().max(TERMS_MOST)).max(BEFORE_MOST),
  /** The text of its terms (docs/release.md), and who else reads it where they let its owner tell. */
  terms: z.string().max(TERMS_MOST).nullable(),
  readers: z.array(PartyIdText).max(FEEDS_MOST).nullable(),
  /** The agreement under which it is shared. */
  agreement: z.string().max(300).nullable(),
})
export const Offers = z.array(Offer).max(FEEDS_MOST)
const Feeds = z.strictObject({ v: z.literal(1), feeds: Offers })

/** Asks a peer what it shares with us, and begins a mirror of what is new. Returns the feeds that have more than is held. */
export async function discoverFeeds(parts: PeeringParts, peer: Peer): Promise<number[]> {
  const answer = await say(parts, peer, "feeds", { body: bodyOf({ v: 1 }) })
  const { feeds } = parseBody(Feeds, answer.body)
  return parts.store.write(async (tx) => {
    const behind = await beginFeeds(tx, peer, feeds)
    await noteClaims(tx, parts, peer, feeds)
    return behind
  })
}

/** Begins a mirror of each that is new. Returns the feeds that have more than is held. */
export async function beginFeeds(tx: Tx, peer: Peer, offers: z.output<typeof Offers>): Promise<number[]> {
  const behind: number[] = []
  let room = FEEDS_MOST - (await feedsOf(tx, peer.key)).length
  for (const offer of offers) {
    const known = await findFeed(tx, peer.key, offer.id)
    if (known === null) {
      // A list may name others each time, and what was begun stays.
      const begun = room > 0 ? await beginFeed(tx, peer, offer) : null
      if (begun !== null) room -= 1
      if (begun !== null) behind.push(begun)
      continue
    }
    await noteSaid(tx, peer, known, offer)
    if ((known.hasLeft === 1) !== offer.left) await setHasLeft(tx, known.key, offer.left)
    const held = (await loadCollectionByKey(tx, known.collection)).size
    if (held < offer.size && (known.state === "open" || known.state === "closed")) behind.push(known.key)
  }
  return behind
}

/** Its owner narrowed the terms, or tells others of who reads. Who left is told nothing more. */
async function noteSaid(tx: Tx, peer: Peer, feed: Feed, offer: z.output<typeof Offer>): Promise<void> {
  const said = saidOf(offer)
  const names = ["terms", "readers", "agreement"] as const
  if (offer.left) return
  const mirror = await loadCollectionByKey(tx, feed.collection)
  await holdToBefore(tx, mirror, offer)
  if (names.every((name) => feed[name] === said[name])) return
  await setSaid(tx, feed.key, said)
  if (feed.terms === said.terms) return
  const held = await holdTo(tx, mirror, said.terms)
  const terms = said.terms === null ? null : termsHash(said.terms)
  const facts = { party: peer.party, collection: mirror.id, terms }
  if (held) await record(tx, { what: "feed.terms-changed", by: null, facts })
  else await record(tx, { what: "feed.terms-wider", by: null, facts })
}

/** What stood before, as far as nobody here knew it, one after the other. */
async function holdToBefore(
  tx: Tx,
  mirror: Pick<Collection, "key">,
  { before }: Pick<z.output<typeof Offer>, "before">,
): Promise<void> {
  if (before.length === 0) return
  const known = new Set((await termsOver(tx, mirror.key)).map(({ hash }) => hash))
  for (const text of before) if (!known.has(termsHash(text))) await holdTo(tx, mirror, text)
}

/**
 * What holds here for all that came by it. Terms of a collection only ever get narrower (design 2.2), so wider ones, and
 * none after some, are shown and not followed: what came was let out under the narrower ones. What nobody here
 * understands is followed, since nothing may be done under it, and makes no way to wider ones. False where not followed.
 */
async function holdTo(tx: Tx, { key }: Pick<Collection, "key">, text: string | null): Promise<boolean> {
  const held = (await termsOver(tx, key)).filter((one) => one.held).map((one) => readTerms(one.text))
  const [last, now] = [held.findLast((one) => one !== null) ?? null, text === null ? null : readTerms(text)]
  const terms = text === null ? null : { hash: termsHash(text), text }
  if (terms === null ? held.length > 0 : last !== null && now !== null && !isNarrower(now, last)) {
    if (terms !== null) await noteSaidTerms(tx, key, terms)
    return false
  }
  await setSaidTerms(tx, key, terms)
  return true
}

function saidOf({ terms, readers, agreement }: z.output<typeof Offer>): Pick<Feed, "terms" | "readers" | "agreement"> {
  return { terms, readers: readers === null ? null : JSON.stringify(readers), agreement }
}

async function beginFeed(tx: Tx, peer: Peer, offer: z.output<typeof Offer>): Promise<number | null> {
  const { id, title, origin, left, follows } = offer
  // A log that is here already under this name is somebody else's: whoever claims it gets no mirror of it.
  if (await hasOrigin(tx, origin)) return null
  const mirror = await addMirror(tx, { party: peer.party, origin, title })
  const feed = await insertFeed(tx, peer.key, id, mirror.key)
  await setSaid(tx, feed, saidOf(offer))
  await holdToBefore(tx, mirror, offer)
  await holdTo(tx, mirror, offer.terms)
  if (left) await setHasLeft(tx, feed, left)
  const facts = { party: peer.party, collection: mirror.id, remote: id }
  await record(tx, { what: "feed.begun", by: null, facts })
  if (follows !== null) await endBefore(tx, peer, { follows, successor: id })
  return feed
}

const claimed = new WeakMap<Store, Set<string>>()

/** One of two partners claims a log that is not its own, which one is for people to find out: said once, not each time. */
async function noteClaims(tx: Tx, { store }: PeeringParts, peer: Peer, offers: z.output<typeof Offers>): Promise<void> {
  const known = claimed.get(store) ?? new Set()
  claimed.set(store, known)
  for (const { id: remote, origin } of offers) {
    const name = `${peer.key} ${remote}`
    if (known.has(name) || known.size >= FEEDS_MOST) continue
    if ((await findFeed(tx, peer.key, remote)) !== null || !(await hasOrigin(tx, origin))) continue
    known.add(name)
    await record(tx, { what: "feed.claimed-twice", by: null, facts: { party: peer.party, remote } })
  }
}

/** A log of the peer's that could not go on, and says so by its successor alone: nothing more is expected of it. */
async function endBefore(tx: Tx, peer: Peer, { follows, successor }: { follows: string; successor: string }) {
  const feed = await feedOfOrigin(tx, checkpointIn(follows).origin)
  if (feed === null || feed.peer !== peer.key) return
  const { key, closedAt } = await loadCollectionByKey(tx, feed.collection)
  if (closedAt === null) await setClosed(tx, key, tx.now, successor)
  if (feed.state === "open") await setFeedState(tx, feed.key, "closed")
}
