import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  nothing,
  notice,
  type Reply,
  type Shown,
  textField,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Instant } from "../../kernel/time.ts"
import type { Store } from "../../store/index.ts"
import type { Draft } from "../draft-queries.ts"
import { loadDraft, saveDraft } from "../drafts.ts"
import { moved, type TypedArticle, withArticle } from "../editing.ts"
import { type AgreementText, type Article, CLAUSE_MOST, CLAUSES_MOST, LINE_MOST } from "../model.ts"
import { articleWord, clauseWord } from "./words.ts"

const Typed = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const NEW = "new"

type Look = { given: Given; faults: Faults; status?: number; seen?: Instant }

export async function articlePage(visit: Visit, draft: Draft, look: Look = { given: {}, faults: {} }): Promise<Reply> {
  const { t, format, ask } = visit
  const article = articleOf(draft.text, ask.params.article ?? "")
  const shown = { t, given: look.given, faults: look.faults }
  const at = article === null ? draft.text.articles.length : draft.text.articles.indexOf(article)
  const home = `/agree/${draft.id}`
  const title = articleWord(t, format, at + 1)
  const saved = ask.query.get("saved") === "yes" ? notice(t("agreement.saved")) : nothing
  return visit.page({
    ...{ title, place: "agreements", status: look.status ?? 200 },
    body: html`${saved}${errorSummary(t, look.faults)}<p><a href="${home}">${t("agreement.back-to-draft")}</a></p>
<form method="post" action="${home}/articles/${article?.id ?? NEW}"><input type="hidden" name="seen" value="${look.seen ?? draft.changedAt}">
<p class="actions"><button class="primary">${t("agreement.save")}</button>${movers(visit, article === null ? null : { list: draft.text.articles, id: article.id, name: "move-article" })}</p>
${headings(visit, shown, draft.text, article)}${clauses(visit, shown, draft.text, article, at)}
<p class="hint">${t("agreement.empty-goes")}</p><p class="actions"><button class="primary">${t("agreement.save")}</button><a href="${home}">${t("agreement.back-to-draft")}</a></p></form>`,
  })
}

/** Null for one that is to be added. Throws `not-found agreement.no-article`. */
function articleOf(text: AgreementText, id: string): Article | null {
  if (id === NEW) return null
  const found = text.articles.find((one) => one.id === id)
  if (found === undefined) throw new ComityError("not-found", "agreement.no-article")
  return found
}

function headings({ t, format }: Visit, shown: Shown, { languages }: AgreementText, article: Article | null): Html {
  const fields = languages.map((one) => {
    const label = t("agreement.heading-in", { language: format.languageName(one) })
    return inputField(shown, {
      name: `heading.${one}`,
      label,
      value: article?.heading[one] ?? "",
      most: LINE_MOST,
      size: "long",
    })
  })
  return html`${fields}`
}

/** The clauses that are there, and room for one more. */
function clauses(visit: Visit, shown: Shown, text: AgreementText, article: Article | null, at: number): Html {
  const { t, format } = visit
  const there = article?.clauses ?? []
  const groups = there.map((clause, i) => {
    const legend = clauseWord(t, format, { article: at + 1, clause: i + 1 })
    const tools = html`<p class="actions">${movers(visit, { list: there, id: clause.id, name: "move-clause" })}</p>`
    return group(visit, shown, text, { id: clause.id, legend, said: clause.text, tools })
  })
  const next = { id: NEW, legend: t("agreement.new-clause"), said: {}, tools: nothing }
  return html`${groups}${there.length < CLAUSES_MOST ? group(visit, shown, text, next) : nothing}`
}

type Group = { id: string; legend: string; said: Readonly<Record<string, string>>; tools: Html }

function group(
  { format }: Visit,
  shown: Shown,
  { languages }: AgreementText,
  { id, legend, said, tools }: Group,
): Html {
  const fields = languages.map((one) =>
    textField(shown, {
      name: `clause.${id}.${one}`,
      label: format.languageName(one),
      value: said[one] ?? "",
      rows: 4,
      most: CLAUSE_MOST,
    }),
  )
  return html`<fieldset class="group" id="clause-${id}"><legend>${legend}</legend>${fields}${tools}</fieldset>`
}

type Mover = { list: readonly { id: string }[]; id: string; name: string }

function movers({ t }: Visit, mover: Mover | null): Html {
  if (mover === null) return nothing
  const { list, id, name } = mover
  const at = list.findIndex((one) => one.id === id)
  const up = at > 0 ? html`<button name="${name}" value="up.${id}">${t("agreement.move-up")}</button>` : nothing
  const down =
    at < list.length - 1
      ? html`<button name="${name}" value="down.${id}">${t("agreement.move-down")}</button>`
      : nothing
  return html`${up}${down}`
}

export async function saveArticle(store: Store, visit: Visit): Promise<Reply> {
  const draft = await loadDraft(store, visit.ask.params.id ?? "")
  const before = articleOf(draft.text, visit.ask.params.article ?? "")
  const { given } = await visit.form(Typed)
  const typed = typedArticle(draft.text, before, given)
  const { text, id } = withArticle(draft.text, before?.id ?? null, typed)
  const changed = id === null ? text : arranged(text, id, given)
  try {
    await saveDraft(store, draft.id, changed, Number(given.seen?.[0]) as Instant) // compared alone
  } catch (error) {
    if (!(error instanceof ComityError) || !TOLD.has(error.code)) throw error
    const faults = { "": { key: `error.${error.code}` } }
    // Sent once more, it is meant: the writer has now been told.
    return articlePage(visit, draft, { given, faults, status: 409, seen: draft.changedAt })
  }
  return visit.redirect(id === null ? `/agree/${draft.id}` : `/agree/${draft.id}/articles/${id}?saved=yes`)
}

const TOLD: ReadonlySet<string> = new Set(["agreement.draft-changed", "agreement.text"])

function typedArticle({ languages }: AgreementText, before: Article | null, given: Given): TypedArticle {
  const words = (start: string) =>
    Object.fromEntries(languages.map((one) => [one, given[`${start}.${one}`]?.[0] ?? ""]))
  const ids = [...(before?.clauses ?? []).map(({ id }) => id), NEW]
  return {
    heading: Object.fromEntries(
      Object.entries(words("heading")).map(([one, said]) => [one, said.replaceAll("\n", " ")]),
    ),
    clauses: ids.map((id) => ({ id: id === NEW ? null : id, text: words(`clause.${id}`) })),
  }
}

/** Whatever button saved it: what was typed is kept, and then something moves. */
function arranged(text: AgreementText, id: string, given: Given): AgreementText {
  const way = (name: string) => {
    const [to, what = ""] = (given[name]?.[0] ?? "").split(".")
    return { by: to === "up" ? (-1 as const) : (1 as const), what }
  }
  const clause = way("move-clause")
  const article = way("move-article")
  const articles = text.articles.map((one) =>
    one.id === id ? { ...one, clauses: moved(one.clauses, clause.what, clause.by) } : one,
  )
  return { ...text, articles: moved(articles, article.what, article.by) }
}
