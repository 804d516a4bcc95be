import { canonicalize, type Json } from "../kernel/canonical.ts"
import { sha1 } from "../kernel/hash.ts"
import { isObject, type JsonObject } from "./spec.ts"

/** STIX 2.1 section 2.9. */
const NAMESPACE = Buffer.from("00abedb4aa42466c9c01fed23315a9b7", "hex")

/** The properties that make an observable what it is (STIX 2.1 section 6, "ID Contributing Properties"). */
const CONTRIBUTING: Readonly<Record<string, readonly string[]>> = {
  artifact: ["hashes", "payload_bin"],
  "autonomous-system": ["number"],
  directory: ["path"],
  "domain-name": ["value"],
  "email-addr": ["value"],
  "email-message": ["from_ref", "subject", "body"],
  file: ["hashes", "name", "parent_directory_ref", "extensions"],
  "ipv4-addr": ["value"],
  "ipv6-addr": ["value"],
  "mac-addr": ["value"],
  mutex: ["name"],
  "network-traffic": ["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"],
  process: [],
  software: ["name", "cpe", "swid", "vendor", "version"],
  url: ["value"],
  "user-account": ["account_type", "user_id", "account_login"],
  "windows-registry-key": ["key", "values"],
  "x509-certificate": ["hashes", "serial_number"],
}

const HASH_ORDER = ["MD5", "SHA-1", "SHA-256", "SHA-512"]

/**
 * The deterministic id of an observable: UUIDv5 over the canonical JSON of its contributing properties, so that two
 * parties who saw the same thing name it the same. Null if it has none of them (a process never has) or if its type
 * is not one of the eighteen: then the id must be random.
 */
export function scoId(object: JsonObject): string | null {
  const { type } = object
  if (typeof type !== "string") return null
  const contributing: JsonObject = {}
  for (const name of contributingProperties(type)) {
    const value = name === "hashes" ? oneHash(object.hashes) : object[name]
    if (value !== undefined) contributing[name] = value
  }
  if (Object.keys(contributing).length === 0) return null
  return `${type}--${uuid5(canonicalize(contributing))}`
}

/** Empty for a process and for every type that is not one of the eighteen. */
export function contributingProperties(type: string): readonly string[] {
  return (Object.hasOwn(CONTRIBUTING, type) ? CONTRIBUTING[type] : undefined) ?? []
}

/** Of several hashes only one counts: the first of a fixed order, or else whichever comes first. */
function oneHash(hashes: Json | undefined): Json | undefined {
  if (!isObject(hashes)) return undefined
  const name = HASH_ORDER.find((known) => hashes[known] !== undefined) ?? Object.keys(hashes)[0]
  return name === undefined ? undefined : { [name]: hashes[name] as Json }
}

function uuid5(name: string): string {
  return uuidText(sha1(NAMESPACE, name), 5)
}

/** The first sixteen bytes as a UUID of that version (RFC 9562 section 5). */
export function uuidText(digest: Buffer, version: 4 | 5): string {
  const bytes = Buffer.from(digest.subarray(0, 16))
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString("hex")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}

/** Names an observable by version 5 although its properties make another id. */
export function hasForeignScoId(object: JsonObject, id: string): boolean {
  if (id[id.length - 22] !== "5") return false
  const expected = scoId(object)
  return expected !== null && expected !== id.toLowerCase()
}
