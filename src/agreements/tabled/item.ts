import { z } from "zod"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { isUuid, newUuid } from "../../kernel/ids.ts"
import { formatInstant, type Instant, parseInstant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import { type Tlp, tlpMarkingId } from "../../stix/index.ts"
import { isGood, SignedAct } from "../acts/model.ts"
import { ClauseTerms } from "../clause-terms.ts"
import { lackingIn } from "../lacking.ts"
import { AgreementText, CLAUSE_MOST, LanguageCode, Part, Party, TextHash, textOf } from "../model.ts"

// docs/protocol/agreements.md, "What is tabled"

export const ITEM_TYPE = "comity-agreement"
/** docs/protocol/agreement-extension.json */
export const ITEM_EXTENSION = "extension-definition--2b1d4c7e-93a6-4f0c-8d7e-61c4b0a95f28"

/** An object of one author's; the first one of a negotiation names it. */
export type ItemId = `comity-agreement--${string}`
const isItem = (text: string): text is ItemId => text.startsWith(`${ITEM_TYPE}--`) && isUuid(text.slice(18))
export const ItemName = z.string().refine(isItem)

export const positions = ["accept", "reserve", "object"] as const
export type Position = (typeof positions)[number]

const words = z.record(LanguageCode, textOf(CLAUSE_MOST))
const said = textOf(CLAUSE_MOST)

/** What an author tables: nothing of it ever changes; a later word takes an earlier one's place. */
export const Says = z.discriminatedUnion("is", [
  SignedAct.extend({ is: z.literal("act") }),
  /** A whole text; `base` is the hash of the one from which it goes on, null for the first. */
  z.strictObject({ is: z.literal("text"), text: AgreementText, base: TextHash.nullable(), note: said }),
  /** On an article or a clause, or with `part` null on the whole text. */
  z.strictObject({ is: z.literal("comment"), on: TextHash, part: Part.nullable(), text: said.min(1) }),
  /** Other words for a clause, shown in square brackets. */
  z.strictObject({ is: z.literal("alternative"), on: TextHash, clause: Part, text: words, reason: said }),
  z.strictObject({
    is: z.literal("position"),
    on: TextHash,
    clause: Part,
    /** Null takes an earlier one back. */
    position: z.enum(positions).nullable(),
    text: said,
    /** With a reservation: the terms of the clause that it narrows for its party. */
    terms: ClauseTerms.optional(),
  }),
  /** A comment or an alternative of one's own does not stand any more. */
  z.strictObject({ is: z.literal("taken-back"), item: ItemName }),
])
export type Says = z.output<typeof Says>

const Tabled = z.looseObject({
  type: z.literal(ITEM_TYPE),
  id: ItemName,
  created_by_ref: Party,
  created: z.string(),
  modified: z.string(),
  negotiation_ref: ItemName,
  says: Says,
})

/** One thing that was tabled, as every member of the negotiation holds it. */
export type Item = {
  id: ItemId
  negotiation: ItemId
  party: PartyId
  /** When, by the author's clock. */
  at: Instant
  says: Says
}

export function newItemId(): ItemId {
  return `${ITEM_TYPE}--${newUuid()}`
}

/** The object's bytes, RFC 8785. */
export function itemBytes({ id, negotiation, party, at, says }: Item, marking: Tlp): Buffer {
  const time = timeText(at)
  const object = {
    ...{ type: ITEM_TYPE, spec_version: "2.1", id, created: time, modified: time, created_by_ref: party },
    object_marking_refs: [tlpMarkingId(marking)],
    extensions: { [ITEM_EXTENSION]: { extension_type: "new-sdo" } },
    ...{ negotiation_ref: negotiation, says: says as Json },
  }
  return Buffer.from(canonicalize(object))
}

/** Null for what this version cannot read, which then counts for nothing; `origin` is from whom the node has it. */
export function readItem(bytes: Uint8Array, origin: string): Item | null {
  const parsed = Tabled.safeParse(jsonOf(bytes))
  if (!parsed.success) return null
  const { id, created, modified, created_by_ref: party, negotiation_ref: negotiation, says } = parsed.data
  const at = parseInstant(created)
  if (party !== origin || at === null || created !== modified) return null
  const item = { id, negotiation, party, at, says }
  if (says.is === "text" && lackingIn(says.text, party).length > 0) return null
  return says.is === "act" && !isOwnAct(item, created) ? null : item
}

/** The statement says what the object says, and the signature is good. */
function isOwnAct({ negotiation, party, says }: Item, created: string): boolean {
  if (says.is !== "act") return false
  const { statement } = says
  return statement.negotiation === negotiation && statement.party === party && statement.at === created && isGood(says)
}

/** STIX 2.1 section 3.2 orders versions by the millisecond. */
function timeText(at: Instant): string {
  return `${formatInstant(at).slice(0, -4)}Z`
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch {
    return null
  }
}
