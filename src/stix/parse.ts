import { canonicalize, type Json } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import { JsonFault, type JsonFaultCode, parseStrictJson } from "../kernel/json.ts"
import { timestampKey } from "../kernel/time.ts"
import { customObject } from "./common.ts"
import { type Fault, type FaultCode, type Finding, newWalk, refuseAt, type Walk, warn, warnAt } from "./findings.ts"
import { isTypeName, typeOfId } from "./formats.ts"
import { checkSelectors, effectiveMarking } from "./markings.ts"
import { checkNames } from "./names.ts"
import { hasForeignScoId } from "./sco-id.ts"
import { isObject, type JsonObject } from "./spec.ts"
import type { Tlp } from "./tlp.ts"
import { type CustomObject, type StixObject, TYPES, type TypeSpec } from "./types.ts"

/** An object that may be kept. The bytes it came from stay the evidence; this is what was understood of them. */
export type ParsedObject = {
  object: StixObject | CustomObject
  id: string
  type: string
  spec: "2.0" | "2.1"
  /** Equal for equal versions: the instant of `modified` as a sortable text, else the hex of `canonical`. */
  version: string
  /** As sent; null for objects that are never versioned. */
  modified: string | null
  created: string | null
  revoked: boolean
  createdBy: string | null
  /** 32 bytes: SHA-256 of the RFC 8785 form. */
  canonical: Buffer
  marking: Tlp | null
  otherMarkings: string[]
  warnings: Finding[]
}

/** `at` is the path of the offending property, empty for the whole. */
export type ObjectOutcome =
  | { ok: true; parsed: ParsedObject }
  | { ok: false; id: string | null; code: FaultCode | JsonFaultCode; at: string }

const LONGEST_ID = 300

/** Reads the exact bytes of one object. Refuses only what breaks identity, type or time; notes the rest. */
export function parseObject(bytes: Uint8Array): ObjectOutcome {
  let value: Json
  try {
    value = parseStrictJson(bytes)
  } catch (fault) {
    if (fault instanceof JsonFault) return { ok: false, id: null, code: fault.code, at: "" }
    throw fault
  }
  return parseValue(value)
}

/** The same for an object that is already strict JSON, such as one that was just lifted or composed. */
export function parseValue(value: Json): ObjectOutcome {
  if (!isObject(value)) return { ok: false, id: null, code: "stix.not-object", at: "" }
  const head = readHead(value)
  if ("code" in head) return refusal(value, head)
  const walk = newWalk(head.spec)
  const known = TYPES.get(head.type)
  if (!checkBody(value, known, walk)) return refusal(value, walk.fault ?? { code: "stix.wrong-type", at: "" })
  noteOddities(value, head, known, walk)
  return { ok: true, parsed: describe(value, head, known, walk.findings) }
}

function refusal(value: JsonObject, fault: Fault): ObjectOutcome {
  const id = typeof value.id === "string" && value.id.length <= LONGEST_ID ? value.id : null
  return { ok: false, id, ...fault }
}

type Head = { type: string; id: string; spec: "2.0" | "2.1" }

function readHead(object: JsonObject): Head | Fault {
  const { type, id, spec_version: spec } = object
  if (typeof type !== "string") return { code: "stix.type-missing", at: "type" }
  if (!isTypeName(type)) return { code: "stix.type-malformed", at: "type" }
  if (type === "bundle") return { code: "stix.bundle-nested", at: "type" }
  if (typeof id !== "string") return { code: "stix.id-missing", at: "id" }
  const named = typeOfId(id)
  if (named === null) return { code: "stix.id-malformed", at: "id" }
  if (named !== type) return { code: "stix.id-of-other-type", at: "id" }
  if (spec === "2.0" || spec === "2.1") return { type, id, spec }
  if (spec !== undefined) return { code: "stix.spec-version", at: "spec_version" }
  return { type, id, spec: impliedSpec(object, type) }
}

/** STIX 2.1 section 3.2: absent means 2.0, but observables were no objects of their own before 2.1. */
function impliedSpec(object: JsonObject, type: string): "2.0" | "2.1" {
  const family = TYPES.get(type)?.family
  if (family === "observable") return "2.1"
  return family === undefined && object.modified === undefined ? "2.1" : "2.0"
}

function checkBody(object: JsonObject, known: TypeSpec | undefined, walk: Walk): boolean {
  if (!(known?.spec ?? customObject).check(object, walk) || walk.fault !== null) return false
  if (!checkTimes(object, known, walk)) return false
  const marks = object.object_marking_refs
  return (
    !(Array.isArray(marks) && marks.includes(object.id as string)) ||
    refuseAt(walk, "object_marking_refs", "stix.marking-loop")
  )
}

function checkTimes(object: JsonObject, known: TypeSpec | undefined, walk: Walk): boolean {
  const { created, modified } = object
  if (known?.family === "observable" || typeof created !== "string" || typeof modified !== "string") return true
  if (created === modified) return true
  const from = timestampKey(created)
  const to = timestampKey(modified)
  return from === null || to === null || to >= from || refuseAt(walk, "modified", "stix.modified-before-created")
}

/** STIX 2.1 section 3.2: created and modified are precise to the millisecond. */
const MILLISECONDS = 24

function noteOddities(object: JsonObject, head: Head, known: TypeSpec | undefined, walk: Walk): void {
  const { created, modified } = object
  if (head.type.includes("_")) warnAt(walk, "type", "stix.type-underscore")
  if (head.id !== head.id.toLowerCase()) warnAt(walk, "id", "stix.id-case")
  if (known?.family !== "observable") {
    if (typeof created === "string" && created.length < MILLISECONDS)
      warnAt(walk, "created", "stix.timestamp-precision")
    if (typeof modified === "string" && modified.length < MILLISECONDS)
      warnAt(walk, "modified", "stix.timestamp-precision")
  } else if (hasForeignScoId(object, head.id)) warnAt(walk, "id", "stix.sco-id")
  if (object.granular_markings !== undefined) checkSelectors(object, walk)
  if (known !== undefined) checkNames(object, known.spec.properties, walk)
  if (needs21(object, known, head)) warn(walk, "stix.spec-version-missing")
}

/** Says nothing of its version, so it counts as 2.0, but has properties or a type that came with 2.1. */
function needs21(object: JsonObject, known: TypeSpec | undefined, head: Head): boolean {
  if (object.spec_version !== undefined || head.spec === "2.1" || known === undefined) return false
  return NEW_IN_21.has(head.type) || object.pattern_type !== undefined || object.is_family !== undefined
}

const NEW_IN_21 = new Set([
  ...["grouping", "incident", "infrastructure", "location", "malware-analysis", "note", "opinion"],
  ...["language-content", "extension-definition"],
])

function describe(object: JsonObject, head: Head, known: TypeSpec | undefined, warnings: Finding[]): ParsedObject {
  const canonical = sha256(canonicalize(object))
  const versioned = known?.family !== "observable" && head.type !== "marking-definition"
  const modified = versioned ? textOf(object.modified) : null
  const version = modified === null ? null : timestampKey(modified)
  const { level, others } = effectiveMarking(object)
  return {
    object: object as StixObject | CustomObject,
    id: head.id,
    type: head.type,
    spec: head.spec,
    version: version ?? canonical.toString("hex"),
    modified,
    created: known?.family === "observable" ? null : textOf(object.created),
    revoked: versioned && object.revoked === true,
    createdBy: known?.family === "observable" ? null : textOf(object.created_by_ref),
    canonical,
    marking: level,
    otherMarkings: others,
    warnings,
  }
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null
}
