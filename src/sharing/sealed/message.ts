import { z } from "zod"
import { RECIPIENTS_MOST, SEALED_MOST, type Signer, tlpLevels } from "../../crypto/index.ts"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { openNote, signNote, verifierOf } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { parseBody } from "../../peering/index.ts"
import { isPlainName, KEY_NAME_MOST, keyKinds, PART_BYTES, partsOf } from "./model.ts"

// docs/protocol/sealed.md

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
const Party = z.string().regex(new RegExp(`^identity--${UUID}$`))
const Remote = z.string().regex(new RegExp(`^sealed--${UUID}$`))
const Hash = z.string().regex(/^[0-9a-f]{64}$/)
const Time = z.string().max(40)

/** To whom a party's card says that files can be sealed; each is parsed further before anything is sealed to it. */
export const Recipients = z.array(
  z.strictObject({
    name: z.string().refine((name) => isPlainName(name, KEY_NAME_MOST)),
    kind: z.enum(keyKinds),
    recipient: z.string().regex(/^age1[0-9a-z]{58,1955}$/),
  }),
)

/** What a sender says of a sealed file, signed; it travels with each part and stands by itself as evidence. */
export const Offer = z.strictObject({
  v: z.literal(1),
  id: Remote,
  from: Party,
  to: Party,
  at: Time,
  tlp: z.enum(tlpLevels),
  recipients: Recipients.min(1).max(RECIPIENTS_MOST),
  sha256: Hash,
  size: z.int().positive().max(SEALED_MOST),
})
export type Offer = z.output<typeof Offer>

/** Why a file was not taken, for ever: said again it would be the same. */
export const refusalReasons = ["recipient-unknown", "malformed", "digest"] as const
export type RefusalReason = (typeof refusalReasons)[number]

/** What a recipient's node says of a file that it was offered, signed. It holds the file; it has not opened it. */
export const Receipt = z.strictObject({
  v: z.literal(1),
  id: Remote,
  from: Party,
  to: Party,
  at: Time,
  sha256: Hash,
  size: z.int().positive(),
  result: z.enum(["stored", "refused"]),
  reason: z.enum(refusalReasons).nullable(),
})
export type Receipt = z.output<typeof Receipt>

const NOTE_MOST = 64 * 1024
/** Base64 of a whole part. */
const BYTES_MOST = 4 * Math.ceil(PART_BYTES / 3)
export const MESSAGE_MOST = BYTES_MOST + NOTE_MOST + 1024

export const Message = z.strictObject({
  v: z.literal(1),
  note: z.string().max(NOTE_MOST),
  part: z.int().nonnegative().max(partsOf(SEALED_MOST)),
  bytes: z.base64().max(BYTES_MOST),
})

/** Which part comes next, or that there is nothing more to say. */
export const Answer = z.union([
  z.strictObject({ v: z.literal(1), next: z.int().nonnegative() }),
  z.strictObject({ v: z.literal(1), receipt: z.string().max(NOTE_MOST) }),
])

const TITLES = { offer: "comity/sealed/v1", receipt: "comity/sealed-receipt/v1" } as const

export function signOffer(offer: Offer, signer: Signer): string {
  return sign(TITLES.offer, offer, offer.from, signer)
}

/** The receipt is signed by the party to which the file was sent. */
export function signReceipt(receipt: Receipt, signer: Signer): string {
  return sign(TITLES.receipt, receipt, receipt.to, signer)
}

function sign(title: string, said: Json, name: string, signer: Signer): string {
  return signNote(`${title}\n${canonicalize(said)}\n`, { name, signer })
}

/** Throws `invalid peer.body`, and what `openNote` throws. */
export function openOffer(note: string, by: PartyId, keys: readonly Buffer[]): Offer {
  return opened(Offer, TITLES.offer, note, by, keys)
}

/** An offer of our own, as it waited in the outbox: the key that signed it may have been rotated since. */
export function ownOffer(note: string): Offer {
  return parseBody(Offer, Buffer.from(note.split("\n")[1] ?? ""))
}

/** Throws as `openOffer` does. */
export function openReceipt(note: string, by: PartyId, keys: readonly Buffer[]): Receipt {
  return opened(Receipt, TITLES.receipt, note, by, keys)
}

function opened<Schema extends z.ZodType>(
  schema: Schema,
  title: string,
  note: string,
  by: PartyId,
  keys: readonly Buffer[],
): z.output<Schema> {
  const verifiers = keys.map((key) => verifierOf(by, key))
  const { text } = openNote(note, verifiers)
  const [first, body, ...rest] = text.split("\n")
  if (first !== title || body === undefined || rest.join("") !== "" || rest.length !== 1) {
    throw new ComityError("invalid", "peer.body")
  }
  return parseBody(schema, Buffer.from(body))
}
