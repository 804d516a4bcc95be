import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import { actions, facts, type Html, html, nothing, notice, type Reply, section, visibleText } from "../../http/index.ts"
import { ownParty } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import type { Draft } from "../draft-queries.ts"
import { deleteDraft, loadDraft } from "../drafts.ts"
import { type Lack, lackingIn } from "../lacking.ts"
import { ARTICLES_MOST, saidIn } from "../model.ts"
import { draftName, readiness } from "./list-page.ts"
import { languageChips, shownLanguage, textShown } from "./text.ts"
import { lackWord, languagesShown, natureWord, partiesShown } from "./words.ts"

const Nothing = z.object({})
const LACKS_SHOWN = 20

export async function draftPage(store: Store, visit: Visit, draft: Draft): Promise<Reply> {
  const { t, ask, viewer } = visit
  const { text } = draft
  const lacking = lackingIn(text, (await ownParty(store))?.id ?? null)
  const language = shownLanguage(text, ask.query.get("language"), viewer.language)
  const chips = languageChips(visit, text, language, (one) => `/agree/${draft.id}?language=${one}`)
  return visit.page({
    ...{
      title: visibleText(saidIn(text, text.title, viewer.language)) || t("agreement.untitled"),
      place: "agreements",
    },
    heading: draftName(visit, text),
    state: readiness(visit, lacking.length),
    body: html`${saved(visit)}<div class="columns"><div>${lacks(visit, lacking)}${chips}${articles(visit, draft, language)}</div>
<aside>${known(visit, draft)}${next(visit, draft, lacking.length)}</aside></div>`,
  })
}

function saved({ t, ask }: Visit): Html {
  return ask.query.get("saved") === "yes" ? notice(t("agreement.saved")) : nothing
}

function lacks(visit: Visit, lacking: readonly Lack[]): Html {
  const { t, format } = visit
  if (lacking.length === 0) return nothing
  const more = lacking.length - LACKS_SHOWN
  const rest = more > 0 ? html`<li>${t("agreement.lacks-more", { count: format.number(more) })}</li>` : nothing
  const items = lacking.slice(0, LACKS_SHOWN).map((lack) => html`<li>${lackWord(visit, lack)}</li>`)
  return html`<details class="recipe"><summary>${t("agreement.lacks-what")}</summary><ul>${items}${rest}</ul></details>`
}

function articles(visit: Visit, { id, text }: Draft, language: string): Html {
  const { t, may } = visit
  const edits = may("role:analyst")
  const article = (one: { id: string }) =>
    edits ? html`<p><a href="/agree/${id}/articles/${one.id}">${t("agreement.edit-article")}</a></p>` : nothing
  const clause = (one: { id: string }) =>
    edits ? html`<p><a href="/agree/${id}/terms/${one.id}">${t("agreement.edit-terms")}</a></p>` : nothing
  const shown =
    text.articles.length === 0
      ? html`<p class="quiet">${t("agreement.no-articles")}</p>`
      : textShown(visit, text, language, { article, clause })
  const add =
    edits && text.articles.length < ARTICLES_MOST
      ? html`<p class="actions"><a class="button" href="/agree/${id}/articles/new">${t("agreement.add-article")}</a></p>`
      : nothing
  return html`${shown}${add}`
}

function known(visit: Visit, { id, text, createdAt, changedAt }: Draft): Html {
  const { t, format, may } = visit
  const about = facts([
    [t("agreement.nature"), natureWord(t, text.nature)],
    [t("agreement.languages"), languagesShown(visit, text)],
    [t("agreement.created"), format.time(createdAt)],
    [t("agreement.changed"), format.time(changedAt)],
  ])
  const edit = may("role:analyst")
    ? html`<p><a href="/agree/${id}/frame">${t("agreement.edit-frame")}</a></p>`
    : nothing
  return html`${about}${section(t("agreement.parties"), html`${partiesShown(visit, text.parties)}${edit}<p class="quiet">${t("agreement.signature-what")}</p>`)}`
}

function next({ t, may }: Visit, { id, negotiation }: Draft, lacking: number): Html {
  const remove = may("role:analyst")
    ? html`<p class="actions"><a href="/agree/${id}/delete">${t("agreement.delete")}</a></p>`
    : nothing
  const table =
    lacking > 0
      ? nothing
      : may("role:officer")
        ? html`<p><a class="button primary" href="/agree/${id}/table">${t("agreement.look-and-table")}</a></p>`
        : html`<p class="quiet">${t("agreement.officer-tables")}</p>`
  const from =
    negotiation === null
      ? nothing
      : html`<p><a href="/agree/negotiations/${negotiation}">${t("agreement.draft-of")}</a></p>`
  const trial = may("role:analyst")
    ? html`<p><a class="button" href="/agree/${id}/trial">${t("agreement.trial")}</a></p>`
    : nothing
  const print = html`<p><a class="button" href="/agree/${id}/document">${t("agreement.open-document")}</a></p>`
  return section(
    t("agreement.next"),
    html`<p class="quiet">${t("agreement.private")}</p>${from}${table}${trial}${print}${remove}`,
  )
}

export async function deletionPage(store: Store, visit: Visit): Promise<Reply> {
  const { t } = visit
  const draft = await loadDraft(store, visit.ask.params.id ?? "")
  const home = `/agree/${draft.id}`
  return visit.page({
    ...{ title: t("agreement.delete-title"), place: "agreements" },
    body: html`<div class="decision"><p>${draftName(visit, draft.text)}</p><ul><li>${t("agreement.delete-content")}</li><li>${t("agreement.delete-ledger")}</li></ul>
<form method="post" action="${home}/delete">${actions(t("agreement.delete"), { href: home, label: t("agreement.keep") }, "danger")}</form></div>`,
  })
}

export async function removal(store: Store, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  await deleteDraft(store, visit.ask.params.id ?? "", visit.person().commitment)
  return visit.redirect("/agree")
}
