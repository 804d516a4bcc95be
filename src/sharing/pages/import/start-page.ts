import type { Visit } from "../../../accounts/index.ts"
import {
  type Column,
  emptyState,
  errorSummary,
  type Faults,
  type Html,
  html,
  type Reply,
  section,
  selectField,
  table,
  textField,
  visibleText,
} from "../../../http/index.ts"
import { listCollections } from "../../../library/index.ts"
import type { Import } from "../../intake/model.ts"
import { type ImportParts, importPath, nameOf, stateOf } from "./parts.ts"

const RECENT = 20

/** Something to import, by file or by paste; below it what was imported lately. */
export async function startPage(
  parts: ImportParts,
  visit: Visit,
  faults: Faults = {},
  fields: ReadonlyMap<string, string> = new Map(),
): Promise<Reply> {
  const { t } = visit
  const inboxes = (await listCollections(parts.store)).filter(({ kind }) => kind === "inbox")
  const form =
    inboxes.length === 0
      ? emptyState(t("intake.no-collection"), { href: "/share/collections", label: t("nav.collections") })
      : uploadForm(visit, inboxes, faults, fields)
  const status = Object.keys(faults).length > 0 ? { status: 400 } : {}
  return visit.page({
    ...{ title: t("nav.import"), place: "import", scripts: ["import.js"], ...status },
    body: html`<div class="decision">${form}</div>${section(t("intake.recent"), await recent(parts, visit), "recent")}`,
  })
}

function uploadForm(
  visit: Visit,
  inboxes: readonly { id: string; title: string }[],
  faults: Faults,
  fields: ReadonlyMap<string, string>,
): Html {
  const { t, format } = visit
  const given = Object.fromEntries([...fields].map(([name, value]) => [name, [value]]))
  const shown = { t, given, faults }
  const wanted = visit.ask.query.get("collection") ?? undefined
  const collections = inboxes
    .map(({ id, title }) => ({ value: id, label: visibleText(title) }))
    .sort((a, b) => format.compare(a.label, b.label))
  const formats = [
    { value: "", label: t("intake.format-any") },
    { value: "stix", label: t("intake.format-stix") },
    { value: "csv", label: t("intake.format-csv") },
    { value: "text", label: t("intake.format-text") },
  ]
  return html`${errorSummary(t, faults)}<p>${t("intake.what")}</p>
<form method="post" action="/share/import" enctype="multipart/form-data" data-import>
${selectField(shown, { name: "collection", label: t("intake.collection"), hint: t("intake.collection-hint"), choices: collections, ...(wanted === undefined ? {} : { value: wanted }) })}
${selectField(shown, { name: "format", label: t("intake.format"), hint: t("intake.format-hint"), choices: formats })}
<div class="field drop"><label for="field-file">${t("intake.file")}</label><p class="hint" id="field-file-hint">${t("intake.file-hint")}</p>
<input type="file" id="field-file" name="file" aria-describedby="field-file-hint"><p class="needs-script quiet">${t("intake.drop")}</p></div>
${textField(shown, { name: "text", label: t("intake.text"), hint: t("intake.text-hint"), rows: 8, most: 4_000_000 })}
<p class="actions"><button class="primary">${t("intake.send")}</button></p>
<progress max="1" value="0" aria-label="${t("intake.sending")}" hidden></progress>
</form>`
}

async function recent({ imports }: ImportParts, visit: Visit): Promise<Html> {
  const { t, format } = visit
  const columns: Column<Import>[] = [
    { label: t("intake.name"), kind: "name", cell: (one) => html`<a href="${importPath(one)}">${nameOf(t, one)}</a>` },
    { label: t("intake.state"), cell: (one) => stateOf(t, one) },
    { label: t("intake.accepted"), kind: "number", cell: (one) => numberOf(visit, one.outcome?.accepted) },
    { label: t("intake.rejected"), kind: "number", wide: true, cell: (one) => numberOf(visit, one.outcome?.rejected) },
    { label: t("intake.when"), kind: "quiet", wide: true, cell: (one) => format.time(one.createdAt) },
  ]
  const rows = await imports.list(RECENT)
  return table({ caption: t("intake.recent"), columns, rows, empty: emptyState(t("intake.none-yet")) })
}

function numberOf({ format }: Visit, count: number | undefined): string {
  return count === undefined ? "–" : format.number(count)
}

export const NOTHING_SENT: Faults = { file: { key: "intake.nothing-sent" } }
