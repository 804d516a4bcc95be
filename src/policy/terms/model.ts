import { z } from "zod"
import { canonicalize } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { isPlace } from "../../kernel/places.ts"
import { formatInstant, type Instant } from "../../kernel/time.ts"
import { type PartyId, partyKinds } from "../../parties/index.ts"
import { INDUSTRY_SECTORS, type Tlp, typeOfId } from "../../stix/index.ts"

/** The eleven classes of the Reference Security Incident Taxonomy (RSIT, ENISA; MISP taxonomy `rsit` version 1003). */
export const INCIDENT_CLASSES = [
  ...["abusive-content", "malicious-code", "information-gathering", "intrusion-attempts", "intrusions"],
  ...["availability", "information-content-security", "fraud", "vulnerable", "other", "test"],
] as const
/** Marks that terms may let in, from the widest audience to the narrowest; RED never enters a shared collection. */
export const CEILINGS = ["clear", "green", "amber", "amber+strict"] as const
/** Permissible actions (PAP), from what allows most to what allows least. */
export const ACTIONS = ["clear", "green", "amber", "red"] as const
export const PURPOSES = ["defence", "investigation", "evidence", "research", "notification"] as const
/** To whom a receiver may pass things on, from nobody to most; each includes the ones before. */
export const ONWARD = ["none", "agreement", "constituents", "marked"] as const
/** What is compared with a partner's only where an agreement says so: items of these types name people. */
export const MATCHED = ["person", "phone", "case"] as const

export type IncidentClass = (typeof INCIDENT_CLASSES)[number]
export type Pap = (typeof ACTIONS)[number]
export type Purpose = (typeof PURPOSES)[number]
export type Onward = (typeof ONWARD)[number]
export type Matched = (typeof MATCHED)[number]

const LIST_MOST = 200
const SAFEGUARD_MOST = 500
const DAYS_MOST = 36_525
const HOURS_MOST = 8784

/** A set in one spelling: each once, in the order of their code units; the empty one would allow nothing and is none. */
const setOf = <Item extends string>(item: z.ZodType<Item, Item>) =>
  z
    .array(item)
    .min(1)
    .max(LIST_MOST)
    .transform((items) => [...new Set(items)].sort())
const optional = <Item extends string>(item: z.ZodType<Item, Item>) => setOf(item).nullable()
const days = z.int().min(1).max(DAYS_MOST).nullable()
const hours = z.int().min(1).max(HOURS_MOST).nullable()
const isParty = (text: string): text is PartyId => typeOfId(text) === "identity" && text === text.toLowerCase()
/** Ids of instruments in the facts of law; a node whose facts know no such one lets nothing go by it. */
const instrument = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/)
const TYPE = /^[a-z][a-z0-9-]{1,248}[a-z0-9]$/

const Personal = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("forbid") }),
  z.strictObject({ is: z.literal("redact") }),
  z.strictObject({ is: z.literal("allow"), safeguard: lineOf(SAFEGUARD_MOST), instrument: instrument.nullable() }),
])

const MatchingRow = z.strictObject({
  type: z.enum(MATCHED),
  purpose: z.enum(PURPOSES),
  /** The law on which each party rests it, and what protects those whom it concerns: words that people sign. */
  basis: lineOf(SAFEGUARD_MOST),
  safeguard: lineOf(SAFEGUARD_MOST),
})
export type MatchingRow = z.output<typeof MatchingRow>

/**
 * What members of an agreement may match beside what everybody may: one row for a type and a purpose, in the order of
 * these words, since nobody could say which of two would hold. None at all allows nothing, as where the term is missing.
 */
export const Matching = z
  .array(MatchingRow)
  .max(MATCHED.length * PURPOSES.length)
  .transform((rows) => rows.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)))
  .refine((rows) => new Set(rows.map(placeOf)).size === rows.length)

const placeOf = ({ type, purpose }: MatchingRow) => `${type} ${purpose}`

/**
 * What a node enforces for one shared collection. Closed: what is not written here cannot be said, and a text of another
 * version is not understood, so nothing is released under it. `null` means "not limited".
 */
