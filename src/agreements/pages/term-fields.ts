import type { Visit } from "../../accounts/index.ts"
import {
  type Choice,
  checkField,
  type Given,
  type Html,
  html,
  inputField,
  type Shown,
  selectField,
  tlpText,
  visible,
} from "../../http/index.ts"
import { partyKinds } from "../../parties/index.ts"
import {
  ACTIONS,
  CEILINGS,
  INCIDENT_CLASSES,
  instrumentChoices,
  ONWARD,
  PURPOSES,
  papText,
  purposeWord,
  safeguardText,
  safeguardTyped,
  type TermName,
} from "../../policy/index.ts"
import { INDUSTRY_SECTORS } from "../../stix/index.ts"
import type { ClauseTerms } from "../clause-terms.ts"
import type { AgreementText } from "../model.ts"
import { matchingFields, typedMatching } from "./matching-fields.ts"

/** How a term is asked for: some of a list, one of a list, words with spaces between, a whole number, a day. */
type Asked =
  | { as: "some"; choices: readonly Choice[] }
  | { as: "one"; choices: readonly Choice[] }
  | { as: "words" | "number" | "date" | "personal" | "instruments" | "matching" }

function asked({ t }: Visit, { parties }: AgreementText, term: TermName): Asked {
  const named = (values: readonly string[], word: (value: string) => Choice["label"]) =>
    values.map((value) => ({ value, label: word(value) }))
  const yesNo = [
    { value: "yes", label: t("agreement.yes") },
    { value: "no", label: t("agreement.no") },
  ]
  switch (term) {
    case "parties":
      return { as: "some", choices: parties.map(({ party, name }) => ({ value: party, label: visible(name) })) }
    case "kinds":
      return { as: "some", choices: named(partyKinds, (one) => kindWord(t, one)) }
    case "sectors":
      return { as: "some", choices: named(INDUSTRY_SECTORS, (one) => t(`terms.sector.${one}`)) }
    case "incidents":
      return { as: "some", choices: named(INCIDENT_CLASSES, (one) => t(`terms.incident.${one}`)) }
    case "purposes":
      return { as: "some", choices: PURPOSES.map((value) => ({ value, label: purposeWord(t, value) })) }
    case "marking":
      return { as: "one", choices: named(CEILINGS, tlpText) }
    case "actions":
      return { as: "one", choices: ACTIONS.map((value) => ({ value, label: papText(value) })) }
    case "attribution":
      return {
        as: "one",
        choices: [
          { value: "named", label: t("agreement.attribution-named") },
          { value: "hidden", label: t("agreement.attribution-hidden") },
        ],
      }
    case "onward":
      return { as: "one", choices: named(ONWARD, (one) => onwardWord(t, one)) }
    case "confidential":
    case "urgent":
      return { as: "one", choices: yesNo }
    case "personal":
      return { as: "personal" }
    case "bound":
      return { as: "instruments" }
    case "matching":
      return { as: "matching" }
    case "places":
    case "types":
      return { as: "words" }
    case "start":
    case "end":
      return { as: "date" }
    default:
      return { as: "number" }
  }
}

function kindWord(t: Visit["t"], kind: string): string {
  switch (kind) {
    case "government":
      return t("party.government")
    case "company":
      return t("party.company")
    case "civil":
      return t("party.civil")
    default:
      return t("party.international")
  }
}

function onwardWord(t: Visit["t"], value: string): string {
  switch (value) {
    case "agreement":
      return t("agreement.onward-agreement")
    case "constituents":
      return t("agreement.onward-constituents")
    case "marked":
      return t("agreement.onward-marked")
    default:
      return t("agreement.onward-none")
  }
}

/** A term of a text with what is settled now, and how its fields are named. */
type Field = { text: AgreementText; term: TermName; now: ClauseTerms | null; name?: string }

