import type { Json } from "../../kernel/canonical.ts"
import { essentialProperties, type JsonObject, patternComparisons } from "../../stix/index.ts"
import type { Found, RedactedKind } from "../release/model.ts"
import { fieldName, PERSONAL_ATTRIBUTES, PERSONAL_FIELDS, PERSONAL_TYPES, UNREAD } from "./fields.ts"
import { personalInName, personalInText, personalInValue } from "./patterns.ts"

/** Nobody nests deeper what is meant to be read. */
const DEPTH_MOST = 30

/** Classes of identity that are no person; one that never says what it is may be one. */
const NO_PERSON = new Set(["group", "system", "organization", "class"])

/**
 * Personal data that a machine finds in an object: by its type, by names of properties, by the form of texts, in
 * patterns (the list is in docs/release.md). Each finding is a property of the object that can be taken out, or, where
 * the object is nothing without it, the whole. What is not found is not thereby none: people look, too.
 */
export function personalData(object: JsonObject): Found[] {
  const { type } = object
  const name = typeof type === "string" ? type : ""
  const whole = wholeKinds(object, name)
  // Others name a marking by its id, so there is no copy of one.
  const essential = name === "marking-definition" ? null : essentialProperties(name)
  const found = new Map<string, Found>()
  for (const what of whole) found.set(` ${what}`, { path: "", what, whole: true })
  for (const [property, value] of Object.entries(object)) {
    const kinds = kindsIn(property, value, 0, { pattern: name === "indicator" && property === "pattern" })
    for (const what of kinds) {
      const one = foundAt(
        property,
        value,
        what,
        essential === null || essential.has(property) || property === "objects",
      )
      for (const each of one) if (!whole.has(what) || !each.whole) found.set(`${each.path} ${what}`, each)
    }
  }
  return [...found.values()]
}

/** Personal as a whole: nothing of it can be taken out. */
function wholeKinds({ identity_class: group, resource_level: level }: JsonObject, type: string): Set<RedactedKind> {
  const kinds = new Set<RedactedKind>()
  const byType = lookUp(PERSONAL_TYPES, type)
  if (byType !== undefined) kinds.add(byType)
  if (type === "identity" && !(typeof group === "string" && NO_PERSON.has(group))) {
    kinds.add(group === "individual" ? "name" : "unsaid")
  }
  if (type === "threat-actor" && level === "individual") kinds.add("name")
  return kinds
}

/** Lists and extensions lose the one part that holds it; everything else goes as a whole property. */
function foundAt(property: string, value: Json, what: RedactedKind, whole: boolean): Found[] {
  const path = `/${escaped(property)}`
  if (whole || typeof value !== "object" || value === null || !DIVISIBLE.has(property)) return [{ path, what, whole }]
  const parts = Object.entries(value).filter(([key, part]) => kindsIn(key, part, 1, { pattern: false }).has(what))
  if (parts.length === 0) return [{ path, what, whole }]
  return parts.map(([key]) => ({ path: `${path}/${escaped(key)}`, what, whole }))
}

const DIVISIBLE = new Set(["external_references", "extensions"])

/** RFC 6901 section 3. */
function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1")
}

function kindsIn(property: string, value: Json, depth: number, { pattern }: { pattern: boolean }): Set<RedactedKind> {
  const kinds = new Set<RedactedKind>()
  const byName = lookUp(PERSONAL_FIELDS, fieldName(property))
  if (byName !== undefined && !isEmpty(value)) kinds.add(byName)
  for (const kind of personalInName(property)) kinds.add(kind)
  collect(value, depth, kinds, isText(property))
  if (pattern && typeof value === "string") for (const kind of kindsInPattern(value)) kinds.add(kind)
  return kinds
}

/** `text`: what people may have written; else ids, hashes, times, bytes. */
function collect(value: Json, depth: number, kinds: Set<RedactedKind>, text: boolean): void {
  if (typeof value === "string") {
    for (const kind of text ? personalInText(value) : personalInValue(value)) kinds.add(kind)
    return
  }
  if (typeof value !== "object" || value === null) return
  if (depth > DEPTH_MOST) {
    kinds.add("text") // what cannot be looked at is not let through
    return
  }
  if (Array.isArray(value)) {
    for (const item of value) collect(item, depth + 1, kinds, text)
    return
  }
  const { type, x_misp_type: attribute } = value
  for (const called of [type, attribute]) {
    const kind =
      typeof called === "string" ? (lookUp(PERSONAL_TYPES, called) ?? lookUp(PERSONAL_ATTRIBUTES, called)) : undefined
    if (kind !== undefined) kinds.add(kind)
  }
  for (const [key, part] of Object.entries(value)) {
    for (const kind of personalInName(key)) kinds.add(kind)
    const byName = lookUp(PERSONAL_FIELDS, fieldName(key))
    if (byName !== undefined && !isEmpty(part)) kinds.add(byName)
    collect(part, depth + 1, kinds, text && isText(key))
  }
}

function isText(property: string): boolean {
  return !UNREAD.has(property) && !property.endsWith("_ref")
}

function kindsInPattern(pattern: string): RedactedKind[] {
  return patternComparisons(tightened(pattern)).flatMap(({ type, path }) => {
    const steps = path.split(".").map((step) => lookUp(PERSONAL_FIELDS, fieldName(step)))
    const kind = lookUp(PERSONAL_TYPES, type) ?? steps.find((step) => step !== undefined)
    return kind === undefined ? [] : [kind]
  })
}

/** Comments and blanks may stand anywhere in a pattern (STIX 2.1 section 9.2), also within a path. */
function tightened(pattern: string): string {
  const quotedOr = (other: string) => new RegExp(`('(?:[^'\\\\]|\\\\[^])*')|${other}`, "g")
  return pattern
    .replaceAll(quotedOr("/\\*[^]*?\\*/|//[^\\r\\n]*"), (_, quoted = " ") => quoted)
    .replaceAll(quotedOr("\\s*([:.])\\s*"), (_, quoted, sign) => quoted ?? sign)
}

function lookUp(table: Readonly<Record<string, RedactedKind>>, name: string): RedactedKind | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function isEmpty(value: Json): boolean {
  if (value === null || value === "") return true
  return typeof value === "object" && Object.keys(value).length === 0
}
