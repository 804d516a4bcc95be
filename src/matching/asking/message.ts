import { z } from "zod"
import type { Signer } from "../../crypto/index.ts"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { openNote, signNote, verifierOf } from "../../ledger/index.ts"
import { oneLine, type PartyId } from "../../parties/index.ts"
import { parseBody } from "../../peering/index.ts"
import { OPEN_TYPES } from "../items/types.ts"
import {
  ASKING_SUITE,
  BATCH_MOST,
  BATCHES,
  type ContactId,
  DESK_NAME_MOST,
  type EpochId,
  KNOWING_ITEMS_MOST,
  type KnowingId,
  MODES,
  QUOTA_MOST,
} from "./model.ts"

// docs/protocol/matching-questions.md

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
const id = <Kind extends string>(kind: string) => {
  const pattern = new RegExp(`^${kind}--${UUID}$`)
  return z.string().refine((text): text is Kind => pattern.test(text))
}
const Party = id<PartyId>("identity")
const Epoch = id<EpochId>("epoch")
const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
const v = z.literal(1)
/** So many elements, no fewer and no more, in base64 of one spelling. */
const elements = (bytes: number, counts: readonly number[]) =>
  z
    .base64()
    .max(Math.ceil((Math.max(...counts) * bytes) / 3) * 4)
    .transform((text) => ({ text, bytes: Buffer.from(text, "base64") }))
    .refine(({ text, bytes: given }) => counts.some((count) => given.length === count * bytes) && spells(text, given))
    .transform(({ bytes: given }) => given)
const spells = (text: string, bytes: Buffer) => bytes.toString("base64") === text

/** Elements of the group and scalars, and tags cut from outputs. */
export const ELEMENT_BYTES = 32
export const OUTPUT_BYTES = 64
export const PROOF_BYTES = 64
export const TAG_BYTES = 16
/** Shows that somebody has the whole output of which all that may ask know the tag. */
export const HELD_BYTES = 32
/** A record of an epoch's log: what happens with a tag (1 it comes, 0 it goes), and the tag. */
export const RECORD_BYTES = 1 + TAG_BYTES
export const RECORDS_AT_ONCE = 32_768
/** A log that grew longer than this is no log that a node goes on with: its key ends, and another one begins. */
export const RECORDS_MOST = 1 << 22

/** What the answering side signs of one key: anew whenever its tags changed. It names nobody who may ask. */
export const EpochSaid = z.strictObject({
  v,
  id: Epoch,
  from: Party,
  at: Time,
  mode: z.enum(MODES),
  type: z.enum(OPEN_TYPES),
  suite: z.literal(ASKING_SUITE),
  public: elements(ELEMENT_BYTES, [1]),
  since: Time,
  until: Time,
  records: z.int().min(0).max(RECORDS_MOST),
  head: hex(32),
})
export type EpochSaid = Omit<z.output<typeof EpochSaid>, "public"> & { public: Buffer }

const NOTE_MOST = 4096
const EPOCHS_MOST = 400
const Quota = z.int().min(0).max(QUOTA_MOST)

export const EpochsWish = z.strictObject({ v })
export const Epochs = z.strictObject({
  v,
  epochs: z.array(z.strictObject({ note: z.string().max(NOTE_MOST), quota: Quota, left: Quota })).max(EPOCHS_MOST),
})

export const TagsWish = z.strictObject({ v, epoch: Epoch, from: z.int().min(0).max(RECORDS_MOST) })

export const AskMessage = z.strictObject({ v, epoch: Epoch, blinded: elements(ELEMENT_BYTES, BATCHES) })
export const ASK_MOST = 4 * Math.ceil((BATCH_MOST * ELEMENT_BYTES) / 3) + 1024
export const AskAnswer = z.union([
  z.strictObject({
    v,
    evaluated: elements(ELEMENT_BYTES, BATCHES),
    proof: elements(PROOF_BYTES, [1]),
    left: Quota,
  }),
  z.strictObject({ v, refused: z.literal("quota"), left: Quota }),
])

/** An item by its tag, and that the whole output is known. */
const proven = { tag: hex(TAG_BYTES), held: hex(HELD_BYTES) }

export const KnowMessage = z.strictObject({
  v,
  id: id<KnowingId>("knowing"),
  epoch: Epoch,
  items: z.array(z.strictObject(proven)).min(1).max(KNOWING_ITEMS_MOST),
})
export type KnowMessage = z.output<typeof KnowMessage>

/** `taken` false: those are not items of this epoch, or the partner did not show that it has them. */
export const KnowTaken = z.strictObject({ v, taken: z.boolean() })

export const TOLD_MOST = 1024 * 1024
/** `sealed`: what is known of an item, for whoever has the output of it. */
export const ToldMessage = z.discriminatedUnion("is", [
  z.strictObject({ v, is: z.literal("declined"), id: id<KnowingId>("knowing") }),
  z.strictObject({
    ...{ v, is: z.literal("told"), id: id<KnowingId>("knowing") },
    labels: z.array(z.strictObject({ tag: hex(TAG_BYTES), sealed: z.base64().max(16_384) })).max(KNOWING_ITEMS_MOST),
  }),
])

const Contact = id<ContactId>("contact")
const line = (most: number) => z.string().refine((text) => oneLine(text) === text && text.length <= most)
/** `contact`: always as many entries as were asked for, of which none, some or all are more than chance. */
export const DeskMessage = z.discriminatedUnion("is", [
  z.strictObject({
    ...{ v, is: z.literal("contact"), epoch: Epoch },
    entries: z
      .array(z.strictObject({ id: Contact, ...proven }))
      .max(BATCH_MOST)
      .refine((entries) => (BATCHES as readonly number[]).includes(entries.length)),
  }),
  z.strictObject({ v, is: z.enum(["consent", "decline"]), id: Contact }),
  z.strictObject({ v, is: z.literal("named"), id: Contact, desk: line(DESK_NAME_MOST).min(1) }),
])
export type DeskMessage = z.output<typeof DeskMessage>
export const DESK_MOST = 1024 * 1024

/** The whole answer where there is nothing more to say. */
export const TAKEN = { v: 1, taken: true } as const

const TITLE = "comity/match-epoch/v1"

export function signEpoch(said: EpochSaid, signer: Signer): string {
  const text = { ...said, public: said.public.toString("base64") }
  return signNote(`${TITLE}\n${canonicalize(text as Json)}\n`, { name: said.from, signer })
}

/** Throws `invalid peer.body`, and what `openNote` throws. */
export function openEpoch(note: string, by: PartyId, keys: readonly Buffer[]): EpochSaid {
  const { text } = openNote(
    note,
    keys.map((key) => verifierOf(by, key)),
  )
  const [first, body = "", last, ...rest] = text.split("\n")
  if (first !== TITLE || last !== "" || rest.length > 0) throw new ComityError("invalid", "peer.body")
  const said = parseBody(EpochSaid, Buffer.from(body))
  if (said.from !== by || said.until <= said.since) throw new ComityError("invalid", "peer.body")
  return said
}
