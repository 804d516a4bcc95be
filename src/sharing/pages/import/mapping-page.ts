import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import {
  checkField,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  noForm,
  type Reply,
  selectField,
  type Translate,
  visible,
} from "../../../http/index.ts"
import {
  type Collection,
  type Delimiter,
  ENCODINGS,
  type Line,
  type Mapping,
  ROLES,
  type Role,
} from "../../../library/index.ts"
import type { Import } from "../../intake/model.ts"
import { headline, importPath } from "./parts.ts"

const CELL_MOST = 80
const ROWS_SHOWN = 8
const NAMES = { comma: ",", semicolon: ";", tab: "\t", bar: "|" } as const satisfies Record<string, Delimiter>
type DelimiterName = keyof typeof NAMES

const Columns = z.union([z.array(z.enum(ROLES)), z.enum(ROLES).transform((one) => [one])])

/** How a person says that a table is meant; `go` is the button. */
export const MappingForm = z.object({
  encoding: z.enum(ENCODINGS),
  delimiter: z.enum(["comma", "semicolon", "tab", "bar"]),
  header: z.literal("yes").optional(),
  "role[]": Columns.default([]),
  go: z.enum(["look", "preview", "text"]).default("preview"),
})

export function mappingOf(form: z.infer<typeof MappingForm>): Mapping {
  return { delimiter: NAMES[form.delimiter], header: form.header === "yes", roles: form["role[]"] }
}

/** At least one column must hold values; what speaks of the value may stand once. */
export function mappingFaults({ roles }: Mapping): Faults {
  if (!roles.includes("value")) return { role: { key: "intake.no-value-column" } }
  const twice = roles.some((role, i) => role !== "value" && role !== "ignore" && roles.indexOf(role) !== i)
  return twice ? { role: { key: "intake.column-twice" } } : {}
}

/** What the columns of a table are: its first lines, and above each the choice. */
export function mappingPage(
  visit: Visit,
  one: Import,
  collection: Collection | null,
  given: Given = {},
  faults: Faults = {},
): Reply {
  const { t } = visit
  const mapping: Mapping = one.choices.mapping ?? { delimiter: ",", header: false, roles: [] }
  const chosen = given["role[]"] ?? mapping.roles
  const body = html`${errorSummary(t, faults)}${headline(visit, one, collection)}<p>${t("intake.mapping-what")}</p>
<form method="post" action="${importPath(one)}/mapping">
${sampleTable(t, one.foresight.lines, mapping, chosen)}
<p class="actions"><button class="primary" name="go" value="preview">${t("intake.mapping-go")}</button><button formaction="${importPath(one)}/cancel">${t("intake.give-up")}</button></p>
<h2>${t("intake.mapping-wrong")}</h2>${details(t, one, mapping)}
</form>`
  const status = Object.keys(faults).length > 0 ? { status: 400 } : {}
  return visit.page({ title: t("intake.mapping-title"), place: "import", body, ...status })
}

function sampleTable(t: Translate, lines: readonly Line[], mapping: Mapping, chosen: readonly string[]): Html {
  const width = Math.max(mapping.roles.length, ...lines.map(({ cells }) => cells.length))
  const columns = Array.from({ length: width }, (_, i) => i)
  const heads = mapping.header ? lines[0]?.cells : undefined
  const nameOf = (i: number) => heads?.[i] ?? t("intake.column", { number: i + 1 })
  const choices = columns.map((i) => html`<th scope="col">${roleSelect(t, i, nameOf(i), chosen[i] ?? "ignore")}</th>`)
  const body = lines
    .slice(0, ROWS_SHOWN)
    .map(
      ({ cells }) =>
        html`<tr>${columns.map((i) => html`<td class="mono">${visible((cells[i] ?? "").slice(0, CELL_MOST))}</td>`)}</tr>`,
    )
  return html`<div class="scroll" id="field-role" tabindex="0" role="region" aria-label="${t("intake.mapping-title")}"><table class="list"><caption class="unseen">${t("intake.mapping-title")}</caption><thead><tr>${choices}</tr></thead><tbody>${body}</tbody></table></div>`
}

function roleSelect(t: Translate, column: number, name: string, chosen: string): Html {
  const options = ROLES.map(
    (role) => html`<option value="${role}"${role === chosen ? html` selected` : null}>${roleWord(t, role)}</option>`,
  )
  return html`<label class="unseen" for="role-${column}">${t("intake.column-means", { name })}</label><select id="role-${column}" name="role[]">${options}</select>`
}

function roleWord(t: Translate, role: Role): string {
  const words: Readonly<Record<Role, string>> = {
    ignore: t("intake.role-ignore"),
    value: t("intake.role-value"),
    type: t("intake.role-type"),
    name: t("intake.role-name"),
    description: t("intake.role-description"),
    labels: t("intake.role-labels"),
    confidence: t("intake.role-confidence"),
    valid_from: t("intake.role-valid-from"),
    valid_until: t("intake.role-valid-until"),
    tlp: t("intake.role-tlp"),
  }
  return words[role]
}

/** How the bytes are cut into letters and cells; changed rarely, so it stands below. */
function details(t: Translate, one: Import, mapping: Mapping): Html {
  const shown = { t, ...noForm }
  const names = Object.keys(NAMES) as DelimiterName[]
  const delimiters = names.map((name) => ({ value: name, label: delimiterWord(t, name) }))
  const encodings = ENCODINGS.map((name) => ({ value: name, label: name }))
  const encoding = one.choices.encoding ?? "utf-8"
  const hint = encoding === "windows-1252" ? { hint: t("intake.encoding-guessed") } : {}
  const delimiter = names.find((name) => NAMES[name] === mapping.delimiter) ?? "comma"
  return html`<div class="halves">${selectField(shown, { name: "delimiter", label: t("intake.delimiter"), choices: delimiters, value: delimiter })}
${selectField(shown, { name: "encoding", label: t("intake.encoding"), choices: encodings, value: encoding, ...hint })}</div>
${checkField(shown, { name: "header", label: t("intake.header"), checked: mapping.header })}
<p class="actions"><button name="go" value="look">${t("intake.mapping-look")}</button><button name="go" value="text">${t("intake.mapping-text")}</button></p>`
}

function delimiterWord(t: Translate, name: DelimiterName): string {
  if (name === "comma") return t("intake.delimiter-comma")
  if (name === "semicolon") return t("intake.delimiter-semicolon")
  return name === "tab" ? t("intake.delimiter-tab") : t("intake.delimiter-bar")
}
