import { canonicalize, type Json } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import { isTypeName, typeOfId } from "./formats.ts"
import { contributingProperties, scoId, uuidText } from "./sco-id.ts"
import { isObject, type JsonObject } from "./spec.ts"

/** Properties that changed their names between STIX 2.0 part 4 and STIX 2.1 section 6. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  directory: { created: "ctime", modified: "mtime", accessed: "atime" },
  file: { created: "ctime", modified: "mtime", accessed: "atime" },
  process: { created: "created_time", binary_ref: "image_ref" },
  "user-account": { password_last_changed: "credential_last_changed" },
  "windows-registry-key": { modified: "modified_time" },
}

type Lifting = {
  readonly container: JsonObject
  readonly parent: string
  readonly ids: Map<string, string>
  readonly derived: Map<string, string>
  readonly underway: Set<string>
}

/**
 * The embedded observables of STIX 2.0 as objects of 2.1 with deterministic ids, references between them rewritten.
 * Null if one of them has no type or refers to something that is not there: then the container stays as it is.
 */
export function liftObservables(container: JsonObject, parent: string): JsonObject[] | null {
  for (const object of Object.values(container)) {
    if (!isObject(object) || typeof object.type !== "string" || !isTypeName(object.type)) return null
    if (object.type === "bundle" || !refersToKeys(object, container)) return null
  }
  const lifting: Lifting = { container, parent, ids: new Map(), derived: new Map(), underway: new Set() }
  return Object.keys(container).map((key) => {
    const id = idOf(key, lifting)
    const { type, id: _old, spec_version: _spec, ...rest } = renamed(container[key] as JsonObject)
    return { type: type as Json, spec_version: "2.1", id, ...(rewrite(rest, lifting) as JsonObject) }
  })
}

function refersToKeys(value: Json, container: JsonObject): boolean {
  if (Array.isArray(value)) return value.every((item) => refersToKeys(item, container))
  if (!isObject(value)) return true
  return Object.entries(value).every(([name, item]) => {
    const keys = referenceKeys(name, item)
    return keys === null ? refersToKeys(item, container) : keys.every((key) => isTarget(key, container))
  })
}

function isTarget(key: Json, container: JsonObject): boolean {
  return typeof key === "string" && (Object.hasOwn(container, key) || typeOfId(key) !== null)
}

/** `…_ref` holds one key of the container, `…_refs` a list of them (STIX 2.0 part 3, section 2.6). */
function referenceKeys(name: string, value: Json): Json[] | null {
  if (name.endsWith("_ref")) return [value]
  return name.endsWith("_refs") && Array.isArray(value) ? value : null
}

function renamed(object: JsonObject): JsonObject {
  const names = RENAMED[String(object.type)] ?? {}
  const result: JsonObject = {}
  for (const [name, value] of Object.entries(object)) {
    const target = Object.hasOwn(names, name) ? (names[name] as string) : name
    result[Object.hasOwn(object, target) ? name : target] = modernised(name, value)
  }
  return result
}

/** The vocabulary writes SSDEEP in capitals since 2.1, and header values are lists. */
function modernised(name: string, value: Json): Json {
  if (name === "hashes" && isObject(value) && value.ssdeep !== undefined && value.SSDEEP === undefined) {
    const { ssdeep, ...others } = value
    return { ...others, SSDEEP: ssdeep }
  }
  if (name === "request_header" && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, typeof item === "string" ? [item] : item]),
    )
  }
  if (Array.isArray(value)) return value.map((item) => modernised("", item))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, modernised(key, item)]))
}

function rewrite(value: Json, lifting: Lifting): Json {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, lifting))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const keys = referenceKeys(name, item)
      if (keys === null) return [name, rewrite(item, lifting)]
      const ids = keys.map((key) => idOf(String(key), lifting))
      return [name, Array.isArray(item) ? ids : (ids[0] as Json)]
    }),
  )
}

/** A hostile chain of references must not exhaust the stack. */
const LONGEST_CHAIN = 64

/** A circle among references that enter ids is cut where it closes. */
function idOf(key: string, lifting: Lifting): string {
  const object = lifting.container[key]
  if (!isObject(object)) return key
  const known = lifting.ids.get(key)
  if (known !== undefined) return known
  if (lifting.underway.has(key) || lifting.underway.size >= LONGEST_CHAIN) return derivedId(key, object, lifting)
  lifting.underway.add(key)
  const id = ownId(object) ?? computedId(object, lifting) ?? derivedId(key, object, lifting)
  lifting.underway.delete(key)
  lifting.ids.set(key, id)
  return id
}

function ownId(object: JsonObject): string | null {
  return typeof object.id === "string" && typeOfId(object.id) === object.type ? object.id : null
}

/** Only what enters the id is followed, so that a directory and its files do not go in circles. */
function computedId(object: JsonObject, lifting: Lifting): string | null {
  const named = renamed(object)
  const names = contributingProperties(String(object.type)).filter((name) => named[name] !== undefined)
  const chosen = Object.fromEntries(names.map((name) => [name, named[name] as Json]))
  return scoId({ ...(rewrite(chosen, lifting) as JsonObject), type: String(object.type) })
}

/**
 * The standard wants a random id where no property contributes (STIX 2.1 section 2.9). Random would make a second
 * import a conflict with the first, so the bits are drawn from the place and the content of the observable.
 */
function derivedId(key: string, object: JsonObject, lifting: Lifting): string {
  const known = lifting.derived.get(key)
  if (known !== undefined) return known
  const digest = sha256(canonicalize(["comity/lifted-observable/v1", lifting.parent, key, object]))
  const id = `${object.type}--${uuidText(digest, 4)}`
  lifting.derived.set(key, id)
  return id
}
