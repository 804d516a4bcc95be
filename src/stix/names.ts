import type { Json } from "../kernel/canonical.ts"
import { type Walk, warn } from "./findings.ts"
import { base64, hex } from "./formats.ts"
import { isObject, type JsonObject, type Properties } from "./spec.ts"

/** STIX 2.1 section 3.1: lower case, digits, underscores; at least three characters but for `id`. */
const NAME = /^[a-z][a-z0-9_]{2,249}$/

/** STIX 2.1 section 12: kept for later versions. */
const RESERVED = new Set(["severity", "action", "username", "phone_numbers"])

/**
 * Notes top-level properties that the standard does not know and that nothing announces: neither the prefix `x_` (STIX
 * 2.1 section 11.1) nor an extension of the top level (section 7.3).
 */
export function checkNames(object: JsonObject, properties: Properties, walk: Walk): void {
  const announced = extendsTopLevel(object)
  for (const name in object) {
    if (Object.hasOwn(properties, name)) continue
    walk.path.push(name)
    checkName(name, object[name] as Json, announced, walk)
    walk.path.pop()
  }
}

function checkName(name: string, value: Json, announced: boolean, walk: Walk): void {
  if (!NAME.test(name)) warn(walk, "stix.property-name")
  if (RESERVED.has(name)) warn(walk, "stix.reserved-name")
  else if (!name.startsWith("x_") && !announced) warn(walk, "stix.custom-property")
  if (Array.isArray(value) && value.length === 0) warn(walk, "stix.empty-list")
  if (value === null) warn(walk, "stix.null")
  if (typeof value === "string" && name.endsWith("_hex")) hex.check(value, walk)
  if (typeof value === "string" && name.endsWith("_bin")) base64.check(value, walk)
}

function extendsTopLevel(object: JsonObject): boolean {
  if (!isObject(object.extensions)) return false
  return Object.values(object.extensions).some(
    (extension) => isObject(extension) && extension.extension_type === "toplevel-property-extension",
  )
}
