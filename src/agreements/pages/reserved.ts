import type { Visit } from "../../accounts/index.ts"
import { type Given, type Html, html, nothing, type Shown } from "../../http/index.ts"
import { termWord } from "../../policy/index.ts"
import { ClauseTerms } from "../clause-terms.ts"
import type { AgreementText, Clause } from "../model.ts"
import { isReservation, narrowedBy, type Reservation, reservableIn } from "../reserving.ts"
import { isNamed, termFields, typedTerm } from "./term-fields.ts"
import { clauseSentences, type Wording } from "./text.ts"

/** What nodes do because of a reservation, or that they do nothing because of it. */
export function reservedShown(wording: Wording, text: AgreementText, reservation: Omit<Reservation, "text">): Html {
  const { t } = wording
  const narrowed = narrowedBy(text, reservation)
  if (narrowed === null) return html`<p class="quiet keeper">${t("agreement.reserved-people")}</p>`
  const lines = clauseSentences(wording, text, narrowed).map((sentence) => html`<li>${sentence}</li>`)
  return html`<div class="enforced"><p class="quiet">${t("agreement.reserved-nodes")}</p><ul>${lines}</ul></div>`
}

/** The terms of a clause as they are to count for this party; none where people alone keep the clause. */
export function reservedFields(
  visit: Visit,
  field: Shown,
  { text, clause, now }: { text: AgreementText; clause: Clause; now: ClauseTerms | undefined },
): Html {
  const { t } = visit
  const names = reservableIn(clause)
  if (names.length === 0) return html`<p class="hint">${t("agreement.reserve-people")}</p>`
  const groups = names.map((term) => {
    const fields = termFields(visit, field, { text, term, now: { ...clause.terms, ...now }, name: nameOf(term) })
    const asked = html`<input type="hidden" name="reserves" value="${term}">${fields}`
    if (isNamed(visit, text, term)) return asked
    return html`<fieldset class="field"><legend>${termWord(t, term)}</legend>${asked}</fieldset>`
  })
  const open = now !== undefined || field.given.position?.[0] === "reserve"
  return html`<details${open ? html` open` : nothing}><summary>${t("agreement.reserve-terms")}</summary><p class="hint">${t("agreement.reserve-terms-what")}</p>${groups}</details>`
}

const nameOf = (term: string) => `reserve.${term}`

/** What was typed narrower than the clause has it, undefined where nothing was; null for what no reservation can be. */
export function typedReserved(
  visit: Visit,
  text: AgreementText,
  clause: Clause,
  given: Given,
): ClauseTerms | null | undefined {
  const asked = new Set(given.reserves ?? [])
  const names = reservableIn(clause).filter((term) => asked.has(term))
  if (names.length === 0) return undefined
  const typed = names.map((term) => [term, typedTerm(visit, text, { term, given, name: nameOf(term) })])
  const parsed = ClauseTerms.safeParse(Object.fromEntries(typed))
  if (!parsed.success || !isReservation(text, clause, parsed.data)) return null
  return narrowedBy(text, { clause: clause.id, terms: parsed.data }) ?? undefined
}
