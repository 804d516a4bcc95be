import type { JsonObject } from "../../stix/index.ts"
import type { Found } from "../release/model.ts"

/** Lists that everybody knows say nothing of whom something came from. */
const PUBLIC = new Set([
  "cve",
  "cwe",
  "capec",
  "nvd",
  "mitre-attack",
  "mitre-mobile-attack",
  "mitre-ics-attack",
  "atlas",
])

/**
 * What tells from whom an object came: its author where that is another than `self`, references to sources that are no
 * public lists; an identity of somebody else as a whole, unless it names a class such as a sector.
 */
export function sourcesOf(object: JsonObject, self: string): Found[] {
  const { type, id, created_by_ref: author, external_references: references, identity_class: group } = object
  const found: Found[] = []
  if (type === "identity" && id !== self && group !== "class") found.push({ path: "", what: "author", whole: true })
  if (author !== undefined && author !== self) found.push({ path: "/created_by_ref", what: "author", whole: false })
  if (!Array.isArray(references)) return found
  for (const [at, reference] of references.entries()) {
    const name =
      typeof reference === "object" && reference !== null && !Array.isArray(reference)
        ? reference.source_name
        : undefined
    if (typeof name === "string" && PUBLIC.has(name.toLowerCase())) continue
    found.push({ path: `/external_references/${at}`, what: "source", whole: false })
  }
  return found
}
