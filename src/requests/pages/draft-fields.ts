import type { Visit } from "../../accounts/index.ts"
import {
  checkField,
  choiceField,
  type Html,
  html,
  inputField,
  nothing,
  type Piece,
  type Shown,
  section,
  selectField,
  stateMark,
  textField,
} from "../../http/index.ts"
import { type Fields, itemRows, NOTE, offenceRows, ROWS_MOST } from "../core.ts"
import { type FormRow, OWN_FIELDS, type RenderedForm, rowsOf, STATUSES, sectionsOf } from "../forms.ts"
import { ownLabel, rowLabel, WHO_PARTS } from "./field-labels.ts"
import { categoryChoices, languageChoices, measureChoices, placeChoices, typeChoices } from "./words.ts"

/** What is drawn: the form, what was typed, and how many rows of identifiers and offences there is room for. */
export type DraftForm = { form: RenderedForm; shown: Shown; rows: { items: number; offences: number } }

type One = { path: string; label: string; hint: Piece; required: boolean }

/** Every field of a form, under the headings of the form, and then what the node asks for beside it. */
export function draftFields(visit: Visit, draft: DraftForm): Html {
  const { t } = visit
  const seen = new Set<string>()
  const parts = sectionsOf(rowsOf(draft.form)).map(({ key, rows }) => {
    const fields = rows.filter(({ core }) => !seen.has(core) && seen.add(core)).map((row) => fieldOf(visit, draft, row))
    return fields.length === 0 ? nothing : section(t(key), html`${fields}`)
  })
  const own = OWN_FIELDS[draft.form].map((path) =>
    control(visit, draft, { path, label: ownLabel(t, path), hint: null, required: true }),
  )
  const note = textField(draft.shown, { name: NOTE, label: t("request.note"), hint: t("request.note-hint"), rows: 4 })
  return html`${parts}${section(t("request.own-fields"), html`<p class="hint">${t("request.own-fields-what")}</p>${own}`)}${section(t("request.own-side"), note)}`
}

function fieldOf(visit: Visit, draft: DraftForm, row: FormRow): Html {
  const { t } = visit
  const mark = row.verified === "yes" ? null : stateMark("unknown", t("request.unverified"))
  const required = /^yes\b/.test(row.required)
  return control(visit, draft, { path: row.core, label: rowLabel(t, row), hint: mark, required })
}

const LONG: ReadonlySet<string> = new Set([
  ...["who.address", "investigating.address", "whom.authority", "facts", "link", "necessity", "basis", "decisions"],
  ...["procedures", "proceedings", "assistance", "persons", "purpose", "limits"],
])
const TICKED: ReadonlySet<string> = new Set([
  ...["intent", "partial", "confidential", "provider.confirmed"],
  ...["modules.preserve", "modules.stored", "modules.realtime"],
])
const DAYS: ReadonlySet<string> = new Set(["date", "prior.mla.date", "prior.preservation.date"])

function control(visit: Visit, draft: DraftForm, one: One): Html {
  const { t } = visit
  const { shown } = draft
  const { path: name, label, required } = one
  const common = { name, label, required, ...(one.hint === null ? {} : { hint: one.hint }) }
  if (name === "items") return items(visit, draft, one)
  if (name === "offences") return offences(visit, draft, one)
  if (name === "who") return whoFields(visit, draft, one)
  if (name === "urgency") return urgency(visit, draft, one)
  if (name === "status") return choiceField(shown, { ...common, choices: statusChoices(visit, draft.form) })
  if (name === "who.reply") return choiceField(shown, { ...common, choices: replyChoices(visit) })
  if (name === "whom.place") return selectField(shown, { ...common, choices: placeChoices(visit) })
  if (name === "language") return selectField(shown, { ...common, choices: languageChoices(visit) })
  if (name === "measure") {
    const choices = [{ value: "", label: t("request.choose") }, ...measureChoices(t)]
    return selectField(shown, { ...common, choices })
  }
  if (TICKED.has(name)) return checkField(shown, common)
  if (LONG.has(name)) return textField(shown, { ...common, rows: 4, most: 20_000 })
  if (DAYS.has(name)) return inputField(shown, { ...common, type: "date", size: "short" })
  return inputField(shown, { ...common, spellcheck: false })
}

function statusChoices({ t }: Visit, form: RenderedForm) {
  const words: Readonly<Record<string, string>> = {
    new: t("request.status-new"),
    extension: t("request.status-extension"),
    "follow-up-mla": t("request.status-follow-up-mla"),
    "follow-up-preservation": t("request.status-follow-up-preservation"),
  }
  return STATUSES[form].map((value) => ({ value, label: words[value] ?? value }))
}

