import { refang } from "../../stix/index.ts"
import type { SearchQuery } from "./model.ts"
import {
  BREAK,
  type FacetKind,
  facetToken,
  HEAD_MOST,
  headToken,
  type Part,
  pairsOf,
  partsOf,
  plain,
  sequenceOf,
  wordsOf,
} from "./words.ts"

/** What FTS5 is asked: an expression, nothing at all (everything fits), or what nothing can fit. */
export type Match = { is: "any" } | { is: "none" } | { is: "expression"; text: string }

const TEXT_MOST = 1000
const TERMS_MOST = 24
const VALUES_MOST = 100
const QUOTES = /[“”„‟«»「」『』＂]/g
const ITEM = /"([^"]*)"?|([^\s"]+)/gu
const ID = /^[a-z0-9-]{1,250}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** `collections` are the keys of the collections that the query names. */
export function compile(query: SearchQuery, collections: readonly number[]): Match {
  const asked = query.text.trim() !== "" && idIn(query.text) === null
  const terms = asked ? termsOf(query.text) : []
  if (asked && terms.length === 0) return { is: "none" } // nothing but signs
  const all = [...terms, ...facetsOf(query, collections)]
  return all.length === 0 ? { is: "any" } : { is: "expression", text: all.join(" AND ") }
}

/** The id, if the whole text is one. */
export function idIn(text: string): string | null {
  const id = text.slice(0, TEXT_MOST).trim().toLowerCase()
  return ID.test(id) ? id : null
}

function facetsOf(query: SearchQuery, collections: readonly number[]): string[] {
  const groups: string[] = []
  const add = (kind: FacetKind, values: readonly string[]) => {
    const tokens = values.slice(0, VALUES_MOST).map((value) => `"${facetToken(kind, value)}"`)
    groups.push(tokens.length === 1 ? (tokens[0] ?? "") : `(${tokens.join(" OR ")})`)
  }
  if (query.types.length > 0) add("type", query.types)
  if (query.markings.length > 0) add("marking", query.markings)
  if (query.origins.length > 0) add("origin", query.origins)
  // A collection that is not there holds nothing: key 0 does not occur.
  if (query.collections.length > 0) add("collection", (collections.length > 0 ? collections : [0]).map(String))
  if (query.revoked !== "any") add("revoked", [query.revoked])
  return groups
}

/** One FTS5 term for each word and phrase, at most so many. */
export function termsOf(text: string): string[] {
  const clean = plain(refang(text.slice(0, TEXT_MOST).replace(QUOTES, '"').toWellFormed()))
  const items = [...clean.matchAll(ITEM)].slice(0, TERMS_MOST)
  const terms = items.flatMap(([, phrase, word], i) => {
    if (word === undefined) return phraseTerm(phrase ?? "")
    return wordTerms(partsOf(word), i === items.length - 1)
  })
  return [...new Set(terms)]
}

/** Nothing that the tokenizer would see: in a conjunction such a term would fit nothing. */
function isEmpty(text: string): boolean {
  return wordsOf(text).length === 0
}

/** Quotes never reach FTS5 but around the whole: within, every sign but letters and digits only divides words. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', " ")}"`
}

function phraseTerm(phrase: string): string[] {
  const sequence = sequenceOf(phrase, null).trim()
  const open = sequence.endsWith(BREAK) ? sequence.slice(0, -BREAK.length).trim() : sequence
  return isEmpty(open) ? [] : [quoted(open)]
}

function wordTerms(parts: readonly Part[], last: boolean): string[] {
  return parts.flatMap((part, i) => {
    if (part.run) return [quoted(pairsOf(part.text))]
    if (isEmpty(part.text)) return []
    return [last && i === parts.length - 1 ? beginningTerm(part.text) : quoted(part.text)]
  })
}

/**
 * Few letters begin too many words: they are looked for among the beginnings of names, and as words by themselves
 * everywhere. `198.51.100.7` is a phrase whose last word is as short, and stands for itself only.
 */
function beginningTerm(text: string): string {
  const words = wordsOf(text)
  const last = words.at(-1) ?? ""
  if ([...last].length > HEAD_MOST) return `${quoted(text)} *`
  return words.length > 1 ? quoted(text) : `(${quoted(last)} OR ${quoted(headToken(last))})`
}
