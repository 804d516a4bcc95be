import type { ClauseTerms } from "./clause-terms.ts"
import { type AgreementText, type Article, type Clause, newPart, type TextParty, type Words } from "./model.ts"

/** What stands around the articles. */
export type Frame = {
  nature: AgreementText["nature"]
  languages: AgreementText["languages"]
  title: Words
  parties: readonly TextParty[]
}

export function emptyText(frame: Frame): AgreementText {
  return framed({ v: 1, nature: frame.nature, languages: [], title: {}, parties: [], articles: [] }, frame)
}

/** Words in a language that is no longer authentic go with it. */
export function framed(text: AgreementText, { nature, languages, title, parties }: Frame): AgreementText {
  const kept = (words: Words) => wordsIn(languages, words)
  const articles = text.articles.map(({ id, heading, clauses }) => ({
    ...{ id, heading: kept(heading) },
    clauses: clauses.map((clause) => ({ ...clause, text: kept(clause.text) })),
  }))
  return { v: 1, nature, languages: [...languages], title: kept(title), parties: [...parties], articles }
}

/** An article as it was typed: clauses with the id they have, or null for a new one. */
export type TypedArticle = { heading: Words; clauses: readonly { id: string | null; text: Words }[] }

/**
 * Puts what was typed in place of the article, or behind the last one. What has no words left goes: a clause, and an
 * article without heading and clauses. Null as id where it went.
 */
export function withArticle(
  text: AgreementText,
  id: string | null,
  typed: TypedArticle,
): { text: AgreementText; id: string | null } {
  const before = text.articles.find((one) => one.id === id)
  const clauses = typed.clauses.flatMap((clause) => clauseOf(text, before, clause))
  const heading = wordsIn(text.languages, typed.heading)
  const isGone = clauses.length === 0 && Object.keys(heading).length === 0
  const article: Article = { id: before?.id ?? newPart(), heading, clauses }
  if (before === undefined) {
    return isGone ? { text, id: null } : { text: { ...text, articles: [...text.articles, article] }, id: article.id }
  }
  const articles = text.articles.flatMap((one) => (one !== before ? [one] : isGone ? [] : [article]))
  return { text: { ...text, articles }, id: isGone ? null : article.id }
}

function clauseOf(
  { languages }: AgreementText,
  before: Article | undefined,
  typed: TypedArticle["clauses"][number],
): Clause[] {
  const known = before?.clauses.find(({ id }) => id === typed.id)
  const text = wordsIn(languages, typed.text)
  if (Object.keys(text).length === 0) return []
  return [{ id: known?.id ?? newPart(), text, terms: known?.terms ?? null }]
}

function wordsIn(languages: readonly string[], words: Words): Record<string, string> {
  const pairs = languages.map((language) => [language, tidy(words[language] ?? "")] as const)
  return Object.fromEntries(pairs.filter(([, said]) => said !== ""))
}

/** As typed, without what nobody would see; composed, so that the same words are the same text. */
export function tidy(typed: string): string {
  return typed
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll("\t", " ")
    .replaceAll(/(?!\n)\p{Cc}/gu, "")
    .trim()
}

/** One place towards the start or the end; at the edge nothing changes. */
export function moved<One extends { id: string }>(list: readonly One[], id: string, by: 1 | -1): One[] {
  const from = list.findIndex((one) => one.id === id)
  const to = from + by
  const [one, other] = [list[from], list[to]]
  if (one === undefined || other === undefined) return [...list]
  return list.map((each, i) => (i === from ? other : i === to ? one : each))
}

/** The clause with other terms; null where nodes enforce nothing of it. */
export function withTerms(text: AgreementText, clause: string, terms: ClauseTerms | null): AgreementText {
  const articles = text.articles.map((article) => ({
    ...article,
    clauses: article.clauses.map((one) => (one.id === clause ? { ...one, terms } : one)),
  }))
  return { ...text, articles }
}
