import type { Visit } from "../../accounts/index.ts"
import {
  facts,
  type Html,
  html,
  nothing,
  prose,
  type State,
  stateMark,
  type Translate,
  visible,
} from "../../http/index.ts"
import { mayAct } from "../acts/acting.ts"
import { type Binding, type Effect, effectOf } from "../acts/effect.ts"
import { ACT_NAMES, type Act } from "../acts/model.ts"
import { citedIn } from "../model.ts"
import type { Acted, Negotiation, Version } from "../tabled/negotiation.ts"
import { addressOf, query } from "./parts.ts"
import { reservedShown } from "./reserved.ts"
import { clauseWord } from "./words.ts"

const EFFECTS: Readonly<Record<Effect["is"], State>> = {
  open: "unknown",
  "in-force": "open",
  suspended: "conditional",
  ended: "closed",
  followed: "closed",
}

function effectWord(t: Translate, is: Effect["is"]): string {
  switch (is) {
    case "open":
      return t("agreement.effect-open")
    case "in-force":
      return t("agreement.effect-in-force")
    case "suspended":
      return t("agreement.effect-suspended")
    case "ended":
      return t("agreement.effect-ended")
    case "followed":
      return t("agreement.effect-followed")
  }
}

export function effectMark(t: Translate, { is }: Pick<Effect, "is">): Html {
  return stateMark(EFFECTS[is], effectWord(t, is))
}

const BINDINGS: Readonly<Record<Binding["is"], State>> = {
  unsigned: "unknown",
  waits: "conditional",
  bound: "open",
  suspended: "conditional",
  withdrawn: "closed",
}

function bindingWord(t: Translate, is: Binding["is"]): string {
  switch (is) {
    case "unsigned":
      return t("agreement.binding-unsigned")
    case "waits":
      return t("agreement.binding-waits")
    case "bound":
      return t("agreement.binding-bound")
    case "suspended":
      return t("agreement.effect-suspended")
    case "withdrawn":
      return t("agreement.binding-withdrawn")
  }
}

/** Who has signed a version and what is missing, with what this party may do about it. */
export function signing(visit: Visit, negotiation: Negotiation, version: Version, own: string | null): Html {
  const { t, format, may, now } = visit
  const effect = effectOf(negotiation, version, now)
  const lines = effect.bindings.map(({ party, is, until }) => {
    const leaving =
      until === null ? nothing : html` <span class="quiet">${t("agreement.until")} ${format.date(until)}</span>`
    return html`<li>${visible(party.name)} ${stateMark(BINDINGS[is], bindingWord(t, is))}${leaving}</li>`
  })
  const since = effect.since === null ? nothing : html`<p>${t("agreement.since")} ${format.time(effect.since)}</p>`
  const acts = may("role:officer") && own !== null ? actsOpen(visit, negotiation, version, own) : []
  const links = acts.map(
    (is) =>
      html`<li><a${is === "sign" ? html` class="button primary"` : nothing} href="${addressOf(negotiation, `/act${query({ version: version.hash, is })}`)}">${actVerb(t, is)}</a></li>`,
  )
  return html`${since}<ul class="plain-list">${lines}</ul>${links.length === 0 ? nothing : html`<ul class="plain-list no-print">${links}</ul>`}`
}

function actsOpen({ now }: Visit, negotiation: Negotiation, version: Version, own: string): Act["is"][] {
  return ACT_NAMES.filter((is) => mayAct(negotiation, version, own, is, now))
}

/** The act as a button names it. */
export function actVerb(t: Translate, is: Act["is"]): string {
  switch (is) {
    case "sign":
      return t("agreement.act-sign")
    case "instrument":
      return t("agreement.act-instrument")
    case "suspend":
      return t("agreement.act-suspend")
    case "resume":
      return t("agreement.act-resume")
    case "withdraw":
      return t("agreement.act-withdraw")
  }
}

/** What was done, in the past. */
export function actWord(t: Translate, is: Act["is"]): string {
  switch (is) {
    case "sign":
      return t("agreement.acted-sign")
    case "instrument":
      return t("agreement.acted-instrument")
    case "suspend":
      return t("agreement.acted-suspend")
    case "resume":
      return t("agreement.acted-resume")
    case "withdraw":
      return t("agreement.acted-withdraw")
  }
}

type Wording = Pick<Visit, "t" | "format" | "instrument">

/** Every act on a version, in its order, as evidence: who, when, by which key. */
export function actsShown(wording: Wording, negotiation: Negotiation, version: Version): Html {
  const { t, format } = wording
  const acts = negotiation.acts.filter(({ says }) => says.statement.text === version.hash)
  if (acts.length === 0) return html`<p class="quiet">${t("agreement.no-acts")}</p>`
  const items = acts.map((one) => {
    const { party, at, says } = one
    const name = version.text.parties.find((each) => each.party === party)?.name ?? party
    const about = facts([
      [t("agreement.acted-by"), visible(says.statement.by)],
      [t("agreement.acted-at"), format.time(at)],
      ...details(wording, version, one),
      [t("agreement.key"), html`<span class="mono hash">${says.key}</span>`],
      [t("agreement.signature"), html`<span class="mono hash">${says.signature}</span>`],
    ])
    return html`<li><strong>${visible(name)}</strong> ${actWord(t, says.statement.act.is)}${about}</li>`
  })
  return html`<ol class="plain-list parts">${items}</ol>`
}

/** What else an act says, with a label for each. */
export function details(wording: Wording, version: Version, { says }: Pick<Acted, "says">): [string, Html][] {
  const { t, format } = wording
  const { act } = says.statement
  switch (act.is) {
    case "sign":
      return act.reservations.map((one): [string, Html] => {
        const at = citedIn(version.text).get(one.clause)
        const place = at === undefined ? "" : clauseWord(t, format, at)
        return [
          t("agreement.reservation-to", { clause: place }),
          html`${prose(one.text)}${reservedShown(wording, version.text, one)}`,
        ]
      })
    case "instrument":
      return [[t("agreement.instrument"), html`${visible(act.name)} · ${visible(act.reference)} · ${act.date}`]]
    case "withdraw":
      return [
        [t("agreement.from-day"), html`${act.from}`],
        [t("agreement.reason"), prose(act.reason)],
      ]
    default:
      return act.reason === "" ? [] : [[t("agreement.reason"), prose(act.reason)]]
  }
}
