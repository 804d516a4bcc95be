/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * RFC 8785, the JSON Canonicalization Scheme: no white space, keys in order of their UTF-16 code units (section
 * 3.2.3), numbers and strings as ECMAScript writes them. Throws a RangeError for what I-JSON cannot carry: numbers
 * that are not finite, lone surrogates.
 */
export function canonicalize(value: Json): string {
  if (typeof value === "string") return text(value)
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError("canonicalize: not a finite number")
    return JSON.stringify(value)
  }
  if (value === null || typeof value === "boolean") return String(value)
  if (Array.isArray(value)) return `[${value.map(canonicalize).join(",")}]`
  const members = Object.keys(value)
    .sort()
    .map((key) => `${text(key)}:${canonicalize(value[key] as Json)}`)
  return `{${members.join(",")}}`
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new RangeError("canonicalize: lone surrogate")
  return JSON.stringify(value)
}
