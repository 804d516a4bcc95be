import { z } from "zod"
import type { PageRoute, Visit } from "../../accounts/index.ts"
import {
  actions,
  type Column,
  emptyState,
  errorSummary,
  facts,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  type Reply,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Store } from "../../store/index.ts"
import { addForm, type Sent } from "./add-form.ts"
import { type Refusal, RefusalWish } from "./model.ts"
import { addRefusal, listRefusals, loadRefusal, removeRefusal } from "./operations.ts"
import { kindWord, sourceText, valueName, valueShown } from "./words.ts"

const PATH = "/node/refusals"
const PLACE = "refusals"
const WRITER = "role:officer"
const Nothing = z.object({})

/** The refusal list: analysts read why something is refused, officers answer for what stands there. */
export function refusalPages(store: Store): PageRoute[] {
  const read = { who: "role:analyst" } as const
  const loosen = { who: WRITER, stepUp: true, path: `${PATH}/:id/remove` } as const
  return [
    { ...read, method: "GET", path: PATH, handle: (visit) => show(store, visit) },
    { who: WRITER, method: "POST", path: PATH, handle: (visit) => add(store, visit) },
    { ...read, method: "GET", path: `${PATH}/:id`, handle: (visit) => one(store, visit) },
    { ...loosen, method: "GET", handle: (visit) => removalPage(store, visit) },
    { ...loosen, method: "POST", handle: (visit) => remove(store, visit) },
  ]
}

async function show(store: Store, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t } = visit
  const faulty = Object.keys(sent.faults).length > 0
  const form = visit.may(WRITER) ? addForm(visit, sent) : html`<p class="quiet">${t("refusal.officers")}</p>`
  return visit.page({
    ...{ title: t("nav.refusals"), place: PLACE, ...(faulty ? { status: 400 } : {}) },
    body: html`${errorSummary(t, sent.faults)}${done(visit)}<p>${t("refusal.what")}</p><p>${t("refusal.applied")}</p>
${list(visit, await listRefusals(store))}${form}`,
  })
}

function done({ t, ask }: Visit): Html {
  if (ask.method !== "GET") return nothing
  if (ask.query.get("done") === "added") return notice(t("refusal.is-added"))
  return ask.query.get("done") === "removed" ? notice(t("refusal.is-removed")) : nothing
}

function list(visit: Visit, rows: readonly Refusal[]): Html {
  const { t, format } = visit
  const columns: Column<Refusal>[] = [
    {
      label: t("refusal.value"),
      kind: "name",
      cell: (row) => html`<a href="${PATH}/${row.id}">${valueShown(visit, row)}</a>`,
    },
    { label: t("refusal.kind"), cell: ({ kind }) => kindWord(t, kind) },
    { label: t("refusal.applied-by"), cell: (row) => appliedBy(visit, row) },
    { label: t("refusal.since"), kind: "quiet", cell: ({ since }) => since },
    { label: t("refusal.source"), kind: "quiet", cell: ({ source }) => visible(source) },
    { label: t("refusal.added-at"), kind: "quiet", wide: true, cell: ({ addedAt }) => format.time(addedAt) },
  ]
  return table({ caption: t("nav.refusals"), columns, rows, empty: emptyState(t("refusal.none")) })
}

/** What looks at such an entry today, and no more than that. */
function appliedBy({ t }: Visit, { kind }: Refusal): Html {
  if (kind === "place") return html`${t("refusal.by-all")}`
  return html`${kind === "party" ? t("refusal.by-sending") : t("refusal.by-release")}`
}

async function add(store: Store, visit: Visit): Promise<Reply> {
  const form = await visit.form(RefusalWish)
  if (!form.ok) return show(store, visit, form)
  try {
    await addRefusal(store, form.value, visit.person().commitment)
  } catch (error) {
    if (!(error instanceof ComityError) || !error.code.startsWith("refusal.")) throw error
    const fault = { key: `error.${error.code}`, values: error.details }
    return show(store, visit, {
      given: form.given,
      faults: { [error.code === "refusal.future" ? "since" : "value"]: fault },
    })
  }
  return visit.redirect(`${PATH}?done=added`)
}

async function one(store: Store, visit: Visit): Promise<Reply> {
  const { t } = visit
  const refusal = await loadRefusal(store, visit.ask.params.id ?? "")
  const loosen = html`<p class="actions"><a href="${PATH}/${refusal.id}/remove">${t("refusal.remove")}</a></p>`
  return visit.page({
    title: visibleText(valueName(visit, refusal)),
    heading: valueShown(visit, refusal),
    place: PLACE,
    body: html`${known(visit, refusal)}${visit.may(WRITER) ? loosen : nothing}<p><a href="${PATH}">${t("refusal.back")}</a></p>`,
  })
}

function known(visit: Visit, refusal: Refusal): Html {
  const { t, format } = visit
  const { kind, source, reason, since, addedAt } = refusal
  return facts([
    [t("refusal.kind"), kindWord(t, kind)],
    [t("refusal.source"), sourceText(visit, source)],
    [t("refusal.reason"), reason === null ? null : visible(reason)],
    [t("refusal.since"), since],
    [t("refusal.applied-by"), appliedBy(visit, refusal)],
    [t("refusal.added-at"), format.time(addedAt)],
  ])
}

async function removalPage(store: Store, visit: Visit): Promise<Reply> {
  const { t } = visit
  const refusal = await loadRefusal(store, visit.ask.params.id ?? "")
  const home = `${PATH}/${refusal.id}`
  const follows = removalSays(visit, refusal)
  return visit.page({
    title: t("refusal.remove-title", { name: visibleText(valueName(visit, refusal)) }),
    place: PLACE,
    body: html`<div class="decision">${known(visit, refusal)}<ul><li>${follows}</li><li>${t("refusal.remove-law")}</li><li>${t("refusal.remove-ledger")}</li></ul>
<form method="post" action="${home}/remove">${actions(t("refusal.remove"), { href: home, label: t("refusal.keep") }, "danger")}</form></div>`,
  })
}

function removalSays({ t }: Visit, { kind }: Refusal): string {
  if (kind === "place") return t("refusal.remove-place")
  return kind === "party" ? t("refusal.remove-party") : t("refusal.remove-kind")
}

async function remove(store: Store, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  await removeRefusal(store, visit.ask.params.id ?? "", visit.person().commitment)
  return visit.redirect(`${PATH}?done=removed`)
}
