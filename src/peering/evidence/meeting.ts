import { z } from "zod"
import { tagOf } from "../../crypto/index.ts"
import { random } from "../../kernel/hash.ts"
import type { Peer } from "../../parties/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { say } from "../line.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { findMet, insertCommon, type Mirrored, mirrorsFor, setMet } from "./queries.ts"

/** So many tags travel at once; their number is filled up to a power of two, so that it says little. */
const TAGS_MOST = 2048
const TAGS_LEAST = 8
const TAG_BYTES = 32

const Tag = z.string().length(43)
const Tags = z.strictObject({ v: z.literal(1), tags: z.array(Tag).max(TAGS_MOST) })

/**
 * Finds out which logs of others a peer reads too. Each log is named by a tag that only who knows its origin can make
 * or understand, another for each pair of parties: who does not read the log learns nothing, nor does its owner. Each
 * log is named to each peer once; whichever side comes to read it later names it in its turn.
 */
export async function meet(parts: PeeringParts, peer: Peer): Promise<void> {
  const { store, self } = parts
  const party = await self.party()
  for (;;) {
    const mirrors = (await mirrorsFor(store, peer.key, await findMet(store, peer.key))).slice(0, TAGS_MOST)
    const last = mirrors.at(-1)
    if (last === undefined) return
    const tags = mirrors.map(({ origin }) => tagFor(origin, { from: party, to: peer.party }))
    const answer = await say(parts, peer, "common", { body: bodyOf({ v: 1, tags: filledUp(tags) }) })
    const common = new Set(parseBody(Tags, answer.body).tags)
    await store.write(async (tx) => {
      for (const [i, { log }] of mirrors.entries()) {
        if (common.has(tags[i] ?? "")) await insertCommon(tx, peer.key, log)
      }
      await setMet(tx, peer.key, last.feed)
    })
  }
}

/** `common`: which of the logs that the peer reads are read here too. */
export async function answerCommon({ store, self }: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { peer } = message
  const asked = new Set(parseBody(Tags, message.body).tags)
  const pair = { from: peer.party, to: await self.party() }
  const known = (await mirrorsFor(store, peer.key, 0)).map((one: Mirrored) => ({
    ...one,
    tag: tagFor(one.origin, pair),
  }))
  const common = known.filter(({ tag }) => asked.has(tag))
  await store.write(async (tx) => {
    await message.admit(tx)
    for (const { log } of common) await insertCommon(tx, peer.key, log)
  })
  return { body: bodyOf({ v: 1, tags: common.map(({ tag }) => tag) }) }
}

/** HMAC-SHA-256 in base64url; the origin of a log is random and known to its owner and its readers alone. */
export function tagFor(origin: string, { from, to }: { from: string; to: string }): string {
  return tagOf(Buffer.from(origin), `comity/common-log/v1\n${from}\n${to}\n`)
}

function filledUp(tags: readonly string[]): string[] {
  const wanted = Math.max(TAGS_LEAST, 2 ** Math.ceil(Math.log2(tags.length)))
  const fill = Array.from({ length: wanted - tags.length }, () => random(TAG_BYTES).toString("base64url"))
  return [...tags, ...fill].sort()
}
