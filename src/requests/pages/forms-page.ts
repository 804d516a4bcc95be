import { z } from "zod"
import type { PageRoute, Visit } from "../../accounts/index.ts"
import {
  actions,
  type Column,
  emptyState,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  stateMark,
  table,
  visible,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import { ownParty } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import type { Fields } from "../core.ts"
import { type Draft, drafts, loadDraft, startDraft } from "../drafts.ts"
import { followUp } from "../follow-up.ts"
import {
  type FormId,
  type FormRow,
  formIds,
  isForAddressee,
  isRendered,
  nameKey,
  parseForm,
  type RenderedForm,
  rowsOf,
  sectionsOf,
} from "../forms.ts"
import { faultsOf } from "../rules.ts"
import { rowLabel } from "./field-labels.ts"

const Start = z.object({ from: z.string().optional() })

export function formPages(store: Store): PageRoute[] {
  const who = "role:analyst"
  return [
    { method: "GET", path: "/respond/forms", who, handle: (visit) => list(store, visit) },
    { method: "GET", path: "/respond/forms/:form", who, handle: (visit) => one(visit) },
    { method: "POST", path: "/respond/forms/:form", who, handle: (visit) => start(store, visit) },
  ]
}

async function list(store: Store, visit: Visit): Promise<Reply> {
  const { t } = visit
  return visit.page({
    ...{ title: t("nav.forms"), place: "forms" },
    body: html`<p>${t("request.forms-what")}</p>${section(t("request.forms"), formTable(visit))}${section(t("request.drafts"), draftTable(visit, await drafts(store)))}`,
  })
}

function formTable({ t, format }: Visit): Html {
  const count = (form: FormId, isCounted: (row: FormRow) => boolean) =>
    format.number(rowsOf(form).filter(isCounted).length)
  const columns: Column<FormId>[] = [
    {
      label: t("request.form"),
      kind: "name",
      cell: (form) => html`<a href="/respond/forms/${form}"><span class="wrap">${t(nameKey(form))}</span></a>`,
    },
    { label: t("request.fields"), kind: "number", cell: (form) => count(form, () => true) },
    {
      label: t("request.fields-unverified"),
      kind: "number",
      cell: (form) => count(form, ({ verified }) => verified !== "yes"),
    },
    {
      label: t("request.made-here"),
      kind: "quiet",
      wide: true,
      cell: (form) => (isRendered(form) ? t("request.rendered") : t("request.listed")),
    },
  ]
  return table({ caption: t("request.forms"), columns, rows: formIds, empty: nothing })
}

function draftTable(visit: Visit, rows: readonly Draft[]): Html {
  const { t, format, now } = visit
  const columns: Column<Draft>[] = [
    {
      label: t("request.draft"),
      kind: "name",
      cell: (draft) => html`<a href="/respond/drafts/${draft.id}">${draftName(visit, draft)}</a>`,
    },
    { label: t("request.form"), kind: "quiet", wide: true, cell: ({ form }) => t(nameKey(form)) },
    {
      label: t("request.missing"),
      cell: ({ form, fields }) => {
        const count = Object.keys(faultsOf(form, fields, now)).length
        if (count === 0) return stateMark("open", t("request.ready"))
        return stateMark("conditional", t("request.faults", { count: format.number(count) }))
      },
    },
    { label: t("request.changed"), kind: "quiet", wide: true, cell: ({ changedAt }) => format.time(changedAt) },
  ]
  return table({ caption: t("request.drafts"), columns, rows, empty: emptyState(t("request.no-drafts")) })
}

/** By its reference, as offices speak of files; by its form until it has one. */
export function draftName({ t }: Visit, { form, fields }: Draft): Html {
  const reference = (fields.reference ?? "").trim()
  return reference === "" ? html`${t(nameKey(form))}` : visible(reference)
}

async function one(visit: Visit): Promise<Reply> {
  const { t, ask } = visit
  const form = parseForm(ask.params.form ?? "")
  const begin = isRendered(form)
    ? html`<form method="post" action="/respond/forms/${form}">${actions(t("request.start"), { href: "/respond/forms", label: t("request.other-form") })}</form>`
    : notice(form === "epoc" ? t("request.epoc-where") : t("request.profile-what"), "warning")
  const rows = rowsOf(form)
  const parts = sectionsOf(rows).map(({ key, rows }) => section(t(key), points(visit, rows)))
  return visit.page({
    ...{ title: t(nameKey(form)), place: "forms" },
    body: html`${begin}${parts}${sources(visit, rows)}`,
  })
}

function points({ t }: Visit, rows: readonly FormRow[]): Html {
  const items = rows.map((row) => {
    const mark = row.verified === "yes" ? nothing : html` ${stateMark("unknown", t("request.unverified"))}`
    const kept = isForAddressee(row) ? nothing : html` ${stateMark("closed", t("request.not-to-addressee"))}`
    const needed = /^yes\b/.test(row.required) ? html` <span class="quiet">${t("request.required")}</span>` : nothing
    return html`<li>${rowLabel(t, row)}${needed}${kept}${mark}</li>`
  })
  return html`<ul class="points">${items}</ul>`
}

/** Where each field was seen, and when; a source that is no address is told as it is. */
function sources({ t }: Visit, rows: readonly FormRow[]): Html {
  const found = [...new Map(rows.map(({ source, readOn }) => [source, readOn]))]
  const items = found.map(([source, readOn]) => {
    const shown = /^https:\/\//.test(source)
      ? html`<a href="${source}" rel="noreferrer">${source}</a>`
      : html`<span lang="en">${source}</span>`
    return html`<li>${shown} <span class="quiet">${t("request.read-on", { date: readOn })}</span></li>`
  })
  return section(t("request.sources"), html`<ul>${items}</ul>`)
}

async function start(store: Store, visit: Visit): Promise<Reply> {
  const form = parseForm(visit.ask.params.form ?? "")
  if (!isRendered(form)) throw new ComityError("refused", "request.not-rendered")
  const given = await visit.form(Start)
  const from = given.ok ? (given.value.from ?? "") : ""
  const date = formatInstant(visit.now).slice(0, 10)
  const fields = from === "" ? await empty(store, form) : await following(store, form, from)
  const id = await startDraft(store, form, { ...fields, date }, visit.person().commitment)
  return visit.redirect(`/respond/drafts/${id}`)
}

async function empty(store: Store, form: RenderedForm): Promise<Fields> {
  const organisation = (await ownParty(store))?.name ?? ""
  const status: Fields = form === "mla" ? {} : { status: "new" }
  return { "who.organisation": organisation, "urgency.level": "normal", ...status }
}

async function following(store: Store, form: RenderedForm, from: string): Promise<Fields> {
  const before = await loadDraft(store, from)
  return followUp(before.form, before.fields, form)
}