function replyChoices({ t }: Visit) {
  return [
    { value: "email", label: t("request.reply-email") },
    { value: "other", label: t("request.reply-other") },
  ]
}

function whoFields(visit: Visit, draft: DraftForm, { hint }: One): Html {
  const { t } = visit
  const fields = WHO_PARTS.map((part) =>
    control(visit, draft, {
      path: `who.${part}`,
      label: t(`form-field.${part}`),
      hint: part === "organisation" ? hint : null,
      required: part === "organisation",
    }),
  )
  return html`${fields}`
}

function urgency({ t }: Visit, { shown }: DraftForm, { label, hint }: One): Html {
  const choices = [
    { value: "normal", label: t("request.urgency-normal") },
    { value: "urgent", label: t("request.urgency-urgent") },
  ]
  const why = { name: "urgency.reason", label: t("request.urgency-reason"), rows: 2, most: 20_000 }
  return html`${choiceField(shown, { name: "urgency.level", label, choices, ...(hint === null ? {} : { hint }) })}${textField(shown, why)}`
}

function offences({ t, format }: Visit, { shown, rows }: DraftForm, { label, hint }: One): Html {
  const groups = numbers(rows.offences).map((row) => {
    const at = (part: string) => `offences.${row}.${part}`
    return html`<fieldset class="group"><legend>${t("request.offence-number", { number: format.number(row + 1) })}</legend>
${inputField(shown, { name: at("name"), label: t("request.offence-name"), size: "long" })}
${textField(shown, { name: at("law"), label: t("request.offence-law"), hint: t("request.offence-law-hint"), rows: 4, most: 20_000 })}
${inputField(shown, { name: at("penalty"), label: t("request.offence-penalty"), size: "long" })}</fieldset>`
  })
  const more = html`<p><button name="add" value="offences">${t("request.offence-add")}</button></p>`
  return html`<h3>${label}</h3>${hint === null ? nothing : html`<p class="hint">${hint}</p>`}${groups}${more}`
}

function items(visit: Visit, { shown, rows }: DraftForm, { label, hint }: One): Html {
  const { t } = visit
  const groups = numbers(rows.items).map((row) => itemGroup(visit, shown, row))
  const more = html`<p><button name="add" value="items">${t("request.item-add")}</button></p>`
  return html`<h3>${label}</h3>${hint === null ? nothing : html`<p class="hint">${hint}</p>`}${groups}${more}`
}

function itemGroup({ t, format }: Visit, shown: Shown, row: number): Html {
  const at = (part: string) => `items.${row}.${part}`
  const code = { size: "short", spellcheck: false } as const
  const types = [{ value: "", label: t("request.choose") }, ...typeChoices(t)]
  const categories = [{ value: "", label: t("request.choose") }, ...categoryChoices(t)]
  return html`<fieldset class="group"><legend>${t("request.item-number", { number: format.number(row + 1) })}</legend>
<div class="bar">${selectField(shown, { name: at("type"), label: t("request.item-type"), choices: types })}
${inputField(shown, { name: at("value"), label: t("request.item-value"), spellcheck: false })}</div>
<div class="bar">${inputField(shown, { spellcheck: false, name: at("from"), label: t("request.item-from"), hint: t("request.item-time-hint") })}
${inputField(shown, { spellcheck: false, name: at("to"), label: t("request.item-to"), hint: t("request.item-time-hint") })}
${inputField(shown, { ...code, name: at("zone"), label: t("request.item-zone"), hint: t("request.zone-hint"), value: "UTC" })}</div>
${selectField(shown, { name: at("category"), label: t("request.item-category"), choices: categories })}
${checkField(shown, { name: at("shared"), label: t("request.item-shared"), hint: t("request.item-shared-hint") })}
${inputField(shown, { ...code, name: at("port"), label: t("request.item-port"), inputmode: "numeric" })}
${inputField(shown, { name: at("reason"), label: t("request.item-reason"), hint: t("request.item-reason-hint"), size: "long" })}</fieldset>`
}

function numbers(count: number): number[] {
  return Array.from({ length: Math.min(count, ROWS_MOST) }, (_, row) => row)
}

/** Room for what is there, and for as many more as somebody asked for; one at least. */
export function rowsFor(fields: Fields, query: URLSearchParams): DraftForm["rows"] {
  const wanted = (name: string) => Math.min(ROWS_MOST, Math.max(1, Number(query.get(name) ?? 1) || 1))
  const last = (found: readonly { row: number }[]) => (found.at(-1)?.row ?? 0) + 1
  return {
    items: Math.max(wanted("items"), last(itemRows(fields))),
    offences: Math.max(wanted("offences"), last(offenceRows(fields))),
  }
}
