import { essentialProperties, type JsonObject } from "../../stix/index.ts"
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

/** Properties that name, beside the author, from whom something is: who saw it, and whose event it was in MISP. */
const SOURCES = new Set(["where_sighted_refs", "x_misp_orgc", "x_misp_org", "x_opencti_created_by_ref"])

/**
 * What tells from whom an object came: its author where that is another than `self`, and wherever else the author is
 * named by its id; who saw it; references to sources that are no public lists; the words of somebody else's marking; an
 * identity of somebody else as a whole, unless it names a class such as a sector.
 */
export function sourcesOf(object: JsonObject, self: string): Found[] {
  const { type, id, created_by_ref: author, identity_class: group } = object
  const foreign = author !== undefined && author !== self
  const found: Found[] = []
  if (type === "identity" && id !== self && group !== "class") found.push({ path: "", what: "author", whole: true })
  if (type === "marking-definition" && foreign) found.push({ path: "", what: "author", whole: true })
  if (foreign) found.push({ path: "/created_by_ref", what: "author", whole: false })
  return [
    ...found,
    ...elsewhere(object, typeof author === "string" && foreign ? author : null),
    ...referencesIn(object),
  ]
}

function elsewhere(object: JsonObject, author: string | null): Found[] {
  const essential = essentialProperties(String(object.type ?? ""))
  return Object.entries(object).flatMap(([name, value]): Found[] => {
    if (name === "created_by_ref" || name === "id" || name === "external_references") return []
    const named = SOURCES.has(name) || (author !== null && JSON.stringify(value).includes(author))
    const path = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`
    return named ? [{ path, what: "source", whole: essential === null || essential.has(name) }] : []
  })
}

function referencesIn({ external_references: references }: JsonObject): Found[] {
  if (!Array.isArray(references)) return []
  return references.flatMap((reference, at): Found[] => {
    const name =
      typeof reference === "object" && reference !== null && !Array.isArray(reference)
        ? reference.source_name
        : undefined
    if (typeof name === "string" && PUBLIC.has(name.toLowerCase())) return []
    return [{ path: `/external_references/${at}`, what: "source", whole: false }]
  })
}
