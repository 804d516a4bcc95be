import { hash } from "node:crypto"
import { canonicalize, type Json } from "../../src/kernel/canonical.ts"
import { LEVELS, type Plain, STATEMENTS } from "./preamble.ts"
import { hexadecimal, integer, pick, type Random } from "./random.ts"
import type { Observable } from "./shape.ts"

/** The namespace of STIX 2.1 section 2.9, as bytes. */
const NAMESPACE = Buffer.from("00abedb4aa42466c9c01fed23315a9b7", "hex")
const ENDINGS = ["example", "test", "invalid", "example.com", "example.net"]
const LETTERS = "abcdefghijklmnopqrstuvwxyz"

type Value = { contributing: Record<string, Json>; rest?: Record<string, Json> }

/** A cyber observable whose id follows from its value; only private addresses and reserved names occur. */
export function observable(type: Observable, random: Random): Plain {
  const { contributing, rest } = VALUES[type](random)
  const uuid = uuid5(canonicalize(contributing))
  return { type, spec_version: "2.1", id: `${type}--${uuid}`, ...contributing, ...rest, ...marksFor(uuid) }
}

/** The marks follow from the id, so that the same value met twice is a duplicate and not a conflict. */
function marksFor(uuid: string): Plain {
  const number = Number.parseInt(uuid.slice(0, 6), 16)
  const [level, statement] = [LEVELS[number % LEVELS.length], STATEMENTS[number % STATEMENTS.length]]
  return { object_marking_refs: number % 2 === 0 ? [statement] : [statement, level] }
}

/** A STIX pattern that looks for one value of a random kind. */
export function pattern(random: Random): string {
  const hit = integer(random, 3)
  if (hit === 0) return `[ipv4-addr:value = '${ipv4(random)}']`
  if (hit === 1) return `[domain-name:value = '${domain(random)}' OR url:value = 'https://${domain(random)}/a']`
  return `[file:hashes.'SHA-256' = '${hexadecimal(random, 64)}']`
}

const VALUES: Record<Observable, (random: Random) => Value> = {
  "ipv4-addr": (random) => ({ contributing: { value: ipv4(random) } }),
  "ipv6-addr": (random) => ({ contributing: { value: `2001:db8:${ipv6(random)}` } }),
  "domain-name": (random) => ({ contributing: { value: domain(random) } }),
  url: (random) => ({ contributing: { value: `https://${domain(random)}/${hexadecimal(random, 12)}?q=1` } }),
  "email-addr": (random) => ({ contributing: { value: `${word(random)}@${domain(random)}` } }),
  file: (random) => ({
    contributing: { hashes: { "SHA-256": hexadecimal(random, 64) }, name: `${word(random)}.exe` },
    rest: { size: integer(random, 5_000_000) },
  }),
}

function ipv4(random: Random): string {
  return `10.${integer(random, 256)}.${integer(random, 256)}.${integer(random, 256)}`
}

function ipv6(random: Random): string {
  return Array.from({ length: 6 }, () => (1 + integer(random, 65_535)).toString(16)).join(":")
}

function domain(random: Random): string {
  return `${word(random)}-${hexadecimal(random, 6)}.${pick(random, ENDINGS)}`
}

function word(random: Random): string {
  return Array.from({ length: 4 + integer(random, 8) }, () => LETTERS[integer(random, 26)]).join("")
}

/** RFC 9562 section 5.5. */
function uuid5(name: string): string {
  const bytes = hash("sha1", Buffer.concat([NAMESPACE, Buffer.from(name)]), "buffer")
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x50
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80
  const hex = bytes.toString("hex", 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
