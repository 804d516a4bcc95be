import { DAY, type Instant } from "../../kernel/time.ts"
import type { Derived } from "../../store/index.ts"
import type { CollectionId } from "../model.ts"
import { idHash } from "../queries.ts"
import { compile, idIn } from "./compile.ts"
import { type Cursor, cursorText, parseCursor } from "./cursor.ts"
import {
  countMatches,
  type HitRow,
  readAdded,
  readCollectionIds,
  readHitOf,
  readHits,
  readJoined,
  readKeyRange,
  readKeys,
  readSorted,
  readTallies,
  readTally,
  type Scope,
} from "./find-queries.ts"
import { countBehind } from "./index-queries.ts"
import { MINUTE } from "./indexer.ts"
import type { Found, Hit, Keys, SearchQuery, Tallies } from "./model.ts"

/** Counting stops here: nobody reads so many lines. */
const COUNT_MOST = 10_000
/** So many of the newest are sorted by name or change. */
export const SORT_MOST = 40_000
const LIMIT_MOST = 1000
const NOWHERE: Scope = { match: null, least: 1, most: 0, from: null, to: null }

export function find(index: Derived, query: SearchQuery): Found {
  const scope = scopeOf(index, query)
  const tallied = tallyOf(index, query)
  const total = tallied ?? countMatches(index, scope, COUNT_MOST)
  const page =
    query.sort === "name" || query.sort === "modified" ? sorted(index, scope, query) : aged(index, scope, query)
  const { rows, ...places } = page
  return {
    ...places,
    hits: hitsOf(index, rows),
    total,
    totalIsLeast: tallied === null && total === COUNT_MOST,
    behind: countBehind(index),
  }
}

/** Versions to be handed out as they are: the same that `find` shows, the newest first. */
export function keys(index: Derived, query: SearchQuery, most: number): Keys {
  const found = readKeys(index, scopeOf(index, query), most + 1)
  return { keys: found.slice(0, most), more: found.length > most }
}

export function names(index: Derived, ids: readonly string[]): Map<string, Hit> {
  const rows = [...new Set(ids)].flatMap((id) => readHitOf(index, idHash(id), id) ?? [])
  return new Map(hitsOf(index, rows).map((hit) => [hit.id, hit]))
}

export function recent(index: Derived, limit: number): Hit[] {
  const everything = { ...NOWHERE, most: Number.MAX_SAFE_INTEGER }
  return hitsOf(index, readHits(index, everything, true, Math.min(limit, LIMIT_MOST)))
}

export function tallies(index: Derived): Tallies {
  const rows = Object.groupBy(readTallies(index), ({ kind }) => kind)
  const ids = readCollectionIds(index)
  const of = (kind: string) => (rows[kind] ?? []).map(({ value, objects }) => ({ value, objects }))
  return {
    objects: of("object")[0]?.objects ?? 0,
    types: of("type"),
    markings: of("marking"),
    origins: of("origin"),
    collections: of("collection").flatMap(({ value, objects }) => {
      const id = ids.get(value)
      return id === undefined ? [] : [{ id, objects }]
    }),
    revoked: of("revoked")[0]?.objects ?? 0,
    days: readAdded(index, DAY / MINUTE).map(({ bucket, objects }) => ({ day: (bucket * DAY) as Instant, objects })),
  }
}

function scopeOf(index: Derived, query: SearchQuery): Scope {
  const match = compile(query, keysOf(index, query.collections))
  const range = rangeOf(index, query)
  if (match.is === "none" || range === null) return NOWHERE
  return { ...range, match: match.is === "any" ? null : match.text, from: query.from, to: query.to }
}

function keysOf(index: Derived, wanted: readonly CollectionId[]): number[] {
  if (wanted.length === 0) return []
  const ids = new Set(wanted)
  return [...readCollectionIds(index)].flatMap(([key, id]) => (ids.has(id) ? [Number(key)] : []))
}

/** Keys rise with time, so a span of time is a range of keys; a text that is an id is a range of one. */
function rangeOf(index: Derived, { text, from, to }: SearchQuery): { least: number; most: number } | null {
  const id = idIn(text)
  if (id !== null) {
    const key = readHitOf(index, idHash(id), id)?.key
    return key === undefined ? null : { least: key, most: key }
  }
  if (from === null && to === null) return { least: 0, most: Number.MAX_SAFE_INTEGER }
  const [first, last] = [from ?? 0, to ?? Number.MAX_SAFE_INTEGER]
  return readKeyRange(index, Math.floor(first / MINUTE), Math.floor(last / MINUTE))
}

