import { canonicalize, type Json } from "../kernel/canonical.ts"
import { liftObservables } from "./lift-observables.ts"
import { parseValue } from "./parse.ts"
import { isObject, type JsonObject } from "./spec.ts"
import { TLP1_LEVEL_BY_ID } from "./tlp.ts"
import type { CustomObject, StixObject } from "./types.ts"
import * as vocabularies from "./vocabularies.ts"

/** What STIX 2.0 wrote into `labels` has a property of its own in 2.1 (STIX 2.1 appendix C, changes from 2.0). */
const LABELS: Readonly<Record<string, { property: string; values: readonly string[] | null }>> = {
  identity: { property: "roles", values: null },
  indicator: { property: "indicator_types", values: vocabularies.indicatorTypes },
  malware: { property: "malware_types", values: vocabularies.malwareTypes },
  report: { property: "report_types", values: vocabularies.reportTypes },
  "threat-actor": { property: "threat_actor_types", values: vocabularies.threatActorTypes },
  tool: { property: "tool_types", values: vocabularies.toolTypes },
}

/**
 * The same statement in STIX 2.1: id, `created` and `modified` stay, so that the versions of both forms are one. An
 * `observed-data` with embedded observables gives these as objects of their own, before itself; they carry all its
 * markings. What 2.1 has no place for is kept as it was. The same input always gives the same output.
 */
export function liftObject(object: JsonObject | StixObject | CustomObject): JsonObject[] {
  const { type, id, ...rest } = object as JsonObject
  const lifted: JsonObject = { type: type as Json, spec_version: "2.1", id: id as Json, ...rest }
  lifted.spec_version = "2.1"
  if (typeof type === "string") liftLabels(lifted, type)
  if (type === "indicator") lifted.pattern_type ??= "stix"
  // 2.0 did not say; its malware objects were named families far more often than single samples.
  if (type === "malware") lifted.is_family ??= true
  if (type === "marking-definition") liftTlp(lifted)
  return type === "observed-data" ? liftObservedData(lifted) : [lifted]
}

/** Words of the vocabulary move to their new property, others stay labels. */
function liftLabels(object: JsonObject, type: string): void {
  const rule = Object.hasOwn(LABELS, type) ? LABELS[type] : undefined
  const labels = object.labels
  if (rule === undefined || !Array.isArray(labels) || object[rule.property] !== undefined) return
  const fits = (label: Json) => rule.values === null || rule.values.includes(String(label))
  const moved = labels.filter(fits)
  if (moved.length === 0) return
  const kept = labels.filter((label) => !fits(label))
  object[rule.property] = moved
  if (kept.length === 0) delete object.labels
  else object.labels = kept
  raiseMarkings(object, "labels")
}

/** With the name the object is the standard's own, to the letter (STIX 2.1 section 7.2.1.4). */
function liftTlp(object: JsonObject): void {
  const word = typeof object.id === "string" ? TLP1_LEVEL_BY_ID.get(object.id) : undefined
  if (word !== undefined) object.name ??= `TLP:${word.toUpperCase()}`
}

function liftObservedData(object: JsonObject): JsonObject[] {
  const container = object.objects
  if (!isObject(container) || typeof object.id !== "string") return [object]
  const observables = liftObservables(container, object.id)
  // An observable that would be refused on its own stays embedded, and so does all that belongs with it.
  if (observables === null || !observables.every((observable) => parseValue(observable).ok)) return [object]
  delete object.objects
  const before = Array.isArray(object.object_refs) ? object.object_refs : []
  object.object_refs = [...new Set([...before, ...observables.map((observable) => observable.id as Json)])]
  raiseMarkings(object, "objects")
  const marks = allMarkings(object)
  if (marks.length > 0) for (const observable of observables) observable.object_marking_refs = marks
  return [...withoutRepeats(observables), object]
}

/** The same observable twice in one container is one object; what differs under one id is two versions of it. */
function withoutRepeats(observables: JsonObject[]): JsonObject[] {
  return [...new Map(observables.map((observable) => [canonicalize(observable), observable])).values()]
}

/**
 * Granular markings on a property that has moved would mark nothing, or something else: what they said of the part
 * is said of the whole object instead, so that lifting never loosens.
 */
function raiseMarkings(object: JsonObject, moved: string): void {
  const markings = object.granular_markings
  if (!Array.isArray(markings)) return
  const raised: Json[] = []
  const kept: Json[] = []
  for (const marking of markings) {
    if (!isObject(marking) || !Array.isArray(marking.selectors)) continue
    const selectors = marking.selectors.filter(
      (selector) => selector !== moved && !String(selector).startsWith(`${moved}.`),
    )
    if (selectors.length < marking.selectors.length && marking.marking_ref !== undefined)
      raised.push(marking.marking_ref)
    if (selectors.length > 0) kept.push({ ...marking, selectors })
  }
  if (kept.length === 0) delete object.granular_markings
  else object.granular_markings = kept
  if (raised.length > 0) object.object_marking_refs = [...new Set([...objectMarkings(object), ...raised])]
}

function objectMarkings(object: JsonObject): Json[] {
  return Array.isArray(object.object_marking_refs) ? object.object_marking_refs : []
}

function allMarkings(object: JsonObject): Json[] {
  const parts = Array.isArray(object.granular_markings) ? object.granular_markings : []
  const granular = parts.flatMap((part) => (isObject(part) && part.marking_ref !== undefined ? [part.marking_ref] : []))
  return [...new Set([...objectMarkings(object), ...granular])]
}
