import { z } from "zod"
import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  type Column,
  emptyState,
  errorSummary,
  type Faults,
  type Html,
  html,
  nothing,
  type Reply,
  section,
  table,
  visible,
  visibleText,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { LIST_BYTES_MOST, type ListSummary, type WarningLists } from "../../../library/index.ts"
import { receiveFile } from "./receiving.ts"

/**
 * Lists of values that are seldom worth an alarm. Everybody who signed in sees which there are, since an administrator
 * is not thereby a reader; the administrator supplies them.
 */
export function warningListRoutes(lists: WarningLists): PageRoute[] {
  const path = "/share/warning-lists"
  const who = "role:administrator"
  return [
    { method: "GET", path, who: "person", handle: (visit) => show(lists, visit) },
    { method: "POST", path, who, handle: (visit) => add(lists, visit) },
    { method: "POST", path: `${path}/remove`, who, handle: (visit) => remove(lists, visit) },
  ]
}

async function show(lists: WarningLists, visit: Visit, faults: Faults = {}): Promise<Reply> {
  const { t } = visit
  const form = visit.may("role:administrator") ? addForm(visit, faults) : nothing
  const status = Object.keys(faults).length > 0 ? { status: 400 } : {}
  return visit.page({
    ...{ title: t("nav.warning-lists"), place: "warning-lists", ...status },
    body: html`${errorSummary(t, faults)}<p>${t("warning-list.what")}</p>${listTable(visit, await lists.list())}${form}`,
  })
}

function listTable(visit: Visit, rows: readonly ListSummary[]): Html {
  const { t, format } = visit
  const columns: Column<ListSummary>[] = [
    {
      label: t("warning-list.name"),
      kind: "name",
      cell: ({ name, description }) => html`<span title="${visibleText(description)}">${visible(name)}</span>`,
    },
    { label: t("warning-list.type"), kind: "quiet", cell: ({ type }) => typeWord(t, type) },
    { label: t("warning-list.size"), kind: "number", cell: ({ size }) => format.number(size) },
    { label: t("warning-list.version"), kind: "quiet", wide: true, cell: ({ version }) => visible(version) },
    { label: t("warning-list.added-at"), kind: "quiet", wide: true, cell: ({ addedAt }) => format.time(addedAt) },
    { label: html`<span class="unseen">${t("warning-list.remove")}</span>`, cell: (list) => removeForm(visit, list) },
  ]
  const shown = visit.may("role:administrator") ? columns : columns.slice(0, -1)
  return table({ caption: t("nav.warning-lists"), columns: shown, rows, empty: emptyState(t("warning-list.none")) })
}

function typeWord(t: Visit["t"], type: ListSummary["type"]): string {
  const words = {
    cidr: t("warning-list.type-cidr"),
    hostname: t("warning-list.type-hostname"),
    string: t("warning-list.type-string"),
    substring: t("warning-list.type-substring"),
    regex: t("warning-list.type-regex"),
  }
  return words[type]
}

function removeForm({ t }: Visit, { name }: ListSummary): Html {
  return html`<form method="post" action="/share/warning-lists/remove"><input type="hidden" name="name" value="${name}"><button aria-label="${t("warning-list.remove-this", { name: visibleText(name) })}">${t("warning-list.remove")}</button></form>`
}

function addForm({ t, format }: Visit, faults: Faults): Html {
  const fault = faults.file
  const told =
    fault === undefined ? nothing : html`<p class="fault" id="field-file-fault">${t(fault.key, fault.values)}</p>`
  const hint = t("warning-list.file-hint", { size: format.bytes(LIST_BYTES_MOST) })
  return section(
    t("warning-list.add"),
    html`<form method="post" action="/share/warning-lists" enctype="multipart/form-data">
<div class="field${fault === undefined ? "" : " faulty"}"><label for="field-file">${t("warning-list.file")}</label><p class="hint" id="field-file-hint">${hint}</p>${told}<input type="file" id="field-file" name="file" accept=".json,application/json" aria-describedby="field-file-hint"></div>
<p class="actions"><button class="primary">${t("warning-list.add-go")}</button></p></form>`,
  )
}

async function add(lists: WarningLists, visit: Visit): Promise<Reply> {
  const text = await receiveFile(visit, LIST_BYTES_MOST)
  if (text === null) return show(lists, visit, { file: { key: "intake.nothing-sent" } })
  try {
    await lists.add(text, visit.person().commitment)
  } catch (error) {
    if (!(error instanceof ComityError) || !error.code.startsWith("warning-list.")) throw error
    return show(lists, visit, { file: { key: `error.${error.code}`, values: error.details } })
  }
  return visit.redirect("/share/warning-lists")
}

const Remove = z.object({ name: z.string().min(1).max(300) })

async function remove(lists: WarningLists, visit: Visit): Promise<Reply> {
  const form = await visit.form(Remove)
  if (!form.ok) throw new ComityError("invalid", "intake.form")
  await lists.remove(form.value.name, visit.person().commitment)
  return visit.redirect("/share/warning-lists")
}
