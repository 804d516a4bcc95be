import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { formatInstant } from "../../kernel/time.ts"
import { entryHash, openCheckpoint, ownStatements, record, verifierOf } from "../../ledger/index.ts"
import { findMember, loadCollection } from "../../library/index.ts"
import { type Peer, resolvePeer } from "../../parties/index.ts"
import type { Tx } from "../../store/index.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import { signingKeyOf } from "../keys.ts"
import { follow } from "../learning.ts"
import type { PeeringParts } from "../model.ts"
import { setDelivered, waitingOf } from "../queries.ts"
import { notesOf, setOwedAnswered } from "../receipt-queries.ts"
import { keepReceipts, receiptNote } from "../receipts.ts"
import { checkHead, FEED_FILE_END, FeedFile, type FeedHead, formatHead, formatPiece, type Piece } from "./feed-file.ts"
import { decodePart, encodePart, type Part } from "./format.ts"
import { drawnApart, namesUnsaid, standing, takePart, verifyPart } from "./pulling.ts"
import { findFeed } from "./queries.ts"
import { offersTo, servePart } from "./serving.ts"
import { beginFeeds } from "./subscribing.ts"

/** What goes into a file for a party: `collection` null = all that it may read; `from` null = where the last one ended. */
export type FeedWish = { party: string; collection: string | null; from: number | null }

export type Carried = { entries: number; receipts: number }

const MESSAGES_MOST = 1000

/**
 * All that a party would get over the network, as a file for where there is no line: entries of the collections that it
 * may read, noted as served since they leave, and the receipts that wait for it.
 */
export async function exportFeed(
  parts: PeeringParts,
  wish: FeedWish,
  write: (bytes: Buffer) => Promise<void>,
): Promise<Carried> {
  const { store, self, clock } = parts
  const peer = await resolvePeer(store, wish.party)
  requireSharing(peer)
  const offers = await offersTo(store, peer, clock.now())
  const chosen = wish.collection === null ? null : (await loadCollection(store, wish.collection)).id
  const feeds = offers.filter(({ id }) => chosen === null || id === chosen)
  if (chosen !== null && feeds.length === 0) throw new ComityError("not-found", "audience.member")
  const taken = (await notesOf(store, peer.party, MESSAGES_MOST)).map((note) => sha256(note))
  const head = { v: 1, from: await self.party(), to: peer.party, at: formatInstant(clock.now()), taken, feeds } as const
  await write(formatHead(self, { ...head, keys: await ownStatements(store) }))
  let entries = 0
  for (const { id } of feeds) entries += await exportCollection(parts, peer, { id, from: wish.from }, write)
  const waiting = await waitingOf(store, peer.key, "receipts", MESSAGES_MOST)
  for (const { body } of waiting) await write(formatPiece({ kind: "receipts", bytes: Buffer.from(body) }))
  await write(FEED_FILE_END)
  const facts = { party: peer.party, entries, collections: feeds.map((feed) => feed.id), receipts: waiting.length }
  await store.write((tx) => record(tx, { what: "feed.exported", by: null, facts }))
  return { entries, receipts: waiting.length }
}

async function exportCollection(
  { store }: PeeringParts,
  peer: Peer,
  { id, from: wanted }: { id: string; from: number | null },
  write: (bytes: Buffer) => Promise<void>,
): Promise<number> {
  const { key } = await loadCollection(store, id)
  const begin = wanted ?? (await findMember(store, key, peer.party))?.served ?? 0
  for (let from = begin, old = begin; ; ) {
    const part = await servePart(store, peer, { collection: id, from, old })
    await write(formatPiece({ kind: "part", collection: id, bytes: encodePart(part) }))
    from += part.entries.length
    old = checkpointIn(part.checkpoint).size
    if (from >= old) return from - begin
  }
}

/** What a file brought: entries that are new here, and messages of receipts. */
export type Taken = { party: string; entries: number; receipts: number; settled: number }

/**
 * Takes in what another party's node wrote for this one, with the same checks as what comes over the network. What is
 * here already is passed over. Throws `refused feed.not-for-us`, `conflict feed.gap`, and as a pull does.
 */
