import { ComityError } from "../../kernel/errors.ts"
import { DAY, formatInstant, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { loadPeer, type PartyId } from "../../parties/index.ts"
import { bodyOf, enqueue, keysOf, type OnDelivered, parseBody } from "../../peering/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { mustBeOpenTo } from "./deciding.ts"
import type { SealedParts } from "./drafting.ts"
import { dropSealed } from "./dropping.ts"
import { Answer, Message, type Offer, openReceipt, ownOffer, type Receipt, signOffer } from "./message.ts"
import { partsOf, type Sealed } from "./model.ts"
import { selectByRemote, selectPart, selectRecipients, selectSealed, updateSealed } from "./queries.ts"

/** What was decided upon yesterday is looked at anew. */
export const DRAFT_LASTS = DAY
/** How often the other side may say that it has lost what it had. */
const RESTARTS_MOST = 3
const EVERYTHING = { commitment: "", officer: true, desk: true }

/**
 * A person decided: the file goes to the partner, and what was decided into the ledger. Throws
 * `not-found sealed.unknown`, `conflict sealed.not-draft`, `conflict sealed.too-old`, and what `mustBeOpenTo` throws.
 */
export async function sendDraft(parts: SealedParts, id: string, by: string | null): Promise<void> {
  const from = await parts.self.party()
  await parts.store.write(async (tx) => {
    const draft = await loadDraft(tx, id)
    if (plusMicroseconds(draft.createdAt, DRAFT_LASTS) < tx.now) throw new ComityError("conflict", "sealed.too-old")
    const peer = await loadPeer(tx, draft.party)
    await mustBeOpenTo(tx, peer)
    const offer = await offerOf(tx, draft, from)
    const note = signOffer(offer, parts.self.signer)
    await updateSealed(tx, { ...draft, state: "queued", name: null, note })
    const { sha256, size, tlp, recipients } = offer
    const facts = { id: draft.remote, party: peer.party, tlp, sha256, size, purpose: draft.purpose, recipients }
    const keys = recipients.map(({ recipient }) => recipient)
    await record(tx, { what: "sealed.sent", by, facts: { ...facts, recipients: keys } })
    await enqueuePart(tx, { ...draft, note }, 0)
  })
}

/** Throws `not-found sealed.unknown`, `conflict sealed.not-draft`. */
export async function discardDraft(store: Store, id: string): Promise<void> {
  const draft = await loadDraft(store, id)
  await dropSealed(store, draft.key)
}

/** Throws `not-found sealed.unknown`, `conflict sealed.not-draft`. */
export async function loadDraft(reader: Reader, id: string): Promise<Sealed & { sha256: string; size: number }> {
  const draft = await selectSealed(reader, id, EVERYTHING)
  if (draft === undefined) throw new ComityError("not-found", "sealed.unknown")
  const { sha256, size } = draft
  if (draft.state !== "draft" || sha256 === null || size === null) throw new ComityError("conflict", "sealed.not-draft")
  return { ...draft, sha256, size }
}

async function offerOf(tx: Tx, draft: Sealed & { sha256: string; size: number }, from: PartyId): Promise<Offer> {
  const { remote: id, party: to, tlp, sha256, size } = draft
  const recipients = await selectRecipients(tx, draft.key)
  return { v: 1, id, from, to, at: formatInstant(tx.now), tlp, recipients, sha256, size }
}

async function enqueuePart(tx: Tx, { key, peer, note }: Pick<Sealed, "key" | "peer" | "note">, part: number) {
  const bytes = await selectPart(tx, key, part)
  if (bytes === null || note === null) throw new Error(`sealed file without part ${part}`)
  await enqueue(tx, { key: peer }, "sealed", bodyOf({ v: 1, note, part, bytes: bytes.toString("base64") }))
}

/** A part was answered: the next goes, or the recipient's receipt settles it. */
export const onDelivered: OnDelivered = async (tx, { peer, body }, answer) => {
  const { note, part } = parseBody(Message, body)
  const offer = ownOffer(note)
  const sealed = await selectByRemote(tx, peer.key, "sent", offer.id)
  if (sealed?.state !== "queued") return
  const said = parseAnswer(Buffer.from(answer.body))
  if (said === null) return settle(tx, sealed, null)
  if ("receipt" in said) return settle(tx, sealed, checked(said.receipt, offer, peer.party, await keysOf(tx, peer)))
  const restarts = said.next > part ? sealed.restarts : sealed.restarts + 1
  if (said.next >= partsOf(offer.size) || restarts > RESTARTS_MOST) return settle(tx, sealed, null)
  if (restarts > sealed.restarts) await updateSealed(tx, { ...sealed, restarts })
  await enqueuePart(tx, sealed, said.next)
}

function parseAnswer(body: Buffer) {
  try {
    return parseBody(Answer, body)
  } catch {
    return null
  }
}

/** Null where the note is not what it should be: by whom, for what. */
function checked(
  note: string,
  offer: Offer,
  by: PartyId,
  keys: readonly Buffer[],
): (Receipt & { note: string }) | null {
  try {
    const said = openReceipt(note, by, keys)
    const same = (["id", "from", "to", "sha256", "size"] as const).every((name) => said[name] === offer[name])
    return same ? { ...said, note } : null
  } catch (error) {
    if (error instanceof ComityError) return null
    throw error
  }
}

/** Without a receipt that holds, nobody can say that the file is there. */
async function settle(tx: Tx, sealed: Sealed, receipt: (Receipt & { note: string }) | null): Promise<void> {
  const state = receipt?.result === "stored" ? "delivered" : "refused"
  const reason = receipt === null ? "no-receipt" : receipt.reason
  const note = receipt?.note ?? null
  await updateSealed(tx, { ...sealed, state, reason, receipt: note, settledAt: tx.now as Instant })
  const facts = { id: sealed.remote, party: sealed.party, sha256: sealed.sha256, reason, receipt: note }
  if (state === "delivered") await record(tx, { what: "sealed.delivered", by: null, facts })
  else await record(tx, { what: "sealed.refused", by: null, facts })
}
