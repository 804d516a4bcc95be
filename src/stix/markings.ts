import type { Json } from "../kernel/canonical.ts"
import { type Walk, warn } from "./findings.ts"
import { resolveSelector } from "./selectors.ts"
import { isObject, type JsonObject } from "./spec.ts"
import { joinTlp, type Tlp, tlpOfMarking } from "./tlp.ts"

/** One selected part of an object and what a granular marking says of it. */
export type GranularMarking =
  | { kind: "marking"; path: string; value: Json; marking: string }
  | { kind: "language"; path: string; value: Json; language: string }

/** The level of the whole object and the markings that are no TLP, each id once, in order of appearance. */
export type EffectiveMarking = { level: Tlp | null; others: string[] }

/**
 * Joins the marks on the object and on its parts: the strictest decides for the whole (STIX 2.1 section 7.2.3: both
 * apply). Marks whose selector points nowhere count too, since dropping one would loosen. What stands behind
 * `others` (a statement, PAP, rules of a community) cannot be known from the id.
 */
export function effectiveMarking(object: JsonObject): EffectiveMarking {
  const others = new Set<string>()
  let level: Tlp | null = null
  for (const id of markingIds(object)) {
    const known = tlpOfMarking(id)
    if (known !== null) level = joinTlp(level, known)
    else others.add(id)
  }
  return { level, others: [...others] }
}

function* markingIds(object: JsonObject): Generator<string> {
  const { object_marking_refs: refs, granular_markings: parts } = object
  if (Array.isArray(refs)) yield* refs.filter((id) => typeof id === "string")
  if (!Array.isArray(parts)) return
  for (const part of parts) if (isObject(part) && typeof part.marking_ref === "string") yield part.marking_ref
}

/** Every part that a granular marking reaches, one entry for each selector; selectors that point nowhere are left out. */
export function granularMarkings(object: JsonObject): GranularMarking[] {
  const found: GranularMarking[] = []
  for (const [marking, selector] of selectors(object)) {
    const selected = resolveSelector(object, selector)
    if (selected === null) continue
    if (typeof marking.marking_ref === "string") {
      found.push({ kind: "marking", ...selected, marking: marking.marking_ref })
    } else if (typeof marking.lang === "string") found.push({ kind: "language", ...selected, language: marking.lang })
  }
  return found
}

/** Notes each selector that points nowhere, under its own path. */
export function checkSelectors(object: JsonObject, walk: Walk): void {
  for (const [, selector, markingAt, selectorAt] of selectors(object)) {
    if (resolveSelector(object, selector) !== null) continue
    walk.path.push("granular_markings", markingAt, "selectors", selectorAt)
    warn(walk, "stix.selector")
    walk.path.length -= 4
  }
}

function* selectors(object: JsonObject): Generator<[JsonObject, string, number, number]> {
  const markings = object.granular_markings
  if (!Array.isArray(markings)) return
  for (const [markingAt, marking] of markings.entries()) {
    if (!isObject(marking) || !Array.isArray(marking.selectors)) continue
    for (const [selectorAt, selector] of marking.selectors.entries()) {
      if (typeof selector === "string") yield [marking, selector, markingAt, selectorAt]
    }
  }
}
