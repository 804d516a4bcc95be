import { z } from "zod"
import type { PageRoute, Visit } from "../../accounts/index.ts"
import {
  actions,
  type Faults,
  facts,
  type Given,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  stateMark,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Instant } from "../../kernel/time.ts"
import type { Store } from "../../store/index.ts"
import type { Fields } from "../core.ts"
import { type Draft, deleteDraft, loadDraft, saveDraft } from "../drafts.ts"
import { nameKey, renderedForms } from "../forms.ts"
import { faultsOf } from "../rules.ts"
import { draftFields, rowsFor } from "./draft-fields.ts"
import { draftSummary } from "./draft-summary.ts"
import { draftName } from "./forms-page.ts"

const ONE = "/respond/drafts/:id"
const Typed = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const Nothing = z.object({})

export function draftPages(store: Store): PageRoute[] {
  const who = "role:analyst"
  return [
    { method: "GET", path: ONE, who, handle: async (visit) => show(visit, await loadDraft(store, idOf(visit))) },
    { method: "POST", path: ONE, who, handle: (visit) => save(store, visit) },
    { method: "GET", path: `${ONE}/delete`, who, handle: (visit) => deletion(store, visit) },
    { method: "POST", path: `${ONE}/delete`, who, handle: (visit) => remove(store, visit) },
  ]
}

function idOf({ ask }: Visit): string {
  return ask.params.id ?? ""
}

type Look = { faults: Faults; status?: number; seen?: Instant }

/** A draft that nobody has saved yet is not told what it lacks. */
function show(visit: Visit, draft: Draft, look?: Look): Reply {
  const { t, now, ask } = visit
  const lacking = faultsOf(draft.form, draft.fields, now)
  const told = draft.changedAt > draft.createdAt ? lacking : {}
  const faults = { ...told, ...look?.faults }
  const given: Given = Object.fromEntries(Object.entries(draft.fields).map(([name, value]) => [name, [value]]))
  const shown = { t, given, faults }
  const rows = rowsFor(draft.fields, ask.query)
  const seen = look?.seen ?? draft.changedAt
  const buttons = html`<p class="actions"><button class="primary">${t("request.save")}</button><a href="/respond/forms">${t("request.to-forms")}</a></p>`
  return visit.page({
    ...{
      title: t("request.draft-title", { form: t(nameKey(draft.form)) }),
      place: "forms",
      status: look?.status ?? 200,
    },
    state: readyMark(visit, lacking),
    body: html`${saved(visit)}${draftSummary(visit, draft.form, faults)}<div class="columns"><form method="post" action="/respond/drafts/${draft.id}">
<input type="hidden" name="seen" value="${seen}"><p><button>${t("request.save")}</button></p>${draftFields(visit, { form: draft.form, shown, rows })}${buttons}</form>
<aside>${beside(visit, draft, lacking)}</aside></div>`,
  })
}

function saved({ t, ask }: Visit): Html {
  return ask.query.get("saved") === "yes" ? notice(t("request.saved")) : nothing
}

function readyMark({ t, format }: Visit, lacking: Faults): Html {
  const count = Object.keys(lacking).length
  if (count === 0) return stateMark("open", t("request.ready"))
  return stateMark("conditional", t("request.faults", { count: format.number(count) }))
}

function beside(visit: Visit, draft: Draft, lacking: Faults): Html {
  const { t, format } = visit
  const home = `/respond/drafts/${draft.id}`
  const ready = Object.keys(lacking).length === 0
  const take = ready
    ? html`<p><a class="button" href="/respond/diary/new?draft=${draft.id}">${t("request.take-into-diary")}</a></p>`
    : html`<p class="quiet">${t("request.not-ready")}</p>`
  const others = renderedForms.map(
    (form) =>
      html`<form method="post" action="/respond/forms/${form}"><input type="hidden" name="from" value="${draft.id}"><p><button>${form === draft.form ? t("request.again") : t(nameKey(form))}</button></p></form>`,
  )
  const following = section(t("request.follow-up"), html`<p class="quiet">${t("request.follow-up-what")}</p>${others}`)
  const known = facts([
    [t("request.draft"), draftName(visit, draft)],
    [t("request.created"), format.time(draft.createdAt)],
    [t("request.changed"), format.time(draft.changedAt)],
  ])
  return html`${known}${section(t("request.next"), html`<p><a class="button" href="${home}/document">${t("request.open-document")}</a></p>${take}<p class="actions"><a href="${home}/delete">${t("request.delete")}</a></p>`)}${following}`
}

async function save(store: Store, visit: Visit): Promise<Reply> {
  const form = await visit.form(Typed)
  if (!form.ok) throw new ComityError("invalid", "intake.form")
  const typed: Fields = Object.fromEntries(Object.entries(form.given).map(([name, values]) => [name, values[0] ?? ""]))
  const seen = Number(typed.seen) as Instant // compared alone; anything else is another time
  const draft = await loadDraft(store, idOf(visit))
  try {
    await saveDraft(store, draft.id, typed, seen)
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "request.draft-changed") throw error
    const faults = { "": { key: "error.request.draft-changed" } }
    // Sent once more, it is meant: the writer has now been told.
    return show(visit, { ...draft, fields: typed }, { faults, status: 409, seen: draft.changedAt })
  }
  return visit.redirect(`/respond/drafts/${draft.id}?${wantedRows(visit, typed)}`)
}

/** Where a row more was asked for the page comes back with it, else it says that all is saved. */
function wantedRows(visit: Visit, typed: Fields): string {
  const { add } = typed
  if (add !== "items" && add !== "offences") return "saved=yes"
  const count = rowsFor(typed, visit.ask.query)[add] + 1
  return `${new URLSearchParams({ [add]: String(count) })}#field-${add}.${count - 1}.${add === "items" ? "type" : "name"}`
}

async function deletion(store: Store, visit: Visit): Promise<Reply> {
  const { t } = visit
  const draft = await loadDraft(store, idOf(visit))
  const home = `/respond/drafts/${draft.id}`
  return visit.page({
    ...{ title: t("request.delete-title"), place: "forms" },
    body: html`<div class="decision"><p>${draftName(visit, draft)}</p><ul><li>${t("request.delete-content")}</li><li>${t("request.delete-ledger")}</li></ul>
<form method="post" action="${home}/delete">${actions(t("request.delete"), { href: home, label: t("request.keep") }, "danger")}</form></div>`,
  })
}

async function remove(store: Store, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  await deleteDraft(store, idOf(visit), visit.person().commitment)
  return visit.redirect("/respond/forms")
}
