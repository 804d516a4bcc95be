import type { Visit } from "../../accounts/index.ts"
import { type Faults, type Html, html, nothing } from "../../http/index.ts"
import { type RenderedForm, rowsOf } from "../forms.ts"
import { ownLabel, rowLabel } from "./field-labels.ts"

/** What is missing or wrong, each with the name of its field: of forty fields many lack the same. */
export function draftSummary(visit: Visit, form: RenderedForm, faults: Faults): Html {
  const { t } = visit
  const entries = Object.entries(faults)
  if (entries.length === 0) return nothing
  const items = entries.map(([field, { key, values }]) => {
    const text = t(key, values)
    const label = field === "" ? null : fieldName(visit, form, field)
    return html`<li>${label === null ? text : html`<a href="#field-${field}">${t("request.named-fault", { field: label, fault: text })}</a>`}</li>`
  })
  return html`<div class="summary" role="alert" tabindex="-1" data-focus><h2>${t("form.summary")}</h2><ul>${items}</ul></div>`
}

function fieldName({ t, format }: Visit, form: RenderedForm, field: string): string {
  const [group = "", number = "", part = ""] = field.split(".")
  const place = { number: format.number(Number(number) + 1) }
  if (group === "items")
    return t("request.part-of", { group: t("request.item-number", place), part: itemPart(t, part) })
  if (group === "offences")
    return t("request.part-of", { group: t("request.offence-number", place), part: offencePart(t, part) })
  if (field === "urgency.reason") return t("request.urgency-reason")
  const row = rowsOf(form).find(({ core }) => core === field)
  if (row !== undefined) return rowLabel(t, row)
  return group === "who" ? t(`form-field.${number}`) : ownLabel(t, field)
}

function itemPart(t: Visit["t"], part: string): string {
  const words: Readonly<Record<string, string>> = {
    type: t("request.item-type"),
    value: t("request.item-value"),
    port: t("request.item-port"),
    from: t("request.item-from"),
    to: t("request.item-to"),
    zone: t("request.item-zone"),
    category: t("request.item-category"),
    reason: t("request.item-reason"),
  }
  return words[part] ?? part
}

function offencePart(t: Visit["t"], part: string): string {
  return part === "law" ? t("request.offence-law") : t("request.offence-name")
}