export const Terms = z.strictObject({
  v: z.literal(1),
  audience: z.strictObject({
    parties: optional(z.custom<PartyId>((text) => typeof text === "string" && isParty(text))),
    kinds: optional(z.enum(partyKinds)),
    places: optional(z.string().refine(isPlace)),
    /** By each of these everyone who reads is bound, in each of its places. */
    bound: optional(instrument),
    /** Readers are not told who else reads. */
    confidential: z.boolean(),
  }),
  objects: z.strictObject({
    types: optional(z.string().regex(TYPE)),
    sectors: optional(z.enum(INDUSTRY_SECTORS)),
    incidents: optional(z.enum(INCIDENT_CLASSES)),
  }),
  marking: z.enum(CEILINGS),
  actions: z.enum(ACTIONS).nullable(),
  purposes: setOf(z.enum(PURPOSES)),
  personal: Personal,
  attribution: z.enum(["named", "hidden"]),
  onward: z.enum(ONWARD),
  retention: days,
  duties: z.strictObject({ acknowledge: hours, answer: hours, sightings: days }),
  /** The first and the last day, UTC. */
  start: z.iso.date().nullable(),
  end: z.iso.date().nullable(),
  notice: z.int().min(0).max(DAYS_MOST),
  urgent: z.boolean(),
  /** Missing where nothing is allowed, so that terms without it are the text that they always were. */
  matching: z.exactOptional(Matching.refine((rows) => rows.length > 0)),
})
export type Terms = z.output<typeof Terms>

/** Parts of terms, as reasons and sentences name them. */
export const TERM_NAMES = [
  ...["parties", "kinds", "places", "bound", "confidential", "types", "sectors", "incidents", "marking", "actions"],
  ...["purposes", "personal", "attribution", "onward", "retention", "acknowledge", "answer", "sightings"],
  ...["start", "end", "notice", "urgent", "matching"],
] as const
export type TermName = (typeof TERM_NAMES)[number]

/** The safeguard that everybody has: a word of the vocabulary, which each reader gets in the own language. */
export const USUAL_SAFEGUARD = "the law that binds each party"

/**
 * What holds where nobody agreed on anything else: the owner's own objects, marked no higher than GREEN, for defence
 * and investigation, passed on to nobody.
 */
export const DEFAULT_TERMS: Terms = {
  v: 1,
  audience: { parties: null, kinds: null, places: null, bound: null, confidential: true },
  objects: { types: null, sectors: null, incidents: null },
  marking: "green",
  actions: null,
  purposes: ["defence", "investigation"],
  personal: { is: "allow", safeguard: USUAL_SAFEGUARD, instrument: null },
  attribution: "named",
  onward: "none",
  retention: null,
  duties: { acknowledge: null, answer: null, sightings: null },
  start: null,
  end: null,
  notice: 0,
  urgent: false,
}

/** The one spelling of terms: RFC 8785. Throws `invalid terms.malformed` for what are no terms of version 1. */
export function termsText(terms: Terms): string {
  const read = Terms.safeParse(terms)
  if (!read.success) throw new ComityError("invalid", "terms.malformed", {}, read.error)
  return canonicalize(read.data)
}

/** Null for anything but the one spelling of terms that this node understands. */
export function readTerms(text: string): Terms | null {
  const terms = Terms.safeParse(parsed(text)).data
  return terms !== undefined && canonicalize(terms) === text ? terms : null
}

/** Base64 SHA-256 of `comity/terms/v1`, a line end and the text. */
export function termsHash(text: string): string {
  return sha256("comity/terms/v1\n", text).toString("base64")
}

/** The instruments of which the law must say who is bound by them before anything goes under these terms. */
export function instrumentsIn({ audience: { bound }, personal }: Terms): string[] {
  const safeguarding = personal.is === "allow" && personal.instrument !== null ? [personal.instrument] : []
  return [...new Set([...(bound ?? []), ...safeguarding])]
}

/** The strictest mark that a collection under these terms serves; the widest audience's alone where nobody knows. */
export function ceilingOf(kept: { text: string } | null): Tlp {
  return (kept === null ? null : readTerms(kept.text))?.marking ?? "clear"
}

/** Whether the last day of terms is over. */
export function isOver(kept: { text: string } | null, now: Instant): boolean {
  const terms = kept === null ? null : readTerms(kept.text)
  return terms !== null && terms.end !== null && formatInstant(now).slice(0, 10) > terms.end
}

/** Terms as a collection keeps them. */
export function keptTerms(terms: Terms): { hash: string; text: string } {
  const text = termsText(terms)
  return { hash: termsHash(text), text }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** One line of text in words; what turns the order of letters cannot be signed. */
function lineOf(most: number) {
  const turning = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u{061C}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}]/u
  return z
    .string()
    .min(1)
    .max(most)
    .refine((text) => text === text.trim() && text.isWellFormed() && !turning.test(text))
}
