import type { Json } from "../kernel/canonical.ts"
import { type JsonObject, patternComparisons } from "../stix/index.ts"

/** A value of an object, by the type of observable that it is. */
export type Sought = { kind: string; value: string }

/** Operators that name a value that is looked for; `!=` names one that is not. */
const NAMING = new Set(["=", "IN", "LIKE", "ISSUBSET", "ISSUPERSET"])

/** What an object of STIX looks for or is, by type of observable; hashes by their algorithm. */
export function valuesOf(object: JsonObject): Sought[] {
  const { type, pattern, pattern_type: language, value, hashes } = object
  if (type === "indicator") {
    if (typeof pattern !== "string" || (language !== undefined && language !== "stix")) return []
    return patternComparisons(pattern)
      .filter(({ operator }) => NAMING.has(operator))
      .map((one) => ({ kind: kindOf(one.type, one.path), value: bare(one.value, one.operator) }))
  }
  if (typeof type !== "string") return []
  return [...(typeof value === "string" ? [{ kind: type, value }] : []), ...hashesOf(hashes)]
}

function hashesOf(hashes: Json | undefined): Sought[] {
  if (typeof hashes !== "object" || hashes === null || Array.isArray(hashes)) return []
  return Object.entries(hashes).flatMap(([name, value]) =>
    typeof value === "string" ? [{ kind: kindOf("file", `hashes.${name}`), value }] : [],
  )
}

const HASH_PATH = /hashes\.'?([A-Za-z0-9-]+)'?$/

function isHash(path: string): boolean {
  return HASH_PATH.test(path)
}

function kindOf(type: string, path: string): string {
  const hash = HASH_PATH.exec(path)?.[1]
  if (hash !== undefined) return hash.toLowerCase().replace("-", "")
  return type === "file" && path === "name" ? "file-name" : type
}

/** `%://evil.example/a` looks for the address with any scheme. */
function bare(value: string, operator: string): string {
  return operator === "LIKE" ? value.replace(/^%(?::\/\/)?|%$/g, "") : value
}

/** Where letters large and small mean the same. */
const CASELESS = new Set(["domain-name", "email-addr", "ipv6-addr", "mac-addr"])
const SAYS_ONE = new Set(["=", "IN"])
const EXACT_MOST = 20
/** What stands behind is not looked at. */
const PATTERN_MOST = 16_000

/**
 * Values that tell whether two objects speak of the same thing: of an observable what it is, of an indicator what it
 * looks for exactly; an address, a name of a host, a URL, a hash. At most so many.
 */
export function exactValuesOf(object: JsonObject): Sought[] {
  const { type, pattern, pattern_type: language } = object
  if (type !== "indicator") return valuesOf(object).slice(0, EXACT_MOST).map(spelled)
  if (typeof pattern !== "string" || (language !== undefined && language !== "stix")) return []
  return patternComparisons(pattern.slice(0, PATTERN_MOST))
    .filter(({ operator, path }) => SAYS_ONE.has(operator) && (path === "value" || isHash(path)))
    .slice(0, EXACT_MOST)
    .map((one) => spelled({ kind: kindOf(one.type, one.path), value: one.value }))
}

/** One spelling for one thing: a single address is a network of one. */
function spelled({ kind, value }: Sought): Sought {
  if (kind === "ipv4-addr") return { kind, value: value.replace(/\/32$/, "") }
  if (kind === "ipv6-addr") return { kind, value: value.replace(/\/128$/, "").toLowerCase() }
  const hash = !kind.includes("-") && kind !== "url"
  return { kind, value: hash || CASELESS.has(kind) ? value.toLowerCase() : value }
}
