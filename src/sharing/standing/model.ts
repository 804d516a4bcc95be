import { z } from "zod"
import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { CollectionId } from "../../library/index.ts"
import { INDUSTRY_SECTORS, TLP_LEVELS, type Tlp } from "../../stix/index.ts"

export type RuleId = Id<"rule">

/** What fits a rule; null fits any. `inboxes`: where it came in. */
export type Fits = {
  types: readonly string[] | null
  markings: readonly Tlp[] | null
  sectors: readonly string[] | null
  inboxes: readonly CollectionId[] | null
}

/**
 * What goes by itself into one shared collection, by the decision of the officer who made the rule: it chooses, and
 * decides nothing. Each object is judged as in any other release.
 */
export type Rule = Fits & {
  key: number
  id: RuleId
  title: string
  active: boolean
  collection: CollectionId
  /** Commitment of the officer; null where a command made it. */
  madeBy: string | null
  madeAt: Instant
  lastRunAt: Instant | null
  lastRelease: string | null
}

const TYPE = /^[a-z][a-z0-9-]{1,248}[a-z0-9]$/
const LIST_MOST = 200
const some = <Item>(item: z.ZodType<Item>) =>
  z
    .array(item)
    .max(LIST_MOST)
    .default([])
    .transform((items) => (items.length === 0 ? null : [...new Set(items)]))

/** What a person or a command wishes; an empty list fits any. */
export const RuleWish = z.strictObject({
  title: z.string().trim().min(1).max(200),
  collection: z.string().min(1).max(100),
  types: some(z.string().trim().toLowerCase().regex(TYPE)),
  markings: some(z.enum(TLP_LEVELS)),
  sectors: some(z.enum(INDUSTRY_SECTORS)),
  inboxes: some(z.string().max(100)),
  /** Also what is in the inboxes already. */
  existing: z.boolean().default(false),
})
export type RuleWish = z.output<typeof RuleWish>

/** What of an object version a rule looks at. */
export type Fitting = { type: string; marking: Tlp | null; sectors: readonly string[] }

export function fits({ types, markings, sectors }: Omit<Fits, "inboxes">, object: Fitting): boolean {
  return (
    (types === null || types.includes(object.type)) &&
    (markings === null || (object.marking !== null && markings.includes(object.marking))) &&
    (sectors === null || object.sectors.some((sector) => sectors.includes(sector)))
  )
}
