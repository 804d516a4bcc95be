import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { SearchQuery } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Purpose, ReleaseFacts, ReleaseReasonCode, Terms } from "../../policy/index.ts"
import { ITEM_REFUSALS, type ItemRefusal } from "../items/refusals.ts"
import type { ItemType } from "../items/types.ts"

export type ListId = Id<"list">
/** What of the library is looked for; its order and pages do not matter. */
export type ListQuery = Omit<SearchQuery, "sort" | "after" | "limit">

/** A selection of the library that somebody saved to be matched: what to look for, not what was found. */
export type MatchList = { id: ListId; name: string; query: ListQuery; savedAt: Instant; by: string | null }

/** Why something of a selection is not used, beside what policy says and what is no item. */
export const LIST_REASONS = [
  ...(["match-list.revoked", "match-list.expired", "match-list.copy", "match-list.not-exact"] as const),
  ...(["match-list.warned", "match-list.most", "match-list.type", "match-list.restricted"] as const),
] as const
export type ListReason = (typeof LIST_REASONS)[number]

export type ExclusionCode = ListReason | ItemRefusal | ReleaseReasonCode
const OWN_CODES: ReadonlySet<string> = new Set([...LIST_REASONS, ...ITEM_REFUSALS])
/** Whether the sentence of a reason is one of matching, not of policy. */
export function isOwnCode(code: ExclusionCode): code is ListReason | ItemRefusal {
  return OWN_CODES.has(code)
}

/** `values` complete the sentence. */
export type Exclusion = { code: ExclusionCode; values: Readonly<Record<string, string>> }
/** An object for which a reason holds. */
export type Example = { key: number; id: string; type: string; name: string }
export type Excluded = Exclusion & { count: number; examples: readonly Example[] }

/** How many are left out because they stand on warning lists. */
export function warnedAmong(excluded: readonly Excluded[]): number {
  return excluded.reduce((sum, { code, count }) => (code === "match-list.warned" ? sum + count : sum), 0)
}

/** Of one type: items that are used, and those that are not, each once and under one reason. */
export type TypeTally = { type: ItemType; used: number; excluded: readonly Excluded[] }

/** What came out of a selection. */
export type Gathered = {
  /** In the order of the sections; only types with something in them. */
  types: readonly TypeTally[]
  /** Objects that were looked at, and those of them that are and look for nothing that could be matched. */
  objects: number
  without: number
  /** Whole objects that are not used, where nobody can tell of which type their items are. */
  others: readonly Excluded[]
  /** The selection has more objects than are looked at: these are the newest. */
  cut: boolean
  /** When the first of the objects that are used expires; null: none says so. */
  until: Instant | null
}

/** What is wanted of a selection, and for whom: an item is used only if policy lets each of these parties be told. */
export type GatherWish = {
  query: ListQuery
  parties: readonly PartyId[]
  types: readonly { type: ItemType; most: number }[]
  agreement: string | null
  purpose: Purpose | null
  /** A second person agreed to this match: what policy lets go only by two is used, too. */
  approved: boolean
}

/** What decides for one party. */
export type PartyQuestion = { terms: Terms | null; facts: ReleaseFacts; purpose: Purpose }

/** `folder`: where the files go, or where room is for sorting if only a tally is wanted. */
export type GatherJob = Pick<GatherWish, "types" | "approved"> & {
  keys: Float64Array
  cut: boolean
  questions: readonly PartyQuestion[]
  self: string
  time: Instant
  folder: string
  keep: boolean
}

export type GatherStep = { done: number; total: number; gathered: Gathered | null }
