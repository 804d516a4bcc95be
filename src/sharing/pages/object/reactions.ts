import type { JsonObject } from "../../../stix/index.ts"
import { isObject, textAt, textsAt } from "./showing.ts"

/**
 * What others say of an object by objects of their own. The standard has no word for "false alarm", so tools have
 * theirs; read are those of OpenCTI (`x_opencti_negative`, or `negative` in its extension), of MISP's converter
 * misp-stix (a sighting of type 1 becomes an opinion "strongly-disagree" with the explanation "False positive
 * Sighting", in 2.0 of the type x-misp-opinion), and the label that people write by hand.
 */
const OPENCTI = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"
const MISP_EXPLANATION = "False positive Sighting"
const FALSE_LABEL = /^(?:[\w-]{1,40}:)?(?:[\w-]{1,40}=)?"?false[ _-]?positive"?$/i

export type Verdict = "seen" | "not-seen" | "false-alarm"

/** A count of 0 says that it was looked for and not seen (STIX 2.1 section 5.2). */
export function verdictOf(sighting: JsonObject): Verdict {
  const extensions = isObject(sighting.extensions) ? sighting.extensions[OPENCTI] : undefined
  const negative = sighting.x_opencti_negative === true || (isObject(extensions) && extensions.negative === true)
  if (negative || textsAt(sighting, "labels").some((label) => FALSE_LABEL.test(label))) return "false-alarm"
  return sighting.count === 0 ? "not-seen" : "seen"
}

export type Sightings = {
  /** How often it was seen, over all sightings; one without a count was one time. */
  times: number
  seen: number
  notSeen: number
  falseAlarms: number
  /** As sent; null if no sighting says it. */
  first: string | null
  last: string | null
}

/** What sightings say together; withdrawn ones say nothing. */
export function tallyOf(sightings: readonly JsonObject[]): Sightings {
  const living = sightings.filter(({ revoked }) => revoked !== true)
  const seen = living.filter((sighting) => verdictOf(sighting) === "seen")
  const times = seen.reduce((sum, { count }) => sum + (typeof count === "number" ? count : 1), 0)
  const firsts = seen.flatMap((sighting) => textAt(sighting, "first_seen") ?? []).sort()
  const lasts = seen.flatMap((sighting) => textAt(sighting, "last_seen") ?? textAt(sighting, "first_seen") ?? []).sort()
  const count = (verdict: Verdict) => living.filter((sighting) => verdictOf(sighting) === verdict).length
  return {
    ...{ times, seen: seen.length, notSeen: count("not-seen"), falseAlarms: count("false-alarm") },
    ...{ first: firsts[0] ?? null, last: lasts.at(-1) ?? null },
  }
}

export type Opinion = {
  opinion: string
  explanation: string | null
  authors: string[]
  /** The converter's way to say that a sighting was a false alarm. */
  falseAlarm: boolean
}

/** Null for what is no opinion. */
export function opinionOf(object: JsonObject): Opinion | null {
  const custom = object.type === "x-misp-opinion"
  const opinion = textAt(object, custom ? "x_misp_opinion" : "opinion")
  if (opinion === null || !(custom || object.type === "opinion")) return null
  const explanation = textAt(object, custom ? "x_misp_explanation" : "explanation")
  const author = textAt(object, "x_misp_author")
  return {
    ...{ opinion, explanation, authors: author === null ? textsAt(object, "authors") : [author] },
    falseAlarm: explanation === MISP_EXPLANATION,
  }
}
