import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import {
  type Choice,
  checkField,
  choiceField,
  type Html,
  html,
  inputField,
  type Piece,
  type Shown,
  selectField,
  tlpLabel,
  tlpText,
} from "../../../http/index.ts"
import { isPlace } from "../../../kernel/places.ts"
import { partyKinds } from "../../../parties/index.ts"
import {
  ACTIONS,
  CEILINGS,
  DEFAULT_TERMS,
  INCIDENT_CLASSES,
  instrumentChoices,
  ONWARD,
  PURPOSES,
  papText,
  partyKindWord,
  purposeWord,
  safeguardText,
  safeguardTyped,
  sectorWord,
  Terms,
  termWord,
} from "../../../policy/index.ts"
import { INDUSTRY_SECTORS } from "../../../stix/index.ts"

/** The terms of a new shared collection: what most people decide first, all else under "more". */
export function termFields(visit: Visit, shown: Shown): Html {
  const { t } = visit
  const marks = CEILINGS.map((level) => ({ value: level, label: tlpLabel(level), hint: markHint(visit, level) }))
  const personal = [
    { value: "forbid", label: t("agreement.personal-forbid") },
    { value: "redact", label: t("agreement.personal-redact") },
    { value: "allow", label: t("agreement.personal-allow") },
  ]
  const instruments = instrumentChoices(visit, [])
  return html`${choiceField(shown, { name: "marking", label: termWord(t, "marking"), choices: marks, value: DEFAULT_TERMS.marking })}
${selectField(shown, { name: "personal", label: termWord(t, "personal"), choices: personal, value: DEFAULT_TERMS.personal.is })}
${inputField(shown, { name: "safeguard", label: t("agreement.safeguard"), hint: t("agreement.safeguard-what"), value: safeguardText(t, SAFEGUARD), size: "long", most: 500 })}
${selectField(shown, { name: "instrument", label: t("agreement.safeguard-instrument"), hint: t("agreement.safeguard-instrument-what"), choices: [{ value: "", label: t("agreement.no-instrument-chosen") }, ...instruments], value: "" })}
<details${moreIsMeant(shown) ? html` open` : html``}><summary>${t("shared.more-terms")}</summary>${readers(visit, shown, instruments)}${things(visit, shown)}${handling(visit, shown)}${times(visit, shown)}</details>`
}

const SAFEGUARD = DEFAULT_TERMS.personal.is === "allow" ? DEFAULT_TERMS.personal.safeguard : ""
const FIRST = new Set(["title", "alias", "party[]", "marking", "personal", "safeguard", "instrument"])

function moreIsMeant({ faults }: Shown): boolean {
  return Object.keys(faults).some((name) => !FIRST.has(name))
}

function markHint({ t }: Visit, level: string): string {
  return t("terms.marking", { marking: tlpText(level) })
}

function readers({ t }: Visit, shown: Shown, instruments: readonly Choice[]): Html {
  const names = new Map(instruments.map(({ value, label }) => [value, label]))
  const bound = boxes(shown, "bound[]", termWord(t, "bound"), [...names.keys()], (id) => names.get(id) ?? id, {
    hint: t("agreement.bound-what"),
  })
  return html`${boxes(shown, "kind[]", termWord(t, "kinds"), partyKinds, (one) => partyKindWord(t, one))}
${inputField(shown, { name: "places", label: termWord(t, "places"), hint: t("agreement.places-what"), spellcheck: false })}
<div class="pick">${bound}</div>
${checkField(shown, { name: "told", label: t("shared.tell-readers") })}`
}

function things({ t }: Visit, shown: Shown): Html {
  const actions = [{ value: "", label: t("shared.not-limited") }, ...ACTIONS.map(papChoice)]
  return html`${inputField(shown, { name: "types", label: termWord(t, "types"), hint: t("agreement.types-what"), spellcheck: false })}
${boxes(shown, "sector[]", termWord(t, "sectors"), INDUSTRY_SECTORS, (one) => sectorWord(t, one))}
${boxes(shown, "incident[]", termWord(t, "incidents"), INCIDENT_CLASSES, (one) => t(`terms.incident.${one}`))}
${selectField(shown, { name: "actions", label: termWord(t, "actions"), choices: actions, value: "" })}`
}

function papChoice(level: (typeof ACTIONS)[number]) {
  return { value: level, label: papText(level) }
}

function handling({ t }: Visit, shown: Shown): Html {
  const onward = {
    none: t("agreement.onward-none"),
    agreement: t("agreement.onward-agreement"),
    constituents: t("agreement.onward-constituents"),
    marked: t("agreement.onward-marked"),
  }
  const attribution = [
    { value: "named", label: t("agreement.attribution-named") },
    { value: "hidden", label: t("agreement.attribution-hidden") },
  ]
  return html`${boxes(shown, "purpose[]", termWord(t, "purposes"), PURPOSES, (one) => purposeWord(t, one), { checked: DEFAULT_TERMS.purposes })}
${selectField(shown, { name: "attribution", label: termWord(t, "attribution"), choices: attribution, value: "named" })}
${selectField(shown, { name: "onward", label: termWord(t, "onward"), choices: ONWARD.map((value) => ({ value, label: onward[value] })), value: "none" })}`
}