export async function importFeed(
  parts: PeeringParts,
  path: string,
  progress: (state: { done: number; of: number }) => Promise<void> = async () => {},
): Promise<Taken> {
  const { store } = parts
  const file = new FeedFile(path)
  try {
    const peer = await senderOf(parts, file)
    await store.write((tx) => beginFeeds(tx, peer, file.head.feeds))
    const settled = await store.write((tx) => settleTaken(tx, peer, file.head))
    const taken = { party: peer.party, entries: 0, receipts: 0, settled }
    for (let piece = file.next(); piece !== null; piece = file.next()) {
      if (piece.kind === "part") taken.entries += await takePiece(parts, peer, piece)
      else {
        const note = receiptNote(piece.bytes)
        await store.write((tx) => keepReceipts(tx, peer, note))
        taken.receipts += 1
      }
      await progress(file.progress)
    }
    return taken
  } finally {
    file.close()
  }
}

/** The partner that wrote a file, if it wrote it, and for us. Changes of its keys are learnt from the file too. */
async function senderOf({ store, self }: PeeringParts, file: FeedFile): Promise<Peer> {
  const { from, to, keys } = file.head
  if (to !== (await self.party())) throw new ComityError("refused", "feed.not-for-us")
  const peer = await resolvePeer(store, from)
  await follow(store, peer, keys)
  const key = await signingKeyOf(store, peer)
  if (key === null) throw new ComityError("refused", "peer.key-revoked")
  checkHead(file, key)
  requireSharing(peer)
  return peer
}

/** As for messages: who left is still told what becomes of what it had got. */
function requireSharing({ state }: Peer): void {
  if (state !== "active" && state !== "left") throw new ComityError("refused", "peer.not-active")
}

/** Receipts that the other side says it has wait no longer. How many. */
async function settleTaken(tx: Tx, peer: Peer, { taken }: FeedHead): Promise<number> {
  const known = new Set(taken.map((hash) => hash.toString("base64")))
  let settled = 0
  for (const { key, body } of await waitingOf(tx, peer.key, "receipts", MESSAGES_MOST)) {
    if (!known.has(sha256(receiptNote(body)).toString("base64"))) continue
    await setOwedAnswered(tx, key)
    await setDelivered(tx, { key, peer: peer.key })
    settled += 1
  }
  return settled
}

async function takePiece(parts: PeeringParts, peer: Peer, piece: Extract<Piece, { kind: "part" }>): Promise<number> {
  const { store } = parts
  const found = await findFeed(store, peer.key, piece.collection)
  if (found === null) throw new ComityError("invalid", "feed.file-malformed")
  if (found.state === "broken") throw new ComityError("refused", "feed.broken")
  const held = await standing(parts, found.key)
  const { feed, log } = held
  const given = decodePart(piece.bytes, entryHash)
  if (given.from > log.size) {
    throw new ComityError("conflict", "feed.gap", { held: log.size, from: given.from, title: held.collection.title })
  }
  const key = await signingKeyOf(store, peer)
  if (key === null) throw new ComityError("refused", "peer.key-revoked")
  if (checkpointIn(given.checkpoint).size <= log.size) {
    await passOver(parts, held, given, key)
    return 0
  }
  const part = beyond(given, log.size)
  if (part.from < log.size) return 0 // what follows on it comes in a later piece
  const verified = verifyPart(part, { feed, log, key })
  if (verified.is === "apart") throw await drawnApart(parts, feed, verified, "file")
  // Written while they changed, or by mistake: a later file says them, and what was refused would stay so.
  if (await namesUnsaid(store, held.collection, part)) throw new ComityError("refused", "feed.terms-unsaid")
  await takePart(parts, held, verified)
  return part.entries.length
}

/** Without the entries that are here already. */
function beyond(part: Part, size: number): Part {
  const entries = part.entries.slice(Math.max(0, size - part.from))
  const from = Math.min(size, part.from + part.entries.length)
  return { ...part, entries, from }
}

/** Everything in it is here: an older file, unless it tells another history. */
async function passOver(
  parts: PeeringParts,
  { feed, log }: Awaited<ReturnType<typeof standing>>,
  { checkpoint: note }: Part,
  key: Buffer,
): Promise<void> {
  const target = openCheckpoint(note, verifierOf(log.origin, key))
  const error = await drawnApart(parts, feed, { target, note, continued: null }, "file")
  if (error.code === "feed.conflicting-checkpoints") throw error
}
