import { HEAD_BYTES, outsideOf, type SealKind, type Signer, sealKindOf } from "../../crypto/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { runningSha256, sha256 } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { formatInstant, type Instant } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import type { Peer } from "../../parties/index.ts"
import { bodyOf, keysOf, type PeerAnswer, type PeerMessage, parseBody, type Self } from "../../peering/index.ts"
import type { Store, Tx } from "../../store/index.ts"
import { dropSealed } from "./dropping.ts"
import { strangersAmong } from "./keys.ts"
import { Message, type Offer, openOffer, type RefusalReason, signReceipt } from "./message.ts"
import { PART_BYTES, partsOf, type Sealed } from "./model.ts"
import { countParts, heldFrom, insertPart, insertSealed, selectByRemote, selectPart, updateSealed } from "./queries.ts"

/** `bytesMost`: what the files of one partner may take up here. */
export type ReceivingParts = { store: Store; self: Pick<Self, "party" | "signer">; bytesMost: number }

const ARRIVING_MOST = 8

type Taken =
  | { is: "next"; part: number }
  | { is: "whole"; sealed: Sealed }
  | { is: "settled"; receipt: string }
  | { is: "refused"; receipt: string }

/**
 * `sealed`: one part of a file for people of ours. The first says all about it, the last makes it whole; said again,
 * each is answered as before. Throws `full sealed.quota`, `conflict sealed.differs`, `invalid peer.body`, and what
 * `openOffer` throws.
 */
export async function takeSealed(parts: ReceivingParts, message: PeerMessage): Promise<PeerAnswer> {
  const { store, self } = parts
  const { note, part, bytes } = parseBody(Message, message.body)
  const offer = openOffer(note, message.peer.party, await keysOf(store, message.peer))
  const piece = Buffer.from(bytes, "base64")
  const own = await self.party()
  if (offer.from !== message.peer.party || offer.to !== own || piece.toString("base64") !== bytes) {
    throw new ComityError("invalid", "peer.body")
  }
  const taken = await store.write(async (tx) => {
    await message.admit(tx)
    return takePart(tx, parts, message.peer, { offer, note, part, piece })
  })
  if (taken.is === "next") return { body: bodyOf({ v: 1, next: taken.part }) }
  const receipt = taken.is === "whole" ? await finish(parts, taken.sealed, offer) : taken.receipt
  return { body: bodyOf({ v: 1, receipt }) }
}

type Part = { offer: Offer; note: string; part: number; piece: Buffer }

async function takePart(tx: Tx, parts: ReceivingParts, peer: Peer, { offer, note, part, piece }: Part): Promise<Taken> {
  const known = await selectByRemote(tx, peer.key, "received", offer.id)
  if (known !== undefined && known.note !== note) throw new ComityError("conflict", "sealed.differs")
  if (known?.receipt != null) return { is: "settled", receipt: known.receipt }
  if (known === undefined) {
    const fault = await faultOf(tx, offer, part, piece)
    if (fault !== null) return { is: "refused", receipt: await refuse(tx, parts.self.signer, offer, fault) }
    if (part !== 0) return { is: "next", part: 0 }
    await checkQuota(tx, parts, peer, offer)
  }
  const sealed = known ?? (await begin(tx, peer, offer, note))
  const have = known === undefined ? 0 : await countParts(tx, sealed.key)
  const all = partsOf(offer.size)
  if (part !== have || have === all) return have === all ? { is: "whole", sealed } : { is: "next", part: have }
  const length = part === all - 1 ? offer.size - part * PART_BYTES : PART_BYTES
  if (piece.length !== length) throw new ComityError("invalid", "peer.body")
  await insertPart(tx, sealed.key, part, piece)
  return have + 1 === all ? { is: "whole", sealed } : { is: "next", part: have + 1 }
}

/** Why such a file is never taken; of a part that is not the first, nothing but its recipients can be told. */
async function faultOf(tx: Tx, offer: Offer, part: number, piece: Buffer): Promise<RefusalReason | null> {
  const keys = offer.recipients.map(({ recipient }) => recipient)
  if (new Set(keys).size < keys.length) return "malformed"
  if ((await strangersAmong(tx, keys)).length > 0) return "recipient-unknown"
  if (part !== 0) return null
  const outside = outsideOf(piece.subarray(0, HEAD_BYTES), offer.size)
  if (outside === null) return "malformed"
  const kinds = (found: readonly SealKind[]) => found.toSorted().join()
  return kinds(keys.map(sealKindOf)) === kinds(outside.kinds) ? null : "malformed"
}

async function checkQuota(tx: Tx, { bytesMost }: ReceivingParts, peer: Peer, { size }: Offer): Promise<void> {
  const { bytes, arriving } = await heldFrom(tx, peer.key)
  if (bytes + size > bytesMost || arriving >= ARRIVING_MOST) throw new ComityError("full", "sealed.quota")
}

async function begin(tx: Tx, peer: Peer, offer: Offer, note: string): Promise<Sealed> {
  const { id: remote, tlp, sha256: hash, size } = offer
  const fresh = {
    ...({ id: newId("sealed"), direction: "received", state: "arriving", peer: peer.key } as const),
    ...{ remote: remote as Sealed["remote"], tlp, sha256: hash, size, note, purpose: null, name: null, account: null },
  }
  await insertSealed(tx, fresh, offer.recipients)
  return (await selectByRemote(tx, peer.key, "received", remote)) as Sealed
}

/** All parts are here: if they are what the sender signed for, the receipt says so. */
async function finish({ store, self }: ReceivingParts, sealed: Sealed, offer: Offer): Promise<string> {
  const sum = runningSha256()
  for (let part = 0; part < partsOf(offer.size); part++) {
    const bytes = await selectPart(store, sealed.key, part)
    if (bytes !== null) sum.add(bytes)
  }
  if (sum.end() !== offer.sha256) {
    await dropSealed(store, sealed.key)
    return store.write((tx) => refuse(tx, self.signer, offer, "digest"))
  }
  return store.write(async (tx) => {
    const now = await selectByRemote(tx, sealed.peer, "received", sealed.remote)
    if (now?.receipt != null) return now.receipt
    const receipt = receiptOf(tx, self.signer, offer, null)
    await updateSealed(tx, { ...sealed, state: "stored", receipt, settledAt: tx.now as Instant })
    await record(tx, { what: "sealed.received", by: null, facts: { id: sealed.id, ...factsOf(offer, receipt) } })
    return receipt
  })
}

/** What is not taken is answered and written down, and nothing of it kept. */
async function refuse(tx: Tx, signer: Signer, offer: Offer, reason: RefusalReason): Promise<string> {
  const receipt = receiptOf(tx, signer, offer, reason)
  await record(tx, { what: "sealed.not-taken", by: null, facts: { reason, ...factsOf(offer, receipt) } })
  return receipt
}

function receiptOf(tx: Tx, signer: Signer, offer: Offer, reason: RefusalReason | null): string {
  const { id, from, to, sha256: hash, size } = offer
  const result = reason === null ? "stored" : "refused"
  return signReceipt({ v: 1, id, from, to, at: formatInstant(tx.now), sha256: hash, size, result, reason }, signer)
}

function factsOf({ id, from, tlp, sha256: hash, size, recipients }: Offer, receipt: string) {
  const keys = recipients.map(({ recipient }) => recipient)
  const signed = { receipt: sha256(receipt).toString("base64") }
  return { sealed: id, party: from, tlp, sha256: hash, size, recipients: keys, ...signed }
}
