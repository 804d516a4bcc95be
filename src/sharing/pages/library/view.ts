import { isUuid } from "../../../kernel/ids.ts"
import { DAY, type Instant, parseInstant, plusMicroseconds } from "../../../kernel/time.ts"
import type { CollectionId, SearchQuery, Sort } from "../../../library/index.ts"
import { parseTlp } from "../../../stix/index.ts"

/** What the library page shows, as its address says it: days are UTC days, the last one included. */
export type View = Omit<SearchQuery, "limit" | "from" | "to"> & { from: string | null; to: string | null }

/** A value of the address that means nothing; the page says that it was left out. */
export type Ignored = { name: keyof typeof names; value: string }

/** Names in the address, in the order in which they are written. */
const names = {
  q: "text",
  type: "types",
  marking: "markings",
  origin: "origins",
  collection: "collections",
  from: "from",
  to: "to",
  revoked: "revoked",
  sort: "sort",
} as const satisfies Record<string, keyof View>

export const TEXT_MOST = 300
const VALUES_MOST = 50
const IGNORED_MOST = 10
const SHOWN_MOST = 60

const SORTS: readonly Sort[] = ["newest", "oldest", "name", "modified"]
const TYPE = /^[a-z0-9_-]{1,250}$/
const ORIGIN = /^[\x21-\x7e]{1,300}$/
const DATE = /^(?:19|20|21)\d\d-\d\d-\d\d$/
const CURSOR = /^[a-z0-9]{1,40}$/

export const everything: View = {
  ...{ text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null },
  ...{ revoked: "any", sort: "newest", after: null },
}

/** Reads any address; what is not understood is left out and named. */
export function parseView(query: URLSearchParams): { view: View; ignored: Ignored[] } {
  const ignored: Ignored[] = []
  const ignore = (name: Ignored["name"], value: string) => {
    if (ignored.length < IGNORED_MOST) ignored.push({ name, value: value.slice(0, SHOWN_MOST) })
  }
  const many = <Value extends string>(name: Ignored["name"], parse: (text: string) => Value | null) => {
    const found = new Set<Value>()
    for (const text of query.getAll(name)) {
      const value = found.size < VALUES_MOST ? parse(text.trim()) : null
      if (value !== null) found.add(value)
      else if (text.trim() !== "") ignore(name, text)
    }
    return [...found]
  }
  const one = <Value extends string>(name: Ignored["name"], parse: (text: string) => Value | null) => {
    const [first, ...others] = many(name, parse)
    for (const other of others) ignore(name, other)
    return first ?? null
  }
  const view: View = {
    text: one("q", parseText) ?? "",
    types: many("type", (text) => (TYPE.test(text) ? text : null)).sort(),
    markings: many("marking", parseMarking).sort(),
    origins: many("origin", (text) => (ORIGIN.test(text) ? text : null)).sort(),
    collections: many("collection", parseCollection).sort(),
    from: one("from", parseDate),
    to: one("to", parseDate),
    revoked: one("revoked", (text) => (text === "yes" || text === "no" || text === "any" ? text : null)) ?? "any",
    sort: one("sort", (text) => SORTS.find((sort) => sort === text) ?? null) ?? "newest",
    after: parseCursor(query.get("after")),
  }
  if (view.from === null || view.to === null || view.from <= view.to) return { view, ignored }
  ignore("to", view.to)
  return { view: { ...view, to: null }, ignored }
}

function parseText(text: string): string | null {
  return text.length > 0 && text.length <= TEXT_MOST ? text : null
}

/** A plus sign that was not escaped arrives as a blank. */
function parseMarking(text: string) {
  return text === "none" ? text : parseTlp(text.replace(" ", "+"))
}

function parseCollection(text: string): CollectionId | null {
  const id = text.toLowerCase()
  return isUuid(id) ? (id as string as CollectionId) : null
}

function parseDate(text: string): string | null {
  return DATE.test(text) && beginningOf(text) !== null ? text : null
}

function parseCursor(text: string | null): string | null {
  return text !== null && CURSOR.test(text) ? text : null
}

function beginningOf(date: string): Instant | null {
  return parseInstant(`${date}T00:00:00Z`)
}

export function queryOf({ from, to, ...view }: View, limit: number): SearchQuery {
  const last = to === null ? null : beginningOf(to)
  return {
    ...view,
    from: from === null ? null : beginningOf(from),
    to: last === null ? null : plusMicroseconds(last, DAY),
    limit,
  }
}

/** The view as the query of an address, always written in the same way; without `?`, empty for the whole library. */
export function addressOf(view: View): string {
  const query = new URLSearchParams()
  for (const [name, property] of Object.entries(names)) {
    const value = view[property]
    const values = typeof value === "string" ? [value] : (value ?? [])
    for (const one of values) if (one !== everything[property]) query.append(name, one)
  }
  if (view.after !== null) query.append("after", view.after)
  return query.toString()
}

/** The same view with something changed, from its first page on unless a page is given. */
export function hrefOf(view: View, change: Partial<View> = {}, path = "/share/library"): string {
  const address = addressOf({ ...view, after: null, ...change })
  return address === "" ? path : `${path}?${address}`
}

/** True if the view leaves anything out: then an empty list does not mean an empty library. */
export function isNarrowed(view: View): boolean {
  return addressOf({ ...view, sort: everything.sort, after: null }) !== ""
}
