import type { z } from "zod"
import { type Html, html, nothing, type Piece } from "./html.ts"
import type { Translate } from "./locale.ts"
import type { Ask } from "./reply.ts"

/** What a person typed, by field, as typed: shown again if something is wrong, so that nothing is lost. */
export type Given = Readonly<Record<string, readonly string[]>>

/** What was wrong, by field: a key of the locale files and its values. The field `""` is the form as a whole. */
export type Faults = Readonly<Record<string, Fault>>
export type Fault = { key: string; values?: Readonly<Record<string, string | number>> }

export type Form<Value> = { ok: true; value: Value; given: Given } | { ok: false; faults: Faults; given: Given }

export const noForm = { given: {}, faults: {} } as const

/** Bytes of a form: of a person, and of anybody, of whom thousands may send at once. */
const FORM_MOST = { person: 256 * 1024, visitor: 64 * 1024 } as const

/**
 * Reads a form that a browser sent. The schema gets one value for each name (a list where it is sent several times or
 * the name ends in `[]`); a fault's key is the schema's message, or `form.invalid` where that is no key.
 */
export async function readForm<Value>(
  ask: Ask<unknown>,
  schema: z.ZodType<Value>,
  from: keyof typeof FORM_MOST = "person",
): Promise<Form<Value>> {
  const given = new Map<string, string[]>()
  // In one pass: anybody may send a form, and of tens of thousands of names.
  for (const [name, sent] of new URLSearchParams((await ask.body(FORM_MOST[from])).toString("utf8"))) {
    // Browsers send a line break as two signs and count it as one, so a text that fits would not fit here.
    const value = sent.replaceAll("\r\n", "\n")
    const before = given.get(name)
    if (before === undefined) given.set(name, [value])
    else before.push(value)
  }
  return parseForm(Object.fromEntries(given), schema)
}

/** The same for what came by another way, such as the query of an address. */
export function parseForm<Value>(given: Given, schema: z.ZodType<Value>): Form<Value> {
  const flat = Object.fromEntries(
    Object.entries(given).map(([name, values]) => [
      name,
      values.length === 1 && !name.endsWith("[]") ? values[0] : [...values],
    ]),
  )
  const parsed = schema.safeParse(flat)
  if (parsed.success) return { ok: true, value: parsed.data, given }
  const faults: Record<string, Fault> = {}
  for (const issue of parsed.error.issues) {
    const field = String(issue.path[0] ?? "")
    faults[field] ??= faultOf(issue, (flat[field] ?? "") === "")
  }
  return { ok: false, faults, given }
}

const KEY = /^[a-z][a-z-]*(\.[a-z0-9-]+)+$/

function faultOf(issue: z.core.$ZodIssue, empty: boolean): Fault {
  if (KEY.test(issue.message)) return { key: issue.message }
  const missing = issue.code === "invalid_type" || (issue.code === "too_small" && issue.minimum === 1)
  if (missing || empty) return { key: "form.missing" }
  if (issue.code === "too_big") return { key: "form.too-long", values: { most: Number(issue.maximum) } }
  return { key: "form.invalid" }
}

/** What stands above a form with faults; the script gives it the focus. */
export function errorSummary(t: Translate, faults: Faults): Html {
  const entries = Object.entries(faults)
  if (entries.length === 0) return nothing
  const items = entries.map(([field, fault]) => {
    const text = t(fault.key, fault.values)
    return html`<li>${field === "" ? text : html`<a href="#field-${field}">${text}</a>`}</li>`
  })
  return html`<div class="summary" role="alert" tabindex="-1" data-focus><h2>${t("form.summary")}</h2><ul>${items}</ul></div>`
}

export type Shown = { t: Translate; given: Given; faults: Faults }

type Common = {
  name: string
  label: Piece
  hint?: Piece
  required?: boolean
}

type Input = Common & {
  type?: "text" | "password" | "email" | "search" | "number" | "datetime-local" | "date" | "url"
  value?: string
  autocomplete?: string
  inputmode?: "numeric" | "email" | "url"
  most?: number
  size?: "short" | "usual" | "long"
  spellcheck?: boolean
}

