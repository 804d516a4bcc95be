import type { Visit } from "../../accounts/index.ts"
import { type Html, html, nothing, prose, type State, stateMark, type Translate, visible } from "../../http/index.ts"
import type { AgreementText, TextParty } from "../model.ts"
import type { Position } from "../tabled/item.ts"
import { acceptedBy, type Negotiation, type Stand, standOf, type Version } from "../tabled/negotiation.ts"
import { reservedShown } from "./reserved.ts"
import type { Wording } from "./text.ts"

const STATES: Readonly<Record<Position, State>> = { accept: "open", reserve: "conditional", object: "closed" }

export function positionWord(t: Translate, position: Position | null): string {
  switch (position) {
    case "accept":
      return t("agreement.position-accept")
    case "reserve":
      return t("agreement.position-reserve")
    case "object":
      return t("agreement.position-object")
    case null:
      return t("agreement.position-none")
  }
}

export function positionMark(t: Translate, position: Position | null): Html {
  return stateMark(position === null ? "unknown" : STATES[position], positionWord(t, position))
}

/** Where each negotiator stands on a clause, one line each. */
export function standsShown(
  wording: Wording,
  negotiation: Negotiation,
  { hash, text: whole }: Version,
  clause: string,
): Html {
  const { t } = wording
  const lines = negotiatorsIn(negotiation).map(({ party, name }) => {
    const stand = standOf(negotiation, hash, clause, party)
    const text = stand?.says.text ?? ""
    const why = text === "" ? nothing : html`<div class="said">${prose(text)}</div>`
    return html`<li>${visible(name)} ${positionMark(t, stand?.says.position ?? null)}${why}${stand === null ? nothing : reserves(wording, whole, stand)}</li>`
  })
  return html`<ul class="stands" aria-label="${t("agreement.positions")}">${lines}</ul>`
}

/** What nodes do because of a position, where it is a reservation. */
export function reserves(wording: Wording, text: AgreementText, { says }: Pick<Stand, "says">): Html {
  return says.position === "reserve" ? reservedShown(wording, text, says) : nothing
}

/** How far each negotiator accepts the version. */
export function standing({ t, format }: Visit, negotiation: Negotiation, version: Version): Html {
  const lines = negotiatorsIn(negotiation).map(({ party, name }) => {
    const { accepted, clauses } = acceptedBy(negotiation, version, party)
    const state: State = accepted === clauses ? "open" : accepted === 0 ? "unknown" : "conditional"
    const word = t("agreement.accepted-of", { accepted: format.number(accepted), clauses: format.number(clauses) })
    return html`<li>${visible(name)} ${stateMark(state, word)}</li>`
  })
  return html`<ul class="plain-list">${lines}</ul>`
}

export function negotiatorsIn({ parties }: Pick<Negotiation, "parties">): TextParty[] {
  return parties.filter(({ role }) => role === "negotiator")
}

export function partyName({ parties }: Pick<Negotiation, "parties">, party: string): string {
  return parties.find((one) => one.party === party)?.name ?? party
}