/** What is filtered by one property alone, or not at all, is counted already. */
function tallyOf(index: Derived, query: SearchQuery): number | null {
  if (query.text.trim() !== "" || query.from !== null || query.to !== null || query.revoked !== "any") return null
  if (query.collections.length > 0) return null // an object may be in several
  const kinds = { type: query.types, marking: query.markings, origin: query.origins }
  const [first, ...others] = Object.entries(kinds).filter(([, values]) => values.length > 0)
  if (others.length > 0) return null
  return first === undefined ? readTally(index, "object", [""]) : readTally(index, first[0], first[1])
}

type Page = { rows: HitRow[] } & Pick<Found, "next" | "previous" | "sortedAmong">

/** By age: a page begins where the one before ended, whatever was added meanwhile. */
function aged(index: Derived, scope: Scope, query: SearchQuery): Page {
  const cursor = parseCursor(query.after)
  const from: { key: number; back: boolean } | null = cursor !== null && "key" in cursor ? cursor : null
  const newestFirst = query.sort !== "oldest"
  const limit = limitOf(query)
  const back = from?.back ?? false
  const downward = newestFirst !== back
  const rest = from === null ? scope : beyond(scope, from.key, downward)
  const rows = readHits(index, rest, downward, limit + 1)
  const more = rows.length > limit
  const page = rows.slice(0, limit)
  if (back) page.reverse()
  const place = (row: HitRow | undefined, towards: boolean) =>
    row === undefined ? null : cursorText({ key: row.key, back: towards })
  return {
    rows: page,
    next: more || back ? place(page.at(-1), false) : null,
    previous: (back ? more : from !== null) ? place(page[0], true) : null,
    sortedAmong: null,
  }
}

function beyond(scope: Scope, key: number, downward: boolean): Scope {
  return downward
    ? { ...scope, most: Math.min(scope.most, key - 1) }
    : { ...scope, least: Math.max(scope.least, key + 1) }
}

function sorted(index: Derived, scope: Scope, query: SearchQuery): Page {
  const cursor: Cursor | null = parseCursor(query.after)
  const offset = cursor !== null && "offset" in cursor ? cursor.offset : 0
  const limit = limitOf(query)
  const by = query.sort === "name" ? "name" : "modified"
  const rows = readSorted(index, scope, by, { among: SORT_MOST, offset, limit: limit + 1 })
  const place = (at: number) => cursorText({ offset: at })
  return {
    rows: rows.slice(0, limit),
    next: rows.length > limit ? place(offset + limit) : null,
    previous: offset > 0 ? place(Math.max(0, offset - limit)) : null,
    sortedAmong: isMore(index, scope, query) ? SORT_MOST : null,
  }
}

function isMore(index: Derived, scope: Scope, query: SearchQuery): boolean {
  return (tallyOf(index, query) ?? countMatches(index, scope, SORT_MOST + 1)) > SORT_MOST
}

function limitOf({ limit }: SearchQuery): number {
  return Math.max(1, Math.min(Math.trunc(limit), LIMIT_MOST))
}

/** Rows as a person reads them: relationships say what they join. */
export function hitsOf(index: Derived, rows: readonly HitRow[]): Hit[] {
  const ids = readCollectionIds(index)
  const joined = joinsOf(index, rows)
  return rows.map(({ collections, revoked, detail, ...row }) => ({
    ...row,
    detail: joined.get(row.key) ?? detail,
    revoked: revoked === 1,
    collections: collections.split(",").flatMap((key) => ids.get(key) ?? []),
  }))
}

function joinsOf(index: Derived, rows: readonly HitRow[]): Map<number, string> {
  const wanted = rows.filter(({ type }) => type === "relationship" || type === "sighting")
  if (wanted.length === 0) return new Map()
  const joined = readJoined(
    index,
    wanted.map(({ key }) => key),
  )
  const ends = new Map(joined.map(({ key, end, name, type }) => [`${key} ${end}`, name ?? type]))
  const lines = wanted.flatMap(({ key, type }): [number, string][] => {
    const [source, target] = [ends.get(`${key} source`), ends.get(`${key} target`)]
    if (type === "sighting") return target === undefined ? [] : [[key, target]]
    return [[key, `${source ?? "…"} → ${target ?? "…"}`]]
  })
  return new Map(lines)
}
