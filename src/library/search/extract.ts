import type { Json } from "../../kernel/canonical.ts"
import { familyOf, type JsonObject, refang } from "../../stix/index.ts"
import { BREAK, headsOf, plain, sequenceOf } from "./words.ts"

/** What the index takes from an object. */
export type Extract = {
  name: string | null
  detail: string | null
  /** Text for FTS5, without what the object is filtered by. */
  text: string
  /** Each property that names another object, and which; each pair once. */
  references: { label: string; id: string }[]
}

/** UTF-16 units of one object that can be found; what stands behind is not looked at. */
const TEXT_MOST = 16_000
const NAME_MOST = 200
const DETAIL_MOST = 160
const REFERENCES_MOST = 10_000
const DEPTH_MOST = 20

/** Where the types of the standard carry words; of observables and custom types all strings are taken. */
const WORDED: ReadonlySet<string> = new Set(
  (
    "name aliases x_mitre_aliases x_opencti_aliases abstract description content explanation opinion objective goals " +
    "pattern labels country region city relationship_type report_types indicator_types malware_types tool_types " +
    "threat_actor_types infrastructure_types sectors kill_chain_phases hashes tool_version definition statement"
  ).split(" "),
)

/** Says nothing that a person would look for. */
const SILENT: ReadonlySet<string> = new Set(
  (
    "id type spec_version created modified granular_markings object_marking_refs external_references extensions lang " +
    "payload_bin x_mitre_version x_mitre_attack_spec_version x_mitre_domains x_mitre_modified_by_ref revoked"
  ).split(" "),
)

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

export function extract(object: JsonObject): Extract {
  const type = typeof object.type === "string" ? object.type : ""
  const name = nameOf(object, type)
  const body = new Body()
  if (name !== null) body.add(name)
  const family = familyOf(type)
  const everything = family === null || family === "observable"
  for (const key in object) {
    if (SILENT.has(key) || isReference(key) || !(everything || WORDED.has(key))) continue
    body.addAll(object[key] as Json, 0)
  }
  if (everything && object.extensions !== undefined) body.addAll(object.extensions, 0)
  for (const id of externalIds(object)) body.add(id)
  const beginnings = name === null ? [] : headsOf(plain([name, ...aliasesOf(object)].join(" ")))
  return { name, detail: detailOf(object, name), text: body.text(beginnings), references: referencesOf(object) }
}

/** Each property that names another object, markings excepted, and which. */
export function referencesOf(object: JsonObject): { label: string; id: string }[] {
  const references = new Map<string, { label: string; id: string }>()
  collectReferences(object, references, 0)
  return [...references.values()]
}

/** The text of one object, as long as it may become. */
class Body {
  readonly #parts: string[] = []
  readonly #singles = new Set<string>()
  readonly #seen = new Set<string>()
  #left = TEXT_MOST

