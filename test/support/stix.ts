import { createHash, randomUUID } from "node:crypto"

/** An object as a person would write it; properties beyond `id` and `type` differ by type. */
export type Stix = { type: string; id: string; [property: string]: unknown }

export const EARLY = "2020-01-01T00:00:00.000Z"
export const MIDDLE = "2021-06-01T12:30:00.500Z"
export const LATE = "2023-12-31T23:59:59.999Z"

export function stixId(type: string): string {
  return `${type}--${randomUUID()}`
}

/** A valid indicator; `undefined` in `changes` removes a property. */
export function indicator(changes: Record<string, unknown> = {}): Stix {
  return object("indicator", {
    pattern: "[ipv4-addr:value = '198.51.100.7']",
    pattern_type: "stix",
    valid_from: EARLY,
    ...changes,
  })
}

export function malware(changes: Record<string, unknown> = {}): Stix {
  return object("malware", { name: "Example", is_family: false, ...changes })
}

/** The same object, later: only `modified` and what is given differ. */
export function newVersion(of: Stix, modified: string, changes: Record<string, unknown> = {}): Stix {
  return { ...of, modified, ...changes }
}

/** An IPv4 address with the id that STIX 2.1 section 2.9 prescribes. */
export function address(value: string): Stix {
  return { type: "ipv4-addr", spec_version: "2.1", id: `ipv4-addr--${uuid5(`{"value":"${value}"}`)}`, value }
}

export function text(of: Stix | string): string {
  return typeof of === "string" ? of : JSON.stringify(of)
}

/** A TAXII envelope of these objects, each as the given text or, if an object was given, as JSON. */
export function envelope(...objects: (Stix | string)[]): string {
  return `{"objects":[${objects.map(text).join(",")}]}`
}

export function bundle(...objects: (Stix | string)[]): string {
  return `{"type":"bundle","id":"${stixId("bundle")}","objects":[${objects.map(text).join(",")}]}`
}

/**
 * The byte range of each element of the top-level `objects` list of an envelope or bundle. Written apart from the
 * node's own splitter, so that the two check each other.
 */
export function objectTexts(body: string): string[] {
  const found: string[] = []
  if (!body.includes('"objects"')) return found
  let depth = 0
  let start = -1
  for (let at = body.indexOf('"objects"') + '"objects"'.length; at < body.length; at++) {
    const sign = body[at]
    if (sign === '"') at = endOfString(body, at)
    else if (sign === "[" || sign === "{") {
      if (depth === 1) start = at
      depth++
    } else if (sign === "]" || sign === "}") {
      depth--
      if (depth === 1) found.push(body.slice(start, at + 1))
      if (depth === 0) return found
    }
  }
  return found
}

function endOfString(body: string, from: number): number {
  let at = from + 1
  while (at < body.length && body[at] !== '"') at += body[at] === "\\" ? 2 : 1
  return at
}

export function object(type: string, properties: Record<string, unknown>): Stix {
  return { type, spec_version: "2.1", id: stixId(type), created: EARLY, modified: EARLY, ...properties }
}

/** RFC 9562 version 5 in the namespace of STIX 2.1 section 2.9. */
function uuid5(name: string): string {
  const namespace = Buffer.from("00abedb4aa42466c9c01fed23315a9b7", "hex")
  const sum = createHash("sha1").update(namespace).update(name).digest().subarray(0, 16)
  sum.writeUInt8((sum.readUInt8(6) & 0x0f) | 0x50, 6)
  sum.writeUInt8((sum.readUInt8(8) & 0x3f) | 0x80, 8)
  return sum.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}
