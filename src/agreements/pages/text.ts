import { type Format, type Html, html, nothing, prose, type Translate, visible, visibleText } from "../../http/index.ts"
import { termSentences } from "../../policy/index.ts"
import { type ClauseTerms, settledBy, termsBy } from "../clause-terms.ts"
import { type AgreementText, type Article, type Clause, languageFor } from "../model.ts"
import { articleWord, clauseWord } from "./words.ts"

export type Wording = { t: Translate; format: Format; instrument(id: string): string }

/** What a page may put beside each part of a text. */
export type Beside = {
  article?(article: Article): Html
  clause?(clause: Clause): Html
}

/** The articles in one authentic language; what has no words there yet says so. */
export function textShown(wording: Wording, text: AgreementText, language: string, beside: Beside = {}): Html {
  const articles = text.articles.map((article, i) => {
    const { t, format } = wording
    const heading = words(wording, article.heading, language)
    const clauses = article.clauses.map((clause, j) => {
      const number = clauseWord(t, format, { article: i + 1, clause: j + 1 })
      return html`<li id="clause-${clause.id}"><span class="quiet number">${number}</span> <div lang="${language}">${words(wording, clause.text, language, prose)}</div>${keeper(wording, text, clause)}${beside.clause?.(clause) ?? nothing}</li>`
    })
    return html`<section class="article" id="article-${article.id}"><h2>${articleWord(t, format, i + 1)} <span lang="${language}">${heading}</span></h2>
<ol class="clauses-list">${clauses}</ol>${beside.article?.(article) ?? nothing}</section>`
  })
  return html`${articles}`
}

function words({ t }: Wording, said: Clause["text"], language: string, show: (text: string) => Html = visible): Html {
  const found = said[language] ?? ""
  return found === "" ? html`<span class="quiet">${t("agreement.no-words")}</span>` : show(found)
}

/** Who sees to it that a clause is kept. */
function keeper(wording: Wording, text: AgreementText, { terms }: Clause): Html {
  if (terms === null) return html`<p class="quiet keeper">${wording.t("agreement.kept-by-people")}</p>`
  const lines = clauseSentences(wording, text, terms).map((sentence) => html`<li>${sentence}</li>`)
  return html`<div class="enforced"><p class="quiet">${wording.t("agreement.kept-by-nodes")}</p><ul>${lines}</ul></div>`
}

/** What the node will do because of the terms of one clause. */
export function clauseSentences({ t, format, instrument }: Wording, text: AgreementText, terms: ClauseTerms): string[] {
  const settled = new Set<string>(settledBy(terms))
  const party = (id: string) => visibleText(text.parties.find((one) => one.party === id)?.name ?? id)
  return termSentences(t, termsBy(terms), { ...format, party, instrument })
    .filter(({ term }) => settled.has(term))
    .map((one) => one.text)
}

/** The authentic languages to read in; none to choose where there is but one. */
export function languageChips(
  { t, format }: Wording,
  { languages }: AgreementText,
  shown: string,
  address: (language: string) => string,
): Html {
  if (languages.length < 2) return nothing
  const chips = languages.map(
    (one) =>
      html`<li class="chip"><a href="${address(one)}"${one === shown ? html` aria-current="true"` : nothing}>${format.languageName(one)}</a></li>`,
  )
  return html`<nav aria-label="${t("agreement.languages")}"><ul class="chips">${chips}</ul></nav>`
}

/** The language of the address, else the one that suits the reader. */
export function shownLanguage(text: AgreementText, asked: string | null, reader: string): string {
  return text.languages.find((one) => one === asked) ?? languageFor(text, reader)
}
