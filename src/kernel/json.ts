import { isUtf8 } from "node:buffer"
import type { Json } from "./canonical.ts"
import { explainJson, isExactNumber, type JsonLimits } from "./json-fault.ts"

export { JSON_FAULT_CODES, JsonFault, type JsonFaultCode, type JsonLimits } from "./json-fault.ts"

export const JSON_LIMITS: JsonLimits = { depth: 64, nodes: 100_000 }

/**
 * Strict I-JSON (RFC 7493). Refuses what two readers would understand differently and what changes a hash:
 * invalid UTF-8, a byte order mark, duplicate keys, `__proto__`, numbers beyond what a double holds, lone
 * surrogates; and what would cost too much: depth and number of values. Throws JsonFault.
 *
 * The common case takes one pass over the bytes and the native parser; only for a refusal is the input read again,
 * to name the rule and the byte.
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits = JSON_LIMITS): Json {
  const scan = isUtf8(bytes) ? scanTokens(bytes, limits) : null
  const value = scan === null ? undefined : parse(bytes)
  if (scan === null || value === undefined || !agrees(value, scan)) throw explainJson(bytes, limits)
  return value
}

type Scan = { members: number; surrogates: boolean }

function parse(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")) as Json
  } catch {
    return undefined
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Counts, without understanding the grammar (the parser does). Null means: something here breaks a rule, or the
 * brackets make no sense. Strings that are no keys, scalars and brackets are the values; colons are the members.
 */
function scanTokens(bytes: Uint8Array, limits: JsonLimits): Scan | null {
  const end = bytes.length
  let depth = 0
  let values = 0
  let members = 0
  let surrogates = false
  let at = 0
  while (at < end) {
    const byte = bytes[at++] as number
    if (byte === QUOTE) {
      let inside = bytes[at]
      while (inside !== QUOTE) {
        if (at >= end) return null
        if (inside === BACKSLASH) {
          surrogates ||= isSurrogateEscape(bytes, at)
          at++
        }
        inside = bytes[++at]
      }
      at++
      values++
    } else if (byte === 0x2c || byte <= 0x20) {
      // A comma or white space says nothing here.
    } else if (byte === 0x3a) {
      members++
      values--
    } else if (byte === 0x7b || byte === 0x5b) {
      values++
      if (++depth > limits.depth) return null
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
    } else {
      values++
      const start = at - 1
      at = endOfScalar(bytes, at)
      if (byte < 0x40 && !isExactNumber(bytes, start, at)) return null
    }
    if (values > limits.nodes) return null
  }
  return { members, surrogates }
}

/** At a backslash: does `\uD8xx` … `\uDFxx` follow, whose partner must then be looked for? */
function isSurrogateEscape(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === 0x75 && ((bytes[at + 2] ?? 0) | 0x20) === 0x64
}

/** Letters, digits, sign, point: all that numbers and literals are made of. */
function endOfScalar(bytes: Uint8Array, from: number): number {
  let at = from
  for (;;) {
    const byte = bytes[at]
    if (byte === undefined || byte <= 0x20 || byte === 0x2c || byte === 0x5d || byte === 0x7d || byte === 0x3a)
      return at
    if (byte === QUOTE || byte === 0x7b || byte === 0x5b) return at
    at++
  }
}

/** Fewer members than colons: a later duplicate replaced an earlier member. Depth is bounded by the scan. */
function agrees(value: Json, scan: Scan): boolean {
  return countMembers(value, scan.surrogates) === scan.members
}

/** NaN, which equals nothing, if a key is forbidden or a surrogate stands alone. */
function countMembers(value: Json, surrogates: boolean): number {
  if (typeof value !== "object" || value === null) {
    return surrogates && typeof value === "string" && !value.isWellFormed() ? Number.NaN : 0
  }
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) if (surrogates || typeof item === "object") count += countMembers(item, surrogates)
    return count
  }
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || (surrogates && !key.isWellFormed())) return Number.NaN
    const item = value[key] as Json
    count += 1 + (surrogates || typeof item === "object" ? countMembers(item, surrogates) : 0)
  }
  return count
}
