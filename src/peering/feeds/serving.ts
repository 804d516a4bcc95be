import { z } from "zod"
import { ComityError } from "../../kernel/errors.ts"
import { isUuid } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import { cosignedCheckpoint, findLog, type LogRow, proveConsistency, proveRoot } from "../../ledger/index.ts"
import {
  audienceOf,
  type Collection,
  findMember,
  loadCollection,
  type Member,
  readCommitments,
  type SentEntry,
  serveEntries,
  termsOver,
} from "../../library/index.ts"
import type { Peer } from "../../parties/index.ts"
import { governing, isOver, readTerms } from "../../policy/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { setSeen } from "../witnessing/queries.ts"
import { ENTRIES_MOST, ENTRIES_TYPE, encodePart, type Part } from "./format.ts"
import { type Offered, offeredTo } from "./queries.ts"

/** So many bytes go out at once; a body that is larger alone goes alone. */
export const BYTES_MOST = 1024 * 1024

/** So many earlier terms of a collection are told, the newest of them. */
export const BEFORE_MOST = 100

export const CollectionUuid = z.string().refine(isUuid)
const Pull = z.strictObject({
  collection: CollectionUuid,
  /** Number of the first entry wanted: as many as the reader holds. */
  from: z.int().nonnegative(),
  /** Size of the newest checkpoint that the reader verified; 0 if there is none. */
  old: z.int().nonnegative(),
})

/** `feeds`: what the peer may read here, or once could. */
export async function answerFeeds({ store, clock }: PeeringParts, { peer }: PeerMessage): Promise<PeerAnswer> {
  return { body: bodyOf({ v: 1, feeds: await offersTo(store, peer, clock.now()) }) }
}

/** Under terms whose last day is over whoever reads is told what becomes of what it got, and nothing else: like who left. */
function memberNow({ now }: Tx, { terms, size }: Collection, member: Member): Member {
  return member.leftAt !== null || !isOver(terms, now) ? member : { ...member, leftAt: now, leftSize: size }
}

export async function offersTo(reader: Reader, { party }: Pick<Peer, "party">, now: Instant) {
  const offered = await offeredTo(reader, party)
  const shown = offered.map((one) => ({ ...one, left: one.left === 1 || isOver(textOf(one), now) ? 1 : 0 }))
  return Promise.all(
    shown.map(async ({ left, ...feed }) => ({
      ...{ ...feed, left: left === 1 },
      readers: left === 1 ? null : await readersTold(reader, feed, party),
      before: left === 1 ? [] : await termsBefore(reader, feed),
      agreement: left === 1 ? null : ((await governing(reader, feed.id))?.agreement ?? null),
    })),
  )
}

/** Under what it stood until now, so that whoever reads on knows the terms that older entries name. */
async function termsBefore(reader: Reader, { id, terms }: Pick<Offered, "id" | "terms">): Promise<string[]> {
  const { key } = await loadCollection(reader, id)
  const all = (await termsOver(reader, key)).map(({ text }) => text)
  return all.filter((text) => text !== terms).slice(-BEFORE_MOST)
}

function textOf({ terms }: Pick<Offered, "terms">): { text: string } | null {
  return terms === null ? null : { text: terms }
}

/** Who else reads it, where its terms let readers know of each other. */
async function readersTold(
  reader: Reader,
  { id, terms }: Pick<Offered, "id" | "terms">,
  asker: string,
): Promise<string[] | null> {
  if (terms === null || readTerms(terms)?.audience.confidential !== false) return null
  const members = await audienceOf(reader, await loadCollection(reader, id))
  return members.flatMap(({ party }) => (party === asker ? [] : [party]))
}

/** `pull`: the entries that follow on what the peer holds, with all that proves them. */
export async function answerPull({ store }: PeeringParts, { peer, body, admit }: PeerMessage): Promise<PeerAnswer> {
  const part = await servePart(store, peer, parseBody(Pull, body), admit)
  return { type: ENTRIES_TYPE, body: encodePart(part) }
}

type Wanted = { collection: string; from: number; old: number }

/**
 * A part of a collection for a party, over the network or in a file: what leaves is noted as served. `first` belongs to
 * the same transaction.
 */
export async function servePart(
  store: Store,
  peer: Pick<Peer, "party">,
  wanted: Wanted,
  first: (tx: Tx) => Promise<void> = async () => {},
): Promise<Part> {
  const { collection, log, entries } = await store.write(async (tx) => {
    await first(tx)
    return takeOut(tx, peer, wanted)
  })
  const commitments = (from: number, to: number) => readCommitments(store, collection.key, from, to)
  const end = wanted.from + entries.length
  const proof = end === 0 || end === log.size ? [] : await proveConsistency(store, log, end, log.size, commitments)
  const continued = wanted.old === 0 ? null : await proveRoot(store, log, wanted.old, commitments)
  return { from: wanted.from, checkpoint: await cosignedCheckpoint(store, log), entries, proof, continued }
}

async function takeOut(
  tx: Tx,
  peer: Pick<Peer, "party">,
  { collection: id, from, old }: Wanted,
): Promise<{ collection: Collection; log: LogRow; entries: SentEntry[] }> {
  const collection = await loadCollection(tx, id)
  const member = collection.kind === "shared" ? await findMember(tx, collection.key, peer.party) : null
  if (member === null) throw new ComityError("not-found", "collection.unknown")
  const log = await findLog(tx, collection.log)
  if (log.guarded === 1 && checkpointIn(log.checkpoint).size !== log.size)
    throw new ComityError("unavailable", "log.guarded")
  if (from > log.size || old > log.size) throw new ComityError("conflict", "feed.shorter", { size: log.size })
  const range = { from, most: ENTRIES_MOST, bytesMost: BYTES_MOST }
  const entries = await serveEntries(tx, collection, memberNow(tx, collection, member), range)
  const whole = from + entries.length === log.size
  await setSeen(tx, { collection: collection.key, party: peer.party }, { size: log.size, whole })
  return { collection, log, entries }
}
