import type { JsonObject } from "../../stix/index.ts"
import { type AddressRange, parseRange } from "../intake/addresses.ts"
import { asciiName } from "../intake/values.ts"
import { type Sought, valuesOf } from "../values.ts"
import { linearExpression, type WarningList } from "./model.ts"

/** Which list a value stands on. */
export type Hit = Sought & { list: string; description: string }

/** All lists, made ready to be asked often. */
export type Lookup = {
  /** Number of lists. */
  size: number
  hits(sought: Sought): Hit[]
  /** For an object of STIX: its pattern's literals, or its value. */
  hitsOf(object: JsonObject): Hit[]
}

type Test = (sought: Sought) => boolean
type Ready = Pick<WarningList, "name" | "description" | "kinds"> & { test: Test }

/** Longer texts are no values that a list of substrings or expressions is meant for. */
const SCANNED_MOST = 4096

export function compileLookup(lists: readonly WarningList[]): Lookup {
  const ready = lists.map((list): Ready => ({ ...list, test: testOf(list) }))
  const hits = (sought: Sought) =>
    ready
      .filter(({ kinds, test }) => (kinds === null || kinds.includes(sought.kind)) && test(sought))
      .map(({ name, description }) => ({ ...sought, list: name, description }))
  return { size: ready.length, hits, hitsOf: (object) => valuesOf(object).flatMap(hits) }
}

function testOf({ type, entries }: WarningList): Test {
  switch (type) {
    case "cidr":
      return rangeTest(entries)
    case "hostname":
      return hostTest(entries)
    case "string":
      return stringTest(entries)
    case "substring":
      return substringTest(entries)
    case "regex":
      return expressionTest(entries)
  }
}

/** Ranges sorted and joined where they touch, so that one search by halves tells whether a range lies within one. */
function rangeTest(entries: readonly string[]): Test {
  const versions = new Map(([4, 6] as const).map((version) => [version, joined(entries, version)]))
  return ({ kind, value }) => {
    const range = parseRange(kind === "url" ? (hostOf(value) ?? "") : value)
    return range !== null && isWithin(versions.get(range.version) ?? [], range)
  }
}

function joined(entries: readonly string[], version: 4 | 6): AddressRange[] {
  const ranges = entries.map(parseRange).filter((range) => range !== null && range.version === version)
  const sorted = (ranges as AddressRange[]).sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const out: AddressRange[] = []
  for (const range of sorted) {
    const last = out.at(-1)
    if (last === undefined || range.first > last.last + 1n) out.push({ ...range })
    else if (range.last > last.last) last.last = range.last
  }
  return out
}

function isWithin(ranges: readonly AddressRange[], wanted: AddressRange): boolean {
  let [low, high] = [0, ranges.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const range = ranges[middle] as AddressRange
    if (wanted.first < range.first) high = middle - 1
    else if (wanted.first > range.last) low = middle + 1
    else return wanted.last <= range.last
  }
  return false
}

/** A name is on the list if it or a name above it is; `.example.org` and `example.org` say the same. */
function hostTest(entries: readonly string[]): Test {
  const names = new Set(entries.map((entry) => asciiName(entry.replace(/^\./, "")) ?? entry.toLowerCase()))
  return ({ kind, value }) => {
    const host = kind === "url" || kind === "email-addr" ? hostOf(value) : asciiName(value)
    for (let rest = host; rest !== null; ) {
      if (names.has(rest)) return true
      const dot = rest.indexOf(".")
      rest = dot < 0 ? null : rest.slice(dot + 1)
    }
    return false
  }
}

function stringTest(entries: readonly string[]): Test {
  const texts = new Set(entries.map((entry) => entry.toLowerCase()))
  return ({ kind, value }) => {
    if (texts.has(value.toLowerCase())) return true
    const host = kind === "url" ? hostOf(value) : null
    return host !== null && texts.has(host)
  }
}

function substringTest(entries: readonly string[]): Test {
  const parts = entries.filter((entry) => entry !== "").map((entry) => entry.toLowerCase())
  return ({ value }) => {
    const text = value.slice(0, SCANNED_MOST).toLowerCase()
    return parts.some((part) => text.includes(part))
  }
}

function expressionTest(entries: readonly string[]): Test {
  const expressions = entries.map(linearExpression).filter((one) => one !== null)
  return ({ value }) => expressions.some((one) => one.test(value.slice(0, SCANNED_MOST)))
}

function hostOf(value: string): string | null {
  const [, authority = ""] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)/i.exec(value) ?? []
  const host = authority.slice(authority.lastIndexOf("@") + 1)
  const inBrackets = /^\[([^\]]*)\]/.exec(host)?.[1]
  return inBrackets ?? asciiName(host.replace(/:\d*$/, ""))
}
