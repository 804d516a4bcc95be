import { canonicalize } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { formatInstant, type Instant, parseInstant, timestampKey } from "../kernel/time.ts"
import type { VersionFilter } from "../library/index.ts"

export type MatchField = "id" | "type" | "version" | "spec_version"

/** What a client asked for: TAXII 2.1 section 3.4. Null = not asked. */
export type Filters = {
  addedAfter: Instant | null
  limit: number
  next: string | null
  ids: string[] | null
  types: string[] | null
  specs: string[] | null
  versions: VersionFilter | null
  /** All but `limit` and `next`, in one spelling: what a cursor is bound to. */
  binding: string
}

export type PageSizes = { usual: number; most: number }

const VALUES_MOST = 500

/** Throws `invalid filter.…` for what the standard or this endpoint does not know. */
export function parseFilters(query: URLSearchParams, allowed: readonly MatchField[], sizes: PageSizes): Filters {
  for (const name of query.keys()) {
    const field = /^match\[(.*)\]$/.exec(name)?.[1]
    if (field !== undefined && !allowed.includes(field as MatchField)) bad("filter.unknown", name)
  }
  const after = single(query, "added_after")
  const addedAfter = after === null ? null : parseInstant(after)
  if (after !== null && addedAfter === null) bad("filter.time", "added_after")
  const ids = values(query, "id")
  const types = values(query, "type")
  const specs = values(query, "spec_version")
  const wanted = values(query, "version")
  const versions = wanted === null ? null : versionFilter(wanted)
  const binding = canonicalize({ addedAfter, ids, types, specs, versions: wanted })
  return { addedAfter, limit: limitOf(query, sizes), next: single(query, "next"), ids, types, specs, versions, binding }
}

function bad(code: string, name: string): never {
  throw new ComityError("invalid", code, { name })
}

function single(query: URLSearchParams, name: string): string | null {
  const found = query.getAll(name)
  if (found.length > 1) bad("filter.repeated", name)
  return found[0] ?? null
}

/** A comma separates alternatives. */
function values(query: URLSearchParams, field: MatchField): string[] | null {
  const name = `match[${field}]`
  const text = single(query, name)
  if (text === null) return null
  const found = [...new Set(text.split(",").map((value) => value.trim()))]
  if (found.includes("") || found.length > VALUES_MOST) bad("filter.value", name)
  return found.sort()
}

function limitOf(query: URLSearchParams, sizes: PageSizes): number {
  const text = single(query, "limit")
  if (text === null) return sizes.usual
  if (!/^\d{1,400}$/.test(text) || Number(text) === 0) bad("filter.limit", "limit")
  return Math.min(Number(text), sizes.most)
}

/** `all` swallows the rest; times are compared as instants, in any precision and offset. */
function versionFilter(wanted: readonly string[]): VersionFilter {
  const at = wanted
    .filter((value) => value !== "first" && value !== "last" && value !== "all")
    .map((value) => timestampKey(value) ?? instantKey(value) ?? bad("filter.time", "match[version]"))
  if (wanted.includes("all")) return "all"
  return { first: wanted.includes("first"), last: wanted.includes("last"), at }
}

function instantKey(value: string): string | null {
  const instant = parseInstant(value)
  return instant === null ? null : timestampKey(formatInstant(instant))
}