function times({ t }: Visit, shown: Shown): Html {
  const number = (name: "retention" | "acknowledge" | "answer" | "sightings" | "notice", unit: string) =>
    inputField(shown, {
      name,
      label: termWord(t, name),
      hint: unit,
      type: "number",
      inputmode: "numeric",
      size: "short",
    })
  const day = (name: "start" | "end") =>
    inputField(shown, { name, label: termWord(t, name), type: "date", size: "short" })
  const [days, hours] = [t("agreement.days"), t("agreement.hours")]
  return html`${number("retention", days)}${number("acknowledge", hours)}${number("answer", hours)}${number("sightings", days)}
${day("start")}${day("end")}${number("notice", days)}${checkField(shown, { name: "urgent", label: t("shared.urgent") })}`
}

/** Some of a list; none means that it is not limited. */
function boxes<Value extends string>(
  shown: Shown,
  name: string,
  label: string,
  values: readonly Value[],
  word: (value: Value) => Piece,
  { checked = [], hint }: { checked?: readonly string[]; hint?: string } = {},
): Html {
  const sent = Object.keys(shown.given).length > 0
  const chosen = new Set<string>(sent ? shown.given[name] : checked)
  const items = values.map(
    (value) =>
      html`<label><input type="checkbox" name="${name}" value="${value}"${chosen.has(value) ? html` checked` : html``}> ${word(value)}</label>`,
  )
  const fault = shown.faults[name]
  const wrong = fault === undefined ? html`` : html`<p class="fault">${shown.t(fault.key, fault.values)}</p>`
  const said = hint === undefined ? html`` : html`<p class="hint">${hint}</p>`
  return html`<fieldset class="field" id="field-${name}"><legend>${label}</legend>${said}${wrong}<div class="line-boxes">${items}</div></fieldset>`
}

const some = <Value extends string>(values: readonly Value[]) => z.array(z.enum(values)).default([]).transform(orNull)
const words = z
  .string()
  .max(5000)
  .default("")
  .transform((text) => text.split(/[\s,;、，]+/).filter((word) => word !== ""))
const number = z
  .string()
  .trim()
  .regex(/^(?:[1-9]\d{0,4})?$/)
  .default("")
  .transform((text) => (text === "" ? null : Number(text)))
const day = z
  .union([z.literal(""), z.iso.date()])
  .default("")
  .transform((text) => (text === "" ? null : text))
const Instrument = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/)
const flag = z.literal("yes").optional()

/** What the fields of `termFields` send. */
export const TermsForm = z.object({
  marking: z.enum(CEILINGS).default(DEFAULT_TERMS.marking),
  personal: z.enum(["forbid", "redact", "allow"]).default(DEFAULT_TERMS.personal.is),
  safeguard: z.string().trim().max(500).default(SAFEGUARD),
  instrument: z
    .union([z.literal(""), Instrument])
    .default("")
    .transform((id) => (id === "" ? null : id)),
  "kind[]": some(partyKinds),
  places: words
    .transform((codes) => codes.map((code) => code.toUpperCase()))
    .refine((codes) => codes.every(isPlace))
    .transform(orNull),
  "bound[]": z.array(Instrument).default([]).transform(orNull),
  told: flag,
  types: words.transform(orNull),
  "sector[]": some(INDUSTRY_SECTORS),
  "incident[]": some(INCIDENT_CLASSES),
  actions: z
    .union([z.literal(""), z.enum(ACTIONS)])
    .default("")
    .transform((level) => (level === "" ? null : level)),
  "purpose[]": z
    .array(z.enum(PURPOSES))
    .min(1)
    .default([...DEFAULT_TERMS.purposes]),
  attribution: z.enum(["named", "hidden"]).default(DEFAULT_TERMS.attribution),
  onward: z.enum(ONWARD).default(DEFAULT_TERMS.onward),
  ...{ retention: number, acknowledge: number, answer: number, sightings: number, notice: number },
  ...{ start: day, end: day },
  urgent: flag,
})

/** The terms that a form says; null where it says what no terms are, such as a type that cannot be one. */
export function termsIn(form: z.output<typeof TermsForm>): Terms | null {
  const { marking, actions, attribution, onward, retention, start, end, types, places } = form
  const { acknowledge, answer, sightings, instrument } = form
  const safeguard = safeguardTyped(form.safeguard)
  const personal = form.personal === "allow" ? { is: "allow", safeguard, instrument } : { is: form.personal }
  const terms = {
    v: 1,
    audience: {
      parties: null,
      kinds: form["kind[]"],
      places,
      bound: form["bound[]"],
      confidential: form.told === undefined,
    },
    objects: { types, sectors: form["sector[]"], incidents: form["incident[]"] },
    ...{ marking, actions, attribution, onward, retention, start, end, personal, purposes: form["purpose[]"] },
    duties: { acknowledge, answer, sightings },
    notice: form.notice ?? 0,
    urgent: form.urgent !== undefined,
  }
  return Terms.safeParse(terms).data ?? null
}

function orNull<Item>(items: Item[]): Item[] | null {
  return items.length === 0 ? null : items
}
