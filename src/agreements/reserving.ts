import { canonicalize, type Json } from "../kernel/canonical.ts"
import { isNarrower, type TermName, type Terms } from "../policy/index.ts"
import { ClauseTerms, settledBy, termsOf } from "./clause-terms.ts"
import { type AgreementText, type Clause, clausesOf } from "./model.ts"

// docs/protocol/agreements.md, "Reservations"

/** What a party reserves to a clause; `terms`: what of it the nodes of the others enforce towards this party. */
export type Reservation = { clause: string; text: string; terms?: ClauseTerms | undefined }

/** Terms of a clause that may be narrower for one party; how long before it may leave is the same for all. */
export function reservableIn({ terms }: Clause): TermName[] {
  return settledBy(terms).filter((name) => name !== "notice")
}

/**
 * The terms that a reservation to a clause narrows, each as it is narrower; null where it changes nothing that nodes
 * enforce, or says what no reservation can: other terms than those of the clause, or wider ones.
 */
export function narrowedBy(text: AgreementText, { clause: id, terms }: Omit<Reservation, "text">): ClauseTerms | null {
  const clause = clausesOf(text).find((one) => one.id === id)
  if (clause === undefined || terms === undefined || !isReservation(text, clause, terms)) return null
  const changed = settledBy(terms).filter((name) => spelt(terms[name]) !== spelt(clause.terms?.[name]))
  const parsed = ClauseTerms.safeParse(Object.fromEntries(changed.map((name) => [name, terms[name]])))
  return parsed.success ? parsed.data : null
}

function spelt(value: ClauseTerms[TermName]): string {
  return canonicalize((value ?? null) as Json)
}

/** Whether terms can be reserved to a clause: it settles all of them, and none would be wider. */
export function isReservation(text: AgreementText, clause: Clause, terms: ClauseTerms): boolean {
  const own = reservableIn(clause)
  return settledBy(terms).every((name) => own.includes(name)) && isNarrower(termsOf(text, terms), termsOf(text))
}

/** All that these reservations narrow, in one; null where it is nothing. */
export function narrowedByAll(text: AgreementText, reservations: readonly Reservation[]): ClauseTerms | null {
  const all = reservations.flatMap((one) => narrowedBy(text, one) ?? [])
  return all.length === 0 ? null : Object.assign({}, ...all)
}

/** What nodes enforce towards a party that signed with these reservations. */
export function termsFor(text: AgreementText, narrowed: ClauseTerms | null): Terms {
  return termsOf(text, narrowed ?? {})
}

/**
 * What two parties narrow between them, whichever of them gives: a reservation counts in both directions (Vienna
 * Convention on the Law of Treaties, Article 21(1)). Undefined where they leave nothing that both allow.
 */
export function narrowedBetween(
  text: AgreementText,
  one: ClauseTerms | null,
  other: ClauseTerms | null,
): ClauseTerms | null | undefined {
  if (one === null || other === null) return one ?? other
  const both: [string, unknown][] = []
  for (const name of settledBy({ ...one, ...other })) {
    const found = candidates(one[name], other[name]).find((value) => {
      const terms = ClauseTerms.safeParse({ [name]: value }).data
      return terms !== undefined && [one, other].every((side) => isWithin(text, terms, name, side[name]))
    })
    if (found === undefined) return undefined
    both.push([name, found])
  }
  return ClauseTerms.safeParse(Object.fromEntries(both)).data
}

/** Either of them, what two lists share, or all of both; of personal data what nobody can narrow further. */
function candidates(one: unknown, other: unknown): unknown[] {
  if (one === undefined) return [other]
  if (other === undefined) return [one]
  if (!Array.isArray(one) || !Array.isArray(other)) return [one, other, { is: "forbid" }]
  const others = new Set(other.map((item) => canonicalize(item as Json)))
  return [one, other, one.filter((item) => others.has(canonicalize(item as Json))), [...one, ...other]]
}

/** Whether terms are no wider than this one of a party's, which may say nothing of it. */
function isWithin(text: AgreementText, terms: ClauseTerms, name: TermName, said: unknown): boolean {
  if (said === undefined) return true
  const limit = ClauseTerms.safeParse({ [name]: said }).data
  return limit !== undefined && isNarrower(termsOf(text, terms), termsOf(text, limit))
}
