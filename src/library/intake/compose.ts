import type { Json } from "../../kernel/canonical.ts"
import { sha256 } from "../../kernel/hash.ts"
import { formatInstant, type Instant, parseInstant, plusMicroseconds } from "../../kernel/time.ts"
import { type JsonObject, joinTlp, type Tlp, tlpMarkingId, tlpOfMarking, uuidText } from "../../stix/index.ts"
import type { Value, ValueKind } from "./values.ts"

/** What a person's table or text says of one value. Null and an empty list say nothing. */
export type Row = {
  value: Value
  name: string | null
  description: string | null
  labels: readonly string[]
  /** 0 to 100, STIX 2.1 section 2.13 and appendix A. */
  confidence: number | null
  validFrom: string | null
  validUntil: string | null
  tlp: Tlp | null
}

export type Author = {
  /** The node's own secret, so that an id tells nobody who holds only the id what it stands for. */
  secret: Uint8Array
  /** Id of the own party's `identity`, if it is set up. */
  identity: string | null
  /** The mark for rows that carry none. */
  tlp: Tlp | null
  now: Instant
}

/** The id that a value has at this node: the same each time, so that a second import finds the first. */
export function ownId({ secret }: Pick<Author, "secret">, value: Value): string {
  const type = value.kind === "vulnerability" ? "vulnerability" : "indicator"
  const name = type === "indicator" ? patternOf(value) : value.value
  return `${type}--${uuidText(sha256("comity/own-object/v1", secret, `${type}\0${name}`), 4)}`
}

/**
 * The object for a row; `before` is its newest version here. Nothing that is known gets lost: what the row leaves
 * open stays, labels add up, marks only get stricter. A row that says nothing new gives `before` back unchanged, so
 * that importing twice is a duplicate (decision 0019).
 */
export function composeObject(author: Author, row: Row, before: JsonObject | null): JsonObject {
  const facts = factsOf(author, row, before)
  if (before !== null && Object.entries(facts).every(([name, value]) => isSame(before[name], value))) return before
  const now = stixTime(author.now)
  const identity = author.identity === null ? {} : { created_by_ref: author.identity }
  const head = { type: typeOf(row.value), spec_version: "2.1", id: ownId(author, row.value) }
  if (before === null) return { ...head, ...identity, created: now, modified: now, ...facts }
  return { ...identity, ...before, ...facts, modified: laterThan(before.modified, author.now) }
}

function typeOf({ kind }: Value): string {
  return kind === "vulnerability" ? "vulnerability" : "indicator"
}

function factsOf(author: Author, row: Row, before: JsonObject | null): JsonObject {
  const labels = [...new Set([...textsOf(before?.labels), ...row.labels])]
  const marks = marksOf(textsOf(before?.object_marking_refs), row.tlp ?? author.tlp)
  const common = {
    name: row.name ?? before?.name ?? row.value.value,
    ...(row.description === null ? {} : { description: row.description }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(row.confidence === null ? {} : { confidence: row.confidence }),
    ...(marks.length === 0 ? {} : { object_marking_refs: marks }),
  }
  return row.value.kind === "vulnerability"
    ? {
        ...common,
        external_references: before?.external_references ?? [{ source_name: "cve", external_id: row.value.value }],
      }
    : { ...common, ...validityOf(author, row, before) }
}

function validityOf({ now }: Author, row: Row, before: JsonObject | null): JsonObject {
  return {
    indicator_types: before?.indicator_types ?? ["malicious-activity"],
    pattern: patternOf(row.value),
    pattern_type: "stix",
    valid_from: row.validFrom ?? before?.valid_from ?? stixTime(now),
    ...(row.validUntil === null ? {} : { valid_until: row.validUntil }),
  }
}

/** Marks that are no TLP stay; of two levels the stricter one holds. */
function marksOf(refs: readonly string[], level: Tlp | null): string[] {
  const before = refs.reduce<Tlp | null>((sum, ref) => joinTlp(sum, tlpOfMarking(ref)), null)
  const strictest = joinTlp(before, level)
  if (strictest === before) return [...refs]
  const others = refs.filter((ref) => tlpOfMarking(ref) === null)
  return strictest === null ? others : [...others, tlpMarkingId(strictest)]
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : []
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** STIX 2.1 section 3.2: at least milliseconds, which is what most tools write. */
function stixTime(now: Instant): string {
  return `${formatInstant(now).slice(0, 23)}Z`
}

const MILLISECOND = 1000

/** A version has to be later than the one before, also within the same millisecond or with a clock set back. */
function laterThan(before: Json | undefined, now: Instant): string {
  const last = typeof before === "string" ? parseInstant(before) : null
  return stixTime(last === null || last + MILLISECOND <= now ? now : plusMicroseconds(last, MILLISECOND))
}

const PATHS: Readonly<Record<Exclude<ValueKind, "vulnerability">, string>> = {
  "ipv4-addr": "ipv4-addr:value",
  "ipv6-addr": "ipv6-addr:value",
  "domain-name": "domain-name:value",
  url: "url:value",
  "email-addr": "email-addr:value",
  md5: "file:hashes.MD5",
  sha1: "file:hashes.'SHA-1'",
  sha256: "file:hashes.'SHA-256'",
  sha512: "file:hashes.'SHA-512'",
}

/** The STIX pattern (STIX 2.1 section 9) that finds a value; a range is a range, an address without scheme any scheme. */
export function patternOf({ kind, value }: Value): string {
  if (kind === "vulnerability") return ""
  const path = PATHS[kind]
  if (kind === "url" && !value.includes("://")) return `[${path} LIKE ${literal(`%://${value}`)}]`
  const range = (kind === "ipv4-addr" || kind === "ipv6-addr") && value.includes("/")
  return `[${path} ${range ? "ISSUBSET" : "="} ${literal(value)}]`
}

/** STIX 2.1 section 9.3: only the quote and the backslash are escaped. */
function literal(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`
}
