import { canonicalize, type Json } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import type { PartyId } from "../parties/index.ts"
import type { Terms } from "../policy/index.ts"
import type { ClauseTerms } from "./clause-terms.ts"
import type { AgreementText } from "./model.ts"
import { narrowedBetween, termsFor } from "./reserving.ts"

/** Readers for whom the same terms count. `part` is empty for those between whom and this party nothing is reserved. */
export type Part = { part: string; terms: Terms; readers: readonly PartyId[] }

/** Another party, and what it narrows by its reservations. */
export type Reserving = { party: PartyId; narrowed: ClauseTerms | null }

/** How reservations split the readers of a text; with whom they leave nothing that both allow is in none. */
export function partsBetween(
  text: AgreementText,
  mine: ClauseTerms | null,
  others: readonly Reserving[],
): { parts: Part[]; none: PartyId[] } {
  const all = others.map(({ party, narrowed }) => ({ party, both: narrowedBetween(text, mine, narrowed) }))
  const some = all.flatMap(({ party, both }) => (both === undefined ? [] : [{ party, both }]))
  const parts = [...Map.groupBy(some, ({ both }) => partOf(both))].map(([part, readers]) => ({
    ...{ part, terms: termsFor(text, readers[0]?.both ?? null) },
    readers: readers.map(({ party }) => party),
  }))
  return { parts, none: all.flatMap(({ party, both }) => (both === undefined ? [party] : [])) }
}

/** Readers with the same reservations share a collection, in this version and in those that follow. */
function partOf(narrowed: ClauseTerms | null): string {
  return narrowed === null ? "" : sha256(`comity/reserved/v1\n${canonicalize(narrowed as Json)}`).toString("base64")
}
