import { z } from "zod"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"
import { DAY, formatInstant, type Instant, parseInstant, plusMicroseconds } from "../kernel/time.ts"
import { openNote, record, signNote, verifierOf } from "../ledger/index.ts"
import {
  type Applied,
  type Collection,
  findMember,
  loadCollection,
  narrow,
  recipientsOf,
  type Told,
} from "../library/index.ts"
import type { PartyId, Peer } from "../parties/index.ts"
import type { Reader, Tx } from "../store/index.ts"
import { bodyOf, parseBody } from "./bodies.ts"
import { CollectionUuid } from "./feeds/serving.ts"
import { keysOf } from "./keys.ts"
import type { PeerAnswer, PeeringParts, PeerMessage, Self } from "./model.ts"
import { enqueue } from "./outbox.ts"
import {
  deleteUnseen,
  deleteUnseenBy,
  insertDue,
  insertOwed,
  noteRefused,
  type ReceiptState,
  setReceipt,
} from "./receipt-queries.ts"

/** Microseconds within which a recipient is to answer. */
export const ANSWER_WITHIN = 24 * 3600 * 1_000_000
/** Later than this after the answer nobody may put one off: "pending" without an end would never be overdue. */
const PENDING_MOST = 30 * DAY
const RECEIPTS_AT_ONCE = 500
const TITLE = "comity/receipts/v1"

const Receipt = z.strictObject({
  seq: z.int().nonnegative(),
  kind: z.enum(["put", "mark", "revoke", "recall", "erase"]),
  h: z.string().max(44),
  result: z.enum(["applied", "refused", "pending"]),
  reason: z.string().max(200).nullable(),
  until: z.string().max(40).nullable(),
  onward: z.int().nonnegative(),
})
const Receipts = z.strictObject({
  v: z.literal(1),
  collection: CollectionUuid,
  origin: z.string().max(200),
  at: z.string().max(40),
  receipts: z.array(Receipt).min(1).max(RECEIPTS_AT_ONCE),
})
const Sent = z.strictObject({ note: z.string().max(600_000) })

/**
 * Every party that was served what these entries speak of owes an answer, whether it still belongs here or not. Who left
 * is shown no new version, so it owes none for a revocation: it has to be told by a recall. Nobody owes one for a
 * revocation that was taken back before it got there: it can't be read any more, and what took it back is answered for.
 */
export async function expectReceipts(
  tx: Tx,
  collection: Collection,
  kind: "mark" | "revoke" | "recall" | "erase",
  told: readonly Told[],
): Promise<number> {
  let expected = 0
  for (const { seq, about } of told) {
    if (kind !== "revoke") await deleteUnseen(tx, collection.key, about.seq)
    for (const { party, left } of await recipientsOf(tx, collection.key, about.seq)) {
      if (kind === "revoke" && left) continue
      await insertDue(tx, {
        collection: collection.key,
        seq,
        party,
        kind,
        due: plusMicroseconds(tx.now, ANSWER_WITHIN),
      })
      expected += 1
    }
  }
  return expected
}

/** A party reads no longer; what it was told before it still answers for. */
export async function takeOut(tx: Tx, collection: Collection, party: PartyId, by: string | null): Promise<void> {
  await narrow(tx, collection, party, by)
  await deleteUnseenBy(tx, collection.key, party)
}

/** Whose entries are answered for: the collection at the peer, its log, and the key of its mirror. */
export type Answered = { peer: Peer; remote: string; origin: string; mirror: number }

/** Signs what became of entries that a peer wants to be answered for, and puts it into the outbox. */
export async function answerFor(tx: Tx, self: Self, to: Answered, applied: readonly Applied[]): Promise<void> {
  const name = await self.party()
  for (let at = 0; at < applied.length; at += RECEIPTS_AT_ONCE) {
    const answered = applied.slice(at, at + RECEIPTS_AT_ONCE)
    const receipts = answered.map(({ seq, kind, h, result, reason }) => ({
      ...{ seq, kind, result, reason, h: h.toString("base64"), until: null, onward: 0 },
    }))
    const said = { v: 1, collection: to.remote, origin: to.origin, at: formatInstant(tx.now), receipts }
    const note = signNote(`${TITLE}\n${canonicalize(said as Json)}\n`, { name, signer: self.signer })
    const message = await enqueue(tx, to.peer, "receipts", bodyOf({ note }))
    for (const one of answered) await noteOwed(tx, to.mirror, one, message)
    const facts = { party: to.peer.party, number: receipts.length, note: sha256(note).toString("base64") }
    await record(tx, { what: "receipt.given", by: null, facts })
  }
}

/** An answer is owed for what was held when its owner wrote of it; one that dates its words ahead gives no more time. */
async function noteOwed(tx: Tx, mirror: number, { seq, told, heldSince }: Applied, message: number): Promise<void> {
  if (heldSince === null || heldSince > told) return
  const toldAt = Math.min(told, tx.now) as Instant
  await insertOwed(tx, { collection: mirror, seq, toldAt, message })
}

/** `receipts`: a recipient answers. */
export async function takeReceipts({ store }: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { note } = parseBody(Sent, message.body)
  await store.write(async (tx) => {
    await message.admit(tx)
    await keepReceipts(tx, message.peer, note)
  })
  return { body: bodyOf({ v: 1 }) }
}

/** What a recipient signed, however it came. What nobody waits for is taken note of and changes nothing. */
export async function keepReceipts(tx: Tx, peer: Peer, note: string): Promise<void> {
  const said = await openReceipts(tx, peer, note)
  const collection = await loadCollection(tx, said.collection)
  if ((await findMember(tx, collection.key, peer.party)) === null) {
    throw new ComityError("not-found", "collection.unknown")
  }
  if (collection.origin !== said.origin) throw new ComityError("invalid", "peer.body")
  let answered = 0
  for (const one of said.receipts) {
    const until = latest(one.until, plusMicroseconds(tx.now, PENDING_MOST))
    const state: ReceiptState = one.result
    const answer = { ...one, state, until, receipt: note }
    const of = { collection: collection.key, seq: one.seq, party: peer.party }
    const kept = one.kind === "put" ? noteRefused(tx, of, answer) : setReceipt(tx, of, answer)
    if (await kept) answered += 1
  }
  const facts = { party: peer.party, collection: said.collection, answered, note: sha256(note).toString("base64") }
  await record(tx, { what: "receipt.taken", by: null, facts })
}

function latest(until: string | null, most: Instant): Instant | null {
  const said = until === null ? null : parseInstant(until)
  return said === null ? null : (Math.min(said, most) as Instant)
}

/** The note in a message of receipts, as it waits in the outbox. */
export function receiptNote(body: Uint8Array): string {
  return parseBody(Sent, body).note
}

async function openReceipts(reader: Reader, peer: Peer, note: string): Promise<z.output<typeof Receipts>> {
  // It may have waited since before a change of keys; who brings it is known by the present one.
  const verifiers = (await keysOf(reader, peer)).map((key) => verifierOf(peer.party, key))
  const { text } = openNote(note, verifiers)
  const [title, body, ...rest] = text.split("\n")
  if (title !== TITLE || body === undefined || rest.join("") !== "") throw new ComityError("invalid", "peer.body")
  return parseBody(Receipts, Buffer.from(body))
}
