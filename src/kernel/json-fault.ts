import { isUtf8 } from "node:buffer"

/** Deepest nesting and highest number of values (objects, arrays and scalars, not keys) that are read. */
export type JsonLimits = { readonly depth: number; readonly nodes: number }

/** Every way in which JSON can be refused. */
export const JSON_FAULT_CODES = [
  "json.syntax",
  "json.truncated",
  "json.encoding",
  "json.depth",
  "json.nodes",
  "json.duplicate-key",
  "json.forbidden-key",
  "json.number",
  "json.surrogate",
  "json.no-objects",
] as const

export type JsonFaultCode = (typeof JSON_FAULT_CODES)[number]

/** Which rule the bytes break, and at which byte. Not a ComityError: what it means is for the caller to say. */
export class JsonFault extends Error {
  override readonly name = "JsonFault"
  readonly code: JsonFaultCode
  readonly offset: number

  constructor(code: JsonFaultCode, offset: number) {
    super(`${code} at byte ${offset}`)
    this.code = code
    this.offset = offset
  }
}

type Cursor = { readonly bytes: Uint8Array; readonly limits: JsonLimits; at: number; values: number }

/** Reads slowly, byte by byte, what the fast path refused, until it meets the first fault, which it returns. */
export function explainJson(bytes: Uint8Array, limits: JsonLimits): JsonFault {
  try {
    if (!isUtf8(bytes)) throw new JsonFault("json.encoding", firstInvalidByte(bytes))
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new JsonFault("json.encoding", 0)
    const cursor = { bytes, limits, at: 0, values: 0 }
    readValue(cursor, 0)
    skipBlanks(cursor)
    throw new JsonFault("json.syntax", cursor.at)
  } catch (fault) {
    if (fault instanceof JsonFault) return fault
    throw fault
  }
}

/** False if a double would change a whole number or turn the text into infinity (RFC 7493 section 2.2). */
export function isExactNumber(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= 15 && !hasExponent(bytes, start, end)) return true
  const text = latin1(bytes, start, end)
  const value = Number(text)
  return /^-?[0-9]+$/.test(text) ? Number.isSafeInteger(value) : Number.isFinite(value)
}

function hasExponent(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (((bytes[at] as number) | 0x20) === 0x65) return true
  return false
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1")
}

/** The longest valid prefix ends within the last three bytes of what a halving search finds. */
function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0
  let invalid = bytes.length
  while (invalid - valid > 4) {
    const middle = characterStart(bytes, (valid + invalid) >> 1)
    if (middle <= valid) break
    if (isUtf8(bytes.subarray(valid, middle))) valid = middle
    else invalid = middle
  }
  let end = valid
  for (let length = 1; length <= 8 && valid + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(valid, valid + length))) end = valid + length
  }
  return end
}

function characterStart(bytes: Uint8Array, from: number): number {
  let at = from
  while (at > 0 && ((bytes[at] as number) & 0xc0) === 0x80) at--
  return at
}

function readValue(cursor: Cursor, depth: number): void {
  skipBlanks(cursor)
  if (++cursor.values > cursor.limits.nodes) throw new JsonFault("json.nodes", cursor.at)
  const byte = cursor.bytes[cursor.at]
  if (byte === 0x22) readString(cursor)
  else if (byte === 0x7b || byte === 0x5b) {
    if (depth >= cursor.limits.depth) throw new JsonFault("json.depth", cursor.at)
    if (byte === 0x7b) readObject(cursor, depth + 1)
    else readArray(cursor, depth + 1)
  } else if (byte === 0x2d || isDigit(byte)) readNumber(cursor)
  else readLiteral(cursor)
}

function readObject(cursor: Cursor, depth: number): void {
  const keys = new Set<string>()
  cursor.at++
  skipBlanks(cursor)
  if (take(cursor, 0x7d)) return
  for (;;) {
    skipBlanks(cursor)
    const start = cursor.at
    if (cursor.bytes[start] !== 0x22) throw unexpected(cursor)
    const key = readString(cursor)
    if (key === "__proto__") throw new JsonFault("json.forbidden-key", start)
    if (keys.has(key)) throw new JsonFault("json.duplicate-key", start)
    keys.add(key)
    skipBlanks(cursor)
    if (!take(cursor, 0x3a)) throw unexpected(cursor)
    readValue(cursor, depth)
    skipBlanks(cursor)
    if (take(cursor, 0x7d)) return
    if (!take(cursor, 0x2c)) throw unexpected(cursor)
  }
}

