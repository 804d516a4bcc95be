import { type Html, html, type Piece, type State, stateMark, type Translate } from "../../../http/index.ts"
import { type Instant, parseInstant } from "../../../kernel/time.ts"
import type { JsonObject } from "../../../stix/index.ts"
import { type Showing, textAt } from "./showing.ts"

/** From when until when an indicator holds: `from ≤ t < until` (STIX 2.1 section 4.7). Null where nothing is said. */
export type Validity = { from: Instant | null; until: Instant | null }

export type Standing = "revoked" | "not-yet-valid" | "valid" | "expired"

export function validityOf(object: JsonObject): Validity {
  const [from, until] = [textAt(object, "valid_from"), textAt(object, "valid_until")]
  return { from: from === null ? null : parseInstant(from), until: until === null ? null : parseInstant(until) }
}

/** Null for what can neither be revoked nor expire. */
export function standingOf(object: JsonObject, now: Instant): Standing | null {
  if (object.revoked === true) return "revoked"
  if (object.type !== "indicator") return null
  const { from, until } = validityOf(object)
  if (until !== null && now >= until) return "expired"
  return from !== null && now < from ? "not-yet-valid" : "valid"
}

const STATES: Readonly<Record<Standing, State>> = {
  revoked: "closed",
  expired: "closed",
  "not-yet-valid": "conditional",
  valid: "open",
}

/** The state in a word, beside the title. */
export function standingMark(t: Translate, standing: Standing): Html {
  return stateMark(STATES[standing], wordOf(t, standing))
}

function wordOf(t: Translate, standing: Standing): string {
  switch (standing) {
    case "revoked":
      return t("object.state.revoked")
    case "expired":
      return t("object.state.expired")
    case "not-yet-valid":
      return t("object.state.not-yet-valid")
    case "valid":
      return t("object.state.valid")
  }
}

/** How much of its time has passed: 0 to 1; null without an end, or where the end is not behind the beginning. */
export function ageOf({ from, until }: Validity, now: Instant): number | null {
  if (from === null || until === null || until <= from) return null
  return Math.min(1, Math.max(0, (now - from) / (until - from)))
}

/** Validity and decay: the words first, then the same as a bar, drawn by attributes alone. */
export function validityShown({ t, format, now }: Showing, object: JsonObject): Html {
  const validity = validityOf(object)
  const age = ageOf(validity, now)
  const ends = html`<p class="ends"><span>${timeOr(format.time, validity.from, t("object.validity.no-start"))}</span><span>${timeOr(format.time, validity.until, t("object.validity.no-end"))}</span></p>`
  return html`<p>${sentenceOf({ t, format, now }, validity)}</p>${age === null ? null : bar(t, age, format.percent(age))}${ends}`
}

function timeOr(show: (instant: Instant) => Html, instant: Instant | null, otherwise: string): Piece {
  return instant === null ? otherwise : show(instant)
}

function sentenceOf({ t, format, now }: Pick<Showing, "t" | "format" | "now">, validity: Validity): string {
  const { from, until } = validity
  if (until !== null && now >= until) return t("object.validity.expired", { ago: format.ago(until, now) })
  if (from !== null && now < from) return t("object.validity.begins", { ago: format.ago(from, now) })
  if (until === null) return t("object.validity.open")
  const age = ageOf(validity, now)
  if (age === null) return t("object.validity.expires", { ago: format.ago(until, now) })
  return t("object.validity.running", { ago: format.ago(until, now), share: format.percent(age) })
}

function bar(t: Translate, age: number, share: string): Html {
  const width = Math.round(age * 1000) / 10
  return html`<svg class="validity" role="img" aria-label="${t("object.validity.passed", { share })}" height="10" width="100%"><rect class="bar-track" width="100%" height="10"/><rect class="bar-value" width="${width}%" height="10"/></svg>`
}