/** A one-line field: label above, hint below it, the error beside. What was typed is kept, passwords excepted. */
export function inputField(shown: Shown, input: Input): Html {
  const { name, type = "text", most = 500, size = "usual" } = input
  const value = type === "password" ? "" : (shown.given[name]?.[0] ?? input.value ?? "")
  const optional = html`${attribute("autocomplete", input.autocomplete)}${attribute("inputmode", input.inputmode)}${input.spellcheck === false ? html` spellcheck="false" autocapitalize="off"` : nothing}`
  return around(
    shown,
    input,
    html`<input class="${size}" id="field-${name}" type="${type}" name="${name}" value="${value}" maxlength="${most}"${optional}${described(shown, input)}>`,
  )
}

export function textField(shown: Shown, input: Common & { rows?: number; value?: string; most?: number }): Html {
  const { name, rows = 6, most = 100_000 } = input
  const value = shown.given[name]?.[0] ?? input.value ?? ""
  return around(
    shown,
    input,
    html`<textarea id="field-${name}" name="${name}" rows="${rows}" maxlength="${most}" spellcheck="false"${described(shown, input)}>
${value}</textarea>`,
  )
}

export type Choice = { value: string; label: Piece; hint?: Piece }

/** One of a few: radio buttons under a legend. */
export function choiceField(shown: Shown, input: Common & { choices: readonly Choice[]; value?: string }): Html {
  const { name, choices } = input
  const chosen = shown.given[name]?.[0] ?? input.value
  const items = choices.map(({ value, label, hint }, i) => {
    const id = i === 0 ? `field-${name}` : `field-${name}-${i}`
    const about = hint === undefined ? nothing : html`<span class="hint" id="${id}-hint">${hint}</span>`
    const described = hint === undefined ? nothing : html` aria-describedby="${id}-hint"`
    return html`<div class="choice"><input type="radio" id="${id}" name="${name}" value="${value}"${chosen === value ? html` checked` : nothing}${described}><label for="${id}">${label}</label>${about}</div>`
  })
  const { hint, fault } = beside(shown, input)
  return html`<fieldset class="field${fault === nothing ? "" : " faulty"}"><legend>${input.label}</legend>${hint}${fault}${items}</fieldset>`
}

/** One of many: a list to pick from. */
export function selectField(shown: Shown, input: Common & { choices: readonly Choice[]; value?: string }): Html {
  const { name, choices } = input
  const chosen = shown.given[name]?.[0] ?? input.value
  const items = choices.map(
    ({ value, label }) =>
      html`<option value="${value}"${chosen === value ? html` selected` : nothing}>${label}</option>`,
  )
  return around(
    shown,
    input,
    html`<select id="field-${name}" name="${name}"${described(shown, input)}>${items}</select>`,
  )
}

export function checkField(shown: Shown, input: Common & { value?: string; checked?: boolean }): Html {
  const { name, value = "yes" } = input
  const sent = Object.keys(shown.given).length > 0
  const on = sent ? (shown.given[name] ?? []).includes(value) : input.checked === true
  const { hint, fault } = beside(shown, input)
  return html`<div class="field check${fault === nothing ? "" : " faulty"}"><div class="choice"><input type="checkbox" id="field-${name}" name="${name}" value="${value}"${on ? html` checked` : nothing}${described(shown, input)}><label for="field-${name}">${input.label}</label>${hint}</div>${fault}</div>`
}

function around(shown: Shown, input: Common, control: Html): Html {
  const { hint, fault } = beside(shown, input)
  return html`<div class="field${fault === nothing ? "" : " faulty"}"><label for="field-${input.name}">${input.label}</label>${hint}${fault}${control}</div>`
}

function beside({ t, faults }: Shown, { name, hint }: Common) {
  const fault = faults[name]
  return {
    hint: hint === undefined ? nothing : html`<p class="hint" id="field-${name}-hint">${hint}</p>`,
    fault:
      fault === undefined ? nothing : html`<p class="fault" id="field-${name}-fault">${t(fault.key, fault.values)}</p>`,
  }
}

function described({ faults }: Shown, { name, hint, required }: Common): Html {
  const ids = [
    ...(hint === undefined ? [] : [`field-${name}-hint`]),
    ...(faults[name] === undefined ? [] : [`field-${name}-fault`]),
  ]
  const invalid = faults[name] === undefined ? nothing : html` aria-invalid="true"`
  return html`${ids.length === 0 ? nothing : attribute("aria-describedby", ids.join(" "))}${invalid}${required === true ? html` aria-required="true"` : nothing}`
}

function attribute(name: "autocomplete" | "inputmode" | "aria-describedby", value: string | undefined): Html {
  return value === undefined ? nothing : html` ${name}="${value}"`
}