function readArray(cursor: Cursor, depth: number): void {
  cursor.at++
  skipBlanks(cursor)
  if (take(cursor, 0x5d)) return
  for (;;) {
    readValue(cursor, depth)
    skipBlanks(cursor)
    if (take(cursor, 0x5d)) return
    if (!take(cursor, 0x2c)) throw unexpected(cursor)
  }
}

function readString(cursor: Cursor): string {
  const start = cursor.at++
  for (;;) {
    const byte = cursor.bytes[cursor.at]
    if (byte === undefined) throw new JsonFault("json.truncated", cursor.at)
    if (byte < 0x20) throw new JsonFault("json.syntax", cursor.at)
    if (byte === 0x22) break
    if (byte === 0x5c) readEscape(cursor)
    else cursor.at++
  }
  cursor.at++
  const { buffer, byteOffset } = cursor.bytes
  return JSON.parse(Buffer.from(buffer, byteOffset + start, cursor.at - start).toString("utf8")) as string
}

function readEscape(cursor: Cursor): void {
  const start = cursor.at
  const kind = cursor.bytes[start + 1]
  if (kind === undefined) throw new JsonFault("json.truncated", start + 1)
  if (kind !== 0x75) {
    if (!'"\\/bfnrt'.includes(String.fromCharCode(kind))) throw new JsonFault("json.syntax", start)
    cursor.at += 2
    return
  }
  const unit = readHex(cursor, start)
  cursor.at += 6
  if (unit < 0xd800 || unit > 0xdfff) return
  const next = cursor.bytes[start + 6] === 0x5c && cursor.bytes[start + 7] === 0x75 ? readHex(cursor, start + 6) : 0
  if (unit > 0xdbff || next < 0xdc00 || next > 0xdfff) throw new JsonFault("json.surrogate", start)
  cursor.at += 6
}

function readHex(cursor: Cursor, start: number): number {
  const text = latin1(cursor.bytes, start + 2, Math.min(4, cursor.bytes.length - start - 2) + start + 2)
  if (/^[0-9a-fA-F]{4}$/.test(text)) return Number.parseInt(text, 16)
  throw new JsonFault(/^[0-9a-fA-F]{0,3}$/.test(text) && text.length < 4 ? "json.truncated" : "json.syntax", start)
}

function readNumber(cursor: Cursor): void {
  const start = cursor.at
  take(cursor, 0x2d)
  if (!take(cursor, 0x30)) readDigits(cursor)
  if (take(cursor, 0x2e)) readDigits(cursor)
  if (take(cursor, 0x65) || take(cursor, 0x45)) {
    if (!take(cursor, 0x2b)) take(cursor, 0x2d)
    readDigits(cursor)
  }
  if (!isExactNumber(cursor.bytes, start, cursor.at)) throw new JsonFault("json.number", start)
}

function readDigits(cursor: Cursor): void {
  if (!isDigit(cursor.bytes[cursor.at])) throw unexpected(cursor)
  while (isDigit(cursor.bytes[cursor.at])) cursor.at++
}

function readLiteral(cursor: Cursor): void {
  const rest = latin1(cursor.bytes, cursor.at, Math.min(cursor.at + 5, cursor.bytes.length))
  const literal = ["true", "false", "null"].find((word) => rest.startsWith(word))
  if (literal !== undefined) {
    cursor.at += literal.length
    return
  }
  const cut =
    cursor.at + rest.length === cursor.bytes.length && ["true", "false", "null"].some((w) => w.startsWith(rest))
  throw new JsonFault(cut ? "json.truncated" : "json.syntax", cut ? cursor.bytes.length : cursor.at)
}

function unexpected(cursor: Cursor): JsonFault {
  return new JsonFault(cursor.at >= cursor.bytes.length ? "json.truncated" : "json.syntax", cursor.at)
}

function skipBlanks(cursor: Cursor): void {
  for (;;) {
    const byte = cursor.bytes[cursor.at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
    cursor.at++
  }
}

function take(cursor: Cursor, byte: number): boolean {
  if (cursor.bytes[cursor.at] !== byte) return false
  cursor.at++
  return true
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}