  add(text: string): void {
    if (this.#left <= 0 || this.#seen.has(text) || INSTANT.test(text)) return
    this.#seen.add(text)
    const short = text.length > this.#left ? text.slice(0, this.#left) : text
    this.#left -= short.length + 1
    this.#parts.push(sequenceOf(plain(respelled(short)), this.#singles))
  }

  addAll(value: Json, depth: number): void {
    if (typeof value === "string") this.add(value)
    else if (typeof value !== "object" || value === null || depth > DEPTH_MOST) return
    else if (Array.isArray(value)) for (const item of value) this.addAll(item, depth + 1)
    else {
      for (const key in value) {
        if (this.#left <= 0) return
        if (!SILENT.has(key) && !isReference(key)) this.addAll(value[key] as Json, depth + 1)
      }
    }
  }

  text(more: readonly string[]): string {
    return [this.#parts.join(` ${BREAK} `), BREAK, ...this.#singles, ...more].join(" ")
  }
}

/** Reports write values as they should not be clicked; only then it is worth to look closely. */
function respelled(text: string): string {
  return /h(?:xx|\*\*|__)ps?|[[({<] ?(?:\.|dot|at|@|:)|。/i.test(text) ? refang(text) : text
}

function isReference(key: string): boolean {
  return key.endsWith("_ref") || key.endsWith("_refs")
}

/** What a person would call the object: the first of these that it has. */
const NAMES = (
  "name value pattern abstract subject display_name account_login user_id path key command_line url serial_number " +
  "region country opinion relationship_type definition_type"
).split(" ")

/** What a person would call the object, on one line; null if it has no name, value or hash. */
export function nameOf(object: JsonObject, type: string): string | null {
  if (type === "autonomous-system" && typeof object.number === "number") {
    const name = oneLine(object.name, NAME_MOST)
    return name === null ? `AS${object.number}` : `AS${object.number} ${name}`
  }
  if (type === "comity-agreement") return oneLine(saidIn(object.says), NAME_MOST)
  if (type === "marking-definition" && object.name === undefined) return markingName(object)
  for (const key of NAMES) {
    const name = oneLine(object[key], NAME_MOST)
    if (name !== null) return name
  }
  return firstHash(object.hashes)
}

/** What was said in a negotiation: the title of a text, the words of a comment, a position or an alternative. */
function saidIn(says: Json | undefined): Json | undefined {
  if (!isRecord(says)) return undefined
  const { text } = says
  if (!isRecord(text)) return text
  return Object.values(isRecord(text.title) ? text.title : text).find((words) => typeof words === "string")
}

function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** What a statement says; `TLP:RED` and its like for levels. */
function markingName({ definition_type: kind, definition }: JsonObject): string | null {
  if (typeof kind !== "string" || !isRecord(definition)) return oneLine(kind, NAME_MOST)
  const value = definition[kind]
  if (typeof value !== "string") return oneLine(kind, NAME_MOST)
  return oneLine(kind === "statement" ? value : `${kind}:${value}`.toUpperCase(), NAME_MOST)
}

function firstHash(hashes: Json | undefined): string | null {
  if (typeof hashes !== "object" || hashes === null || Array.isArray(hashes)) return null
  const best = hashes["SHA-256"] ?? Object.values(hashes)[0]
  return oneLine(best, NAME_MOST)
}

function detailOf(object: JsonObject, name: string | null): string | null {
  for (const key of ["description", "content", "explanation", "pattern", "statement"]) {
    const line = oneLine(object[key], DETAIL_MOST)
    if (line !== null && line !== name) return line
  }
  const hash = firstHash(object.hashes)
  return hash === name ? null : hash
}

/** Shortened to whole characters. */
function oneLine(value: Json | undefined, most: number): string | null {
  if (typeof value !== "string") return null
  const line = value
    .slice(0, 4 * most)
    .replace(/\s+/g, " ")
    .trim()
  if (line.length <= most) return line === "" ? null : line.toWellFormed()
  const cut = line.slice(0, most - 1)
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`
}

function aliasesOf(object: JsonObject): string[] {
  const lists = [object.aliases, object.x_mitre_aliases, object.x_opencti_aliases]
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter((alias) => typeof alias === "string") : []))
}

/** `T1059`, `CVE-2021-44228`: what other catalogues call it. */
function externalIds(object: JsonObject): string[] {
  const list = object.external_references
  if (!Array.isArray(list)) return []
  return list.flatMap((reference) => {
    const id =
      typeof reference === "object" && reference !== null && "external_id" in reference && reference.external_id
    return typeof id === "string" ? [id] : []
  })
}

const LABEL_MOST = 100

/** Markings are no relation: half of a library would be joined by each of them. */
function collectReferences(value: Json, found: Map<string, { label: string; id: string }>, depth: number): void {
  if (typeof value !== "object" || value === null || depth > DEPTH_MOST) return
  if (Array.isArray(value)) {
    for (const item of value) collectReferences(item, found, depth + 1)
    return
  }
  for (const key in value) {
    const item = value[key] as Json
    if (key === "object_marking_refs" || key === "granular_markings" || key.length > LABEL_MOST) continue
    if (!isReference(key)) collectReferences(item, found, depth + 1)
    else for (const id of Array.isArray(item) ? item : [item]) addReference(found, key, id)
  }
}

function addReference(found: Map<string, { label: string; id: string }>, label: string, id: Json): void {
  if (typeof id === "string" && found.size < REFERENCES_MOST) found.set(`${label} ${id}`, { label, id })
}
