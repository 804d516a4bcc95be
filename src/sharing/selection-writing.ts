import { BYTE_ORDER_MARK, csvLine } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { type JsonObject, tlpMarkingId, tlpObjectText, tlpOfMarking } from "../stix/index.ts"
import type { SyncReader } from "../store/index.ts"
import { readMarking, readSelected, readTitles, type SelectedObject } from "./selection-queries.ts"

export type SelectionFormat = "stix" | "csv"
/** `keys` of object versions, in the order in which they are written. */
export type SelectionOrder = { keys: readonly number[]; format: SelectionFormat; bundleId: string }

const CHUNK_BYTES = 1024 * 1024

/** The bytes of a selection, in pieces. What was erased since it was chosen is not among them. */
export function* selectionSteps(reader: SyncReader, order: SelectionOrder): Generator<Uint8Array> {
  yield* gathered(order.format === "stix" ? bundle(reader, order) : spreadsheet(reader, order))
}

/** Few pieces instead of many, so that fewer messages go between the threads. */
function* gathered(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let parts: Uint8Array[] = []
  let size = 0
  for (const piece of pieces) {
    parts.push(piece)
    size += piece.length
    if (size < CHUNK_BYTES) continue
    yield Buffer.concat(parts)
    parts = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(parts)
}

/** A STIX bundle: every object byte for byte as it is kept, and at the end the markings that they name. */
function* bundle(reader: SyncReader, { keys, bundleId }: SelectionOrder): Generator<Uint8Array> {
  const markings = new Markings()
  let first = true
  yield Buffer.from(`{"type":"bundle","id":"bundle--${bundleId}"`)
  for (const bytes of objects(reader, keys, markings)) {
    yield Buffer.from(first ? ',"objects":[\n' : ",\n") // an empty list may not be written
    yield bytes
    first = false
  }
  yield Buffer.from(first ? "}\n" : "\n]}\n")
}

function* objects(reader: SyncReader, keys: readonly number[], markings: Markings): Generator<Uint8Array> {
  for (const key of keys) {
    const object = readSelected(reader, key)
    if (object === undefined) continue
    markings.written(object.id)
    markings.named(object.bytes)
    yield object.bytes
  }
  for (let id = markings.next(); id !== null; id = markings.next()) {
    const bytes = readMarking(reader, id) ?? standardMarking(id)
    if (bytes === null) continue
    markings.named(bytes)
    yield bytes
  }
}

/** Marks of TLP 2.0 are named everywhere and held by few. */
function standardMarking(id: string): Uint8Array | null {
  const level = tlpOfMarking(id)
  return level !== null && tlpMarkingId(level) === id ? Buffer.from(tlpObjectText(level)) : null
}

const MARKING = "marking-definition--"

/** Which markings a bundle names and does not hold yet. A marking may itself be marked. */
class Markings {
  readonly #wanted = new Set<string>()
  readonly #written = new Set<string>()

  written(id: string): void {
    if (!id.startsWith(MARKING)) return
    this.#written.add(id)
    this.#wanted.delete(id)
  }

  named(bytes: Uint8Array): void {
    if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(MARKING)) return
    for (const id of markingsOf(parsed(bytes))) if (!this.#written.has(id)) this.#wanted.add(id)
  }

  next(): string | null {
    const [id] = this.#wanted
    if (id === undefined) return null
    this.written(id)
    return id
  }
}

function* markingsOf({ object_marking_refs: whole, granular_markings: parts }: JsonObject): Generator<string> {
  const refs = [
    ...(Array.isArray(whole) ? whole : []),
    ...(Array.isArray(parts) ? parts.map((part) => (isObject(part) ? part.marking_ref : null)) : []),
  ]
  for (const ref of refs) if (typeof ref === "string" && ref.startsWith(MARKING)) yield ref
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** What is stored was read strictly when it came. */
function parsed(bytes: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")) as Json
  return isObject(value) ? value : {}
}

const COLUMNS = [
  ...["id", "type", "name", "value", "marking", "confidence", "valid_from", "valid_until"],
  ...["labels", "created_by", "modified", "collections"],
]

/** A table for spreadsheets (RFC 4180, UTF-8): values as they are, to be worked with. */
function* spreadsheet(reader: SyncReader, { keys }: SelectionOrder): Generator<Uint8Array> {
  yield Buffer.from(`${BYTE_ORDER_MARK}${csvLine(COLUMNS)}`)
  for (const key of keys) {
    const object = readSelected(reader, key)
    if (object !== undefined) yield Buffer.from(csvLine(cellsOf(object, readTitles(reader, key))))
  }
}

function cellsOf(object: SelectedObject, collections: readonly string[]): string[] {
  const json = parsed(object.bytes)
  return [
    object.id,
    object.type,
    textOf(json.name ?? json.display_name ?? json.subject ?? json.relationship_type),
    lookedFor(json),
    object.marking ?? "",
    textOf(json.confidence),
    textOf(json.valid_from),
    textOf(json.valid_until),
    listOf(json.labels),
    object.created_by ?? "",
    object.stamp ?? "",
    collections.join(", "),
  ]
}

const VALUES = [
  "pattern",
  "value",
  "hashes",
  "number",
  "path",
  "key",
  "command_line",
  "account_login",
  "user_id",
] as const
const HASHES = ["SHA-256", "SHA-512", "SHA-1", "MD5"] as const

/** What an indicator looks for, or what an observable is. */
function lookedFor(json: JsonObject): string {
  for (const name of VALUES) {
    const value = json[name]
    const text = name === "hashes" && isObject(value) ? bestHash(value) : textOf(value)
    if (text !== "") return text
  }
  return ""
}

function bestHash(hashes: JsonObject): string {
  const best = HASHES.find((name) => hashes[name] !== undefined)
  return textOf(best === undefined ? Object.values(hashes)[0] : hashes[best])
}

function listOf(value: Json | undefined): string {
  return Array.isArray(value) ? value.map(textOf).join(", ") : ""
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}
