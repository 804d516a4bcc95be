import { z } from "zod"
import { ComityError } from "../../kernel/errors.ts"
import type { Id } from "../../kernel/ids.ts"
import { isPlace } from "../../kernel/places.ts"
import type { Instant } from "../../kernel/time.ts"
import { TYPE_NAMES, typeOfId } from "../../stix/index.ts"

export type RefusalId = Id<"refusal">

export const REFUSAL_KINDS = ["place", "party", "object-kind"] as const
export type RefusalKind = (typeof REFUSAL_KINDS)[number]

/** Kinds of object that may be refused: what export control names and STIX has no type for, then the types of STIX. */
export const OBJECT_KINDS: readonly string[] = ["exploit-code", "malware-sample", ...TYPE_NAMES]

/** One thing that this node refuses. The list only tightens: what is not on it is not thereby allowed. */
export type Refusal = {
  id: RefusalId
  kind: RefusalKind
  /** A code of ISO 3166-1 or `EU`; a name, or the id of a STIX identity; one of `OBJECT_KINDS`. */
  value: string
  reason: string | null
  source: string
  /** Since when its source says so, `YYYY-MM-DD`. It counts from `addedAt` on. */
  since: string
  /** Commitment of the person; null where the command line did it. */
  addedBy: string | null
  addedAt: Instant
}

/** What somebody who is asked why must be able to say. */
export type Refused = Pick<Refusal, "id" | "value" | "reason" | "source" | "since">

export const REFUSALS_MOST = 1000
export const VALUE_MOST = 200
export const TEXT_MOST = 500

/** One line; what cannot be seen in it is shown by its name, since some scripts need joiners in names. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, "refusal.unusable-text")

const isDate = (text: string) => z.iso.date().safeParse(text).success

/** An entry as somebody writes it; `readValue` then settles what it names. Without `since` it is the day of adding. */
export const RefusalWish = z.strictObject({
  kind: z.enum(REFUSAL_KINDS),
  value: line(VALUE_MOST).min(1),
  source: line(TEXT_MOST).min(1, "refusal.no-source"),
  reason: line(TEXT_MOST)
    .default("")
    .transform((text) => (text === "" ? null : text)),
  since: z
    .string()
    .trim()
    .default("")
    .refine((text) => text === "" || isDate(text), "refusal.no-date")
    .transform((text) => (text === "" ? null : text)),
})
export type RefusalWish = z.infer<typeof RefusalWish>

/** Other letters may turn into these when they change case: `\u017f` into `S`. */
const ASCII = /^[\x21-\x7e]+$/

/** The value as it is kept. Throws `invalid refusal.place`, `invalid refusal.party`, `invalid refusal.object-kind`. */
export function readValue(kind: RefusalKind, text: string): string {
  if (kind === "place") {
    const code = text.toUpperCase()
    if (!ASCII.test(text) || !isPlace(code)) throw new ComityError("invalid", "refusal.place")
    return code
  }
  if (kind === "object-kind") {
    const name = text.toLowerCase()
    if (!ASCII.test(text) || !OBJECT_KINDS.includes(name)) throw new ComityError("invalid", "refusal.object-kind")
    return name
  }
  const id = text.toLowerCase()
  if (!id.startsWith("identity--")) return text.normalize("NFC")
  if (typeOfId(id) !== "identity") throw new ComityError("invalid", "refusal.party")
  return id
}

const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** Values with the same key are one: nobody escapes the list by capitals, blanks, wide letters or unseen characters. */
export function comparedValue(value: string): string {
  return value.normalize("NFKC").replace(UNSEEN, "").replace(/\s+/g, " ").trim().toLowerCase()
}
