import type { Visit } from "../../accounts/index.ts"
import { type Html, html, knows, type State, stateMark, visible } from "../../http/index.ts"
import { isPlace, PLACE_CODES } from "../../kernel/places.ts"
import type { Clock } from "../../kernel/time.ts"
import {
  type Day,
  dayAt,
  type FactBook,
  type Facts,
  type OwnRefusals,
  type Query,
  type Verdict,
} from "../../law/index.ts"
import type { Party } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import { addressOf } from "../asking.ts"
import { type Speaker, speaker } from "../explaining.ts"

export type PathPageParts = {
  store: Store
  book: FactBook
  clock: Clock
  /** The own refusal list, as it is now. */
  refusals: () => Promise<OwnRefusals>
  /** Who runs this node; null before it is set up. */
  own: () => Promise<Party | null>
}

/** One look at the facts that count now: who looks, from where, on which day. */
export type Look = {
  visit: Visit
  facts: Facts
  today: Day
  refusals: OwnRefusals
  /** Place of the own party. */
  own: string | null
  speak: Speaker
}

export const READER = "role:reader"
export const CHOOSER = "role:analyst"

export const FINDER = "/find/paths"
export const CHOOSE = "/find/paths/choose"
export const CHOICES = "/find/choices"
export const REACH = "/find/reach"
export const MATRIX = "/find/matrix"
export const GAINS = "/find/ratifications"

export async function lookOf({ book, clock, refusals, own }: PathPageParts, visit: Visit): Promise<Look> {
  const [facts, refused, party] = [await book.current(), await refusals(), await own()]
  const { t, viewer } = visit
  return {
    ...{ visit, facts, today: dayAt(clock.now()), refusals: refused },
    own: party !== null && isPlace(party.place) ? party.place : null,
    speak: speaker(t, viewer.language, facts),
  }
}

export function finderHref(query: Query): string {
  return `${FINDER}?${addressOf(query)}`
}

export function placeLink({ visit }: Look, code: string): Html {
  return html`<a href="/find/places/${code}">${visible(visit.format.place(code))}</a>`
}

export function instrumentLink({ speak }: Look, id: string): Html {
  return html`<a href="/find/instruments/${id}">${visible(speak.instrument(id))}</a>`
}

export function verdictWord({ visit: { t } }: Look, verdict: Verdict): string {
  return t(`law.verdict.${verdict}`)
}

export function verdictMark(look: Look, verdict: Verdict): Html {
  return stateMark(verdict satisfies State, verdictWord(look, verdict))
}

/** The word for a class of offence; its code where a correction of the facts brought one that nobody translated. */
export function offenceWord({ visit: { t, viewer } }: Look, code: string): string {
  return knows(viewer.language, `law.offence.${code}`) ? t(`law.offence.${code}`) : code
}

/** Every country and territory and the EU, by name. */
export function placesByName({ format }: Visit): string[] {
  return [...PLACE_CODES, "EU"].toSorted((a, b) => format.compare(format.place(a), format.place(b)))
}
