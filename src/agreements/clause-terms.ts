import { z } from "zod"
import { DEFAULT_TERMS, Matching, TERM_NAMES, type TermName, Terms } from "../policy/index.ts"

const { v: _, audience, objects, duties, matching: __, ...rest } = Terms.shape

/** Terms that a clause settles, each by its name; an agreement settles each once, or leaves it as it is without one. */
export const ClauseTerms = z
  .strictObject({ ...audience.shape, ...objects.shape, ...duties.shape, ...rest, matching: Matching })
  .partial()
  .refine((terms) => Object.keys(terms).length > 0)
export type ClauseTerms = z.output<typeof ClauseTerms>

/** What of a text settles terms. */
type Settling = { articles: readonly { clauses: readonly { terms: ClauseTerms | null }[] }[] }

/** The names of the terms that a clause settles, in the order of the vocabulary. */
export function settledBy(terms: ClauseTerms | null): TermName[] {
  return terms === null ? [] : TERM_NAMES.filter((name) => terms[name] !== undefined)
}

/**
 * What nodes enforce under a text: what its clauses settle, and for the rest what holds where nobody agreed. `instead`:
 * terms that stand in the place of the text's.
 */
export function termsOf({ articles }: Settling, instead: Partial<ClauseTerms> = {}): Terms {
  const said: ClauseTerms = Object.assign(
    {},
    ...articles.flatMap(({ clauses }) => clauses.map(({ terms }) => terms ?? {})),
    instead,
  )
  const pick = <Part extends object>(part: Part): Part =>
    Object.fromEntries(
      Object.entries(part).map(([name, value]) => [name, name in said ? said[name as TermName] : value]),
    ) as Part
  const { audience: readers, objects: things, duties: owed, ...plain } = DEFAULT_TERMS
  const groups = { audience: pick(readers), objects: pick(things), duties: pick(owed) }
  const { matching = [] } = said
  return Terms.parse({ ...pick(plain), ...groups, ...(matching.length === 0 ? {} : { matching }) })
}

/** What nodes enforce where only these terms are settled. */
export function termsBy(terms: ClauseTerms): Terms {
  return termsOf({ articles: [] }, terms)
}

/** Terms that more than one clause settles: nobody could say which of them holds. */
export function settledTwice({ articles }: Settling): TermName[] {
  const all = articles.flatMap(({ clauses }) => clauses.flatMap(({ terms }) => settledBy(terms)))
  return [...new Set(all.filter((name, i) => all.indexOf(name) !== i))]
}

/** Whether a node enforces anything of a text; else people alone keep it. */
export function isEnforced({ articles }: Settling): boolean {
  return articles.some(({ clauses }) => clauses.some(({ terms }) => terms !== null))
}