/** The fields of one term, filled with what is settled now. */
export function termFields(visit: Visit, shown: Shown, { text, term, now, name = "value" }: Field): Html {
  const { t } = visit
  const value = now?.[term]
  const kind = asked(visit, text, term)
  const label = t(`terms.name.${term}`)
  switch (kind.as) {
    case "some":
      return boxes(shown, name, kind.choices, value)
    case "instruments": {
      const choices = instrumentChoices(visit, Array.isArray(value) ? value.map(String) : [])
      return html`<p class="hint">${t("agreement.bound-what")}</p><div class="pick">${boxes(shown, name, choices, value)}</div>`
    }
    case "one": {
      const chosen = typeof value === "boolean" ? (value ? "yes" : "no") : typeof value === "string" ? value : ""
      return selectField(shown, { name, label, choices: kind.choices, value: chosen })
    }
    case "words":
      return inputField(shown, {
        name,
        label,
        hint: term === "places" ? t("agreement.places-what") : t("agreement.types-what"),
        value: Array.isArray(value) ? value.join(" ") : "",
        size: "long",
      })
    case "date":
      return inputField(shown, { name, label, type: "date", value: typeof value === "string" ? value : "" })
    case "number":
      return inputField(shown, {
        name,
        label: numberLabel(t, term),
        type: "number",
        inputmode: "numeric",
        size: "short",
        value: typeof value === "number" ? `${value}` : "",
      })
    case "personal":
      return personalFields(visit, shown, now, name)
    case "matching":
      return matchingFields(visit, shown, { rows: now?.matching ?? [], name })
  }
}

function boxes(shown: Shown, name: string, choices: readonly Choice[], value: unknown): Html {
  const chosen = new Set<unknown>(Array.isArray(value) ? value : [])
  const all = choices.map((one) =>
    checkField(shown, { name: `${name}.${one.value}`, label: one.label, checked: chosen.has(one.value) }),
  )
  return html`<div class="line-boxes" id="field-${name}">${all}</div>`
}

/** Whether the fields say of which term they are; else what stands around them has to. */
export function isNamed(visit: Visit, text: AgreementText, term: TermName): boolean {
  return !["some", "instruments", "number", "matching"].includes(asked(visit, text, term).as)
}

/** Duties towards people run in hours, the rest in days. */
function numberLabel(t: Visit["t"], term: TermName): string {
  return term === "acknowledge" || term === "answer" ? t("agreement.hours") : t("agreement.days")
}

function personalFields(visit: Visit, shown: Shown, now: ClauseTerms | null, name: string): Html {
  const { t } = visit
  const personal = now?.personal
  const choices = [
    { value: "forbid", label: t("agreement.personal-forbid") },
    { value: "redact", label: t("agreement.personal-redact") },
    { value: "allow", label: t("agreement.personal-allow") },
  ]
  const [safeguard, instrument] =
    personal?.is === "allow" ? [safeguardText(t, personal.safeguard), personal.instrument ?? ""] : ["", ""]
  const known = instrumentChoices(visit, instrument === "" ? [] : [instrument])
  return html`${selectField(shown, { name, label: t("terms.name.personal"), choices, value: personal?.is ?? "forbid" })}
${inputField(shown, { name: `${name}.safeguard`, label: t("agreement.safeguard"), hint: t("agreement.safeguard-what"), value: safeguard, size: "long" })}
${selectField(shown, { name: `${name}.instrument`, label: t("agreement.safeguard-instrument"), hint: t("agreement.safeguard-instrument-what"), choices: [{ value: "", label: t("agreement.no-instrument-chosen") }, ...known], value: instrument })}`
}

/** The term as it was typed, not checked yet. */
export function typedTerm(
  visit: Visit,
  text: AgreementText,
  { term, given, name = "value" }: { term: TermName; given: Given; name?: string },
): unknown {
  const typed = (behind = "") => (given[`${name}${behind}`]?.[0] ?? "").trim()
  const kind = asked(visit, text, term)
  switch (kind.as) {
    case "some":
      return kind.choices.flatMap(({ value }) => (typed(`.${value}`) === "yes" ? [value] : []))
    case "instruments": {
      const before = `${name}.`
      const names = Object.keys(given).filter((one) => one.startsWith(before) && given[one]?.[0] === "yes")
      return names.map((one) => one.slice(before.length))
    }
    case "words":
      return typed()
        .split(/[\s,;、，]+/)
        .filter((word) => word !== "")
        .map((word) => (term === "places" ? word.toUpperCase() : word))
    case "number":
      return /^\d{1,6}$/.test(typed()) ? Number(typed()) : null
    case "personal":
      return typed() === "allow" ? allowed(typed) : { is: typed() }
    case "matching":
      return typedMatching(typed)
    case "date":
      return typed()
    case "one":
      return term === "confidential" || term === "urgent" ? typed() === "yes" : typed()
  }
}

function allowed(typed: (behind: string) => string) {
  const instrument = typed(".instrument")
  return {
    is: "allow",
    safeguard: safeguardTyped(typed(".safeguard")),
    instrument: instrument === "" ? null : instrument,
  }
}
