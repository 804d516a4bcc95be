import type { Visit } from "../../accounts/index.ts"
import { type Html, html, nothing, prose, type Reply, section, visible, visibleText } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { articleChanges, type Change, type ClauseChange, clauseChanges, differences, sameWords } from "../comparing.ts"
import type { AgreementText, Cited, Clause, TextParty, Words } from "../model.ts"
import type { Version } from "../tabled/negotiation.ts"
import { type AgreementParts, addressOf, negotiationOf, query } from "./parts.ts"
import { partyName } from "./stands.ts"
import { clauseSentences } from "./text.ts"
import { articleWord, clauseWord, languagesShown, natureWord } from "./words.ts"

/** What one version says that another does not, in words: nobody has to read both. */
export async function comparePage(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { t, ask, format } = visit
  const negotiation = await negotiationOf(parts, visit)
  const find = (name: string) => negotiation.versions.findIndex(({ hash }) => hash === ask.query.get(name))
  const [from, to] = [find("from"), find("to")]
  const [before, after] = [negotiation.versions[from], negotiation.versions[to]]
  if (before === undefined || after === undefined) throw new ComityError("not-found", "agreement.no-version")
  const name = (at: number, { party }: Version) =>
    html`${t("agreement.version-number", { number: format.number(at + 1) })} <span class="quiet">${visible(partyName(negotiation, party))}</span>`
  const parts_ = [
    ...frameChanges(visit, before.text, after.text),
    ...headings(visit, before.text, after.text),
    ...clauses(visit, before.text, after.text),
  ]
  return visit.page({
    ...{ title: t("agreement.what-changed"), place: "agreements" },
    body: html`<p><a href="${addressOf(negotiation, query({ version: after.hash }))}">${t("agreement.back-to-negotiation")}</a></p>
<p>${name(from, before)} → ${name(to, after)}</p><p class="quiet"><del>${t("agreement.word-gone")}</del> <ins>${t("agreement.word-new")}</ins></p>
${parts_.length === 0 ? html`<p>${t("agreement.nothing-changed")}</p>` : parts_}`,
  })
}

/** Words in every language in which they differ. */
function wordsChanged({ format }: Visit, languages: readonly string[], before: Words, after: Words): Html {
  const items = languages
    .filter((one) => (before[one] ?? "") !== (after[one] ?? ""))
    .map(
      (one) =>
        html`<p class="quiet">${format.languageName(one)}</p><div class="changed" dir="auto" lang="${one}">${pieces(before[one] ?? "", after[one] ?? "")}</div>`,
    )
  return html`${items}`
}

function pieces(before: string, after: string): Html {
  const all = differences(before, after).map(({ is, text }) =>
    is === "same" ? inline(text) : is === "gone" ? html`<del>${inline(text)}</del>` : html`<ins>${inline(text)}</ins>`,
  )
  return html`${all}`
}

/** Lines stay lines within what is marked. */
function inline(text: string): Html {
  return html`${text.split("\n").map((line, i) => html`${i === 0 ? nothing : html`<br>`}${visibleText(line)}`)}`
}

function languagesOf(before: AgreementText, after: AgreementText): string[] {
  return [...new Set([...after.languages, ...before.languages])]
}

function frameChanges(visit: Visit, before: AgreementText, after: AgreementText): Html[] {
  const { t } = visit
  const line = (a: string, b: string) => html`<div class="changed" dir="auto">${pieces(a, b)}</div>`
  const all: (Html | null)[] = [
    sameWords(before.title, after.title)
      ? null
      : section(t("agreement.title"), wordsChanged(visit, languagesOf(before, after), before.title, after.title)),
    before.nature === after.nature
      ? null
      : section(t("agreement.nature"), line(natureWord(t, before.nature), natureWord(t, after.nature))),
    before.languages.join() === after.languages.join()
      ? null
      : section(t("agreement.languages"), line(languagesShown(visit, before), languagesShown(visit, after))),
    partyChanges(visit, before.parties, after.parties),
  ]
  return all.filter((one) => one !== null)
}

/** Who takes part is the same in all versions; who may bind it and how may be told anew. */
function partyChanges({ t }: Visit, before: readonly TextParty[], after: readonly TextParty[]): Html | null {
  const items = after.flatMap((now) => {
    const was = before.find(({ party }) => party === now.party)
    if (was === undefined || (was.binder === now.binder && was.instrument === now.instrument && was.name === now.name))
      return []
    const told = ({ binder, instrument }: TextParty) => [binder, instrument].filter((one) => one !== "").join(" · ")
    return [
      html`<p>${pieces(was.name, now.name)}</p><div class="changed" dir="auto">${pieces(told(was), told(now))}</div>`,
    ]
  })
  return items.length === 0 ? null : section(t("agreement.parties"), html`${items}`)
}

function headings(visit: Visit, before: AgreementText, after: AgreementText): Html[] {
  const { t, format } = visit
  return articleChanges(before, after).map(({ is, before: was, after: now, from, to }) => {
    const title = html`${articleWord(t, format, to ?? from ?? 0)} <span class="quiet">${changeWord(visit, is)}</span>`
    return section(title, wordsChanged(visit, languagesOf(before, after), was?.heading ?? {}, now?.heading ?? {}))
  })
}

function clauses(visit: Visit, before: AgreementText, after: AgreementText): Html[] {
  return clauseChanges(before, after).map((change) => {
    const { is, before: was, after: now } = change
    const words =
      is === "moved" ? prose("") : wordsChanged(visit, languagesOf(before, after), was?.text ?? {}, now?.text ?? {})
    const terms = termsChanged(visit, saidBy(visit, before, was), saidBy(visit, after, now))
    return section(
      html`${places(visit, change)} <span class="quiet">${changeWord(visit, is)}</span>`,
      html`${words}${terms}`,
    )
  })
}

function saidBy(visit: Visit, text: AgreementText, clause: Clause | null): string[] {
  return clause === null || clause.terms === null ? [] : clauseSentences(visit, text, clause.terms)
}

/** What nodes did by a clause and will do no more, and what they will do instead. */
function termsChanged({ t }: Visit, before: readonly string[], after: readonly string[]): Html {
  const gone = before.filter((one) => !after.includes(one)).map((one) => html`<li><del>${one}</del></li>`)
  const fresh = after.filter((one) => !before.includes(one)).map((one) => html`<li><ins>${one}</ins></li>`)
  if (gone.length + fresh.length === 0) return nothing
  return html`<div class="enforced"><p class="quiet">${t("agreement.kept-by-nodes")}</p><ul>${gone}${fresh}</ul></div>`
}

function places({ t, format }: Visit, { from, to }: ClauseChange): string {
  const [was, now] = [from, to].map((one: Cited | null) => (one === null ? null : clauseWord(t, format, one)))
  if (was === null || now === null || was === now) return now ?? was ?? ""
  return `${was} → ${now}`
}

function changeWord({ t }: Visit, is: Change<unknown>["is"]): string {
  switch (is) {
    case "new":
      return t("agreement.change-new")
    case "gone":
      return t("agreement.change-gone")
    case "changed":
      return t("agreement.change-changed")
    case "moved":
      return t("agreement.change-moved")
  }
}
