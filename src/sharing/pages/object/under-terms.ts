import { type Html, html, notice, section, visible } from "../../../http/index.ts"
import { articleText, type HeldUnder, type TermName, termSentences } from "../../../policy/index.ts"
import { partnerShown } from "../partners.ts"
import type { Gathered } from "./gathering.ts"
import type { Showing } from "./showing.ts"

/** What binds this node itself, beside the time. */
const TERMS: readonly TermName[] = ["purposes", "onward"]

/** Until when a partner lets this node keep the object, what it may be used for and passed on to, and what says so. */
export function underTermsShown(showing: Showing, { heldUnder, partners }: Gathered): Html | null {
  if (heldUnder.length === 0) return null
  const { t } = showing
  const items = heldUnder.map((one) => {
    const of = html`<a href="/share/collections/${one.collection.id}">${visible(one.collection.title)}</a> · ${partnerShown(partners, one.party)}`
    return html`<li>${of}${oneShown(showing, one, partners)}</li>`
  })
  return section(t("object.under-terms"), html`<ul class="plain-list">${items}</ul>`, "under-terms")
}

function oneShown(
  { t, format, instrument }: Showing,
  { terms, until, articles }: HeldUnder,
  partners: Gathered["partners"],
): Html {
  if (terms === null) return notice(t("object.terms-unknown"), "warning")
  const names = { ...format, instrument, party: (id: string) => partners.get(id) ?? id }
  const said = (term: TermName, sentence: string) => {
    const article = articles[term]
    return article === undefined
      ? sentence
      : t("release.why.by-article", { sentence, article: articleText(t, article) })
  }
  const kept =
    until === null
      ? t("object.kept-on")
      : t("object.kept-until", { time: format.timeText(until), days: terms.retention ?? 0 })
  const rest = termSentences(t, terms, names).filter(({ term }) => TERMS.includes(term))
  const lines = [said("retention", kept), ...rest.map(({ term, text }) => said(term, text))]
  return html`<ul class="plain-list small">${lines.map((line) => html`<li>${visible(line)}</li>`)}</ul>`
}
