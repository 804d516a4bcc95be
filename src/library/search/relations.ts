import type { Json } from "../../kernel/canonical.ts"
import type { JsonObject } from "../../stix/index.ts"
import type { Derived } from "../../store/index.ts"
import { idHash } from "../queries.ts"
import { names } from "./finding.ts"
import type { Hit } from "./model.ts"
import { type End, readBodies, readKeysOfWord, readPlaced } from "./relation-queries.ts"

/** A relationship as one of its ends sees it. */
export type Related = {
  /** Of the relationship. */
  id: string
  /** What stands at the other end, and how it is listed here, if it is here. */
  other: string
  hit: Hit | null
  confidence: number | null
  /** As sent. */
  from: string | null
  to: string | null
  modified: string | null
  revoked: boolean
}

/** The relationships of one word and direction: `outward` where the object is their source. */
export type RelationGroup = { word: string; outward: boolean; objects: number; newest: Related[] }

/** One page of a group. */
export type RelationQuery = { id: string; word: string; outward: boolean; limit: number; after: number | null }
export type RelationPage = { related: Related[]; next: number | null }

/** Counting and grouping looks at so many of the newest; nobody reads so many lines. */
export const RELATIONS_AMONG = 10_000
const EACH = 20
/** In all for one direction; every word gets its first before any gets its second. */
const MOST = 30
const LIMIT_MOST = 500

/** The relationships of an object by word and direction, the newest of each. */
export function relations(index: Derived, id: string): RelationGroup[] {
  return (["source_ref", "target_ref"] as const).flatMap((end) => {
    const placed = readPlaced(index, idHash(id), end, { among: RELATIONS_AMONG, each: EACH, most: MOST })
    const related = relatedOf(
      index,
      id,
      end,
      placed.map(({ key }) => key),
    )
    const groups = new Map<string, RelationGroup>()
    for (const { key, word, objects } of placed) {
      const group = groups.get(word) ?? { word, outward: end === "source_ref", objects, newest: [] }
      const one = related.get(key)
      if (one !== undefined) group.newest.push(one)
      groups.set(word, group)
    }
    return [...groups.values()].filter(({ newest }) => newest.length > 0).sort((a, b) => b.objects - a.objects)
  })
}

/** The relationships of one word and direction, page by page, the newest first. */
export function relationPage(index: Derived, { id, word, outward, limit, after }: RelationQuery): RelationPage {
  const end = outward ? "source_ref" : "target_ref"
  const wanted = Math.max(1, Math.min(limit, LIMIT_MOST))
  const span = { word, before: after ?? Number.MAX_SAFE_INTEGER, limit: wanted + 1 }
  const keys = readKeysOfWord(index, idHash(id), end, span)
  const page = keys.slice(0, wanted)
  const related = [...relatedOf(index, id, end, page).values()]
  return { related, next: keys.length > wanted ? (page.at(-1) ?? null) : null }
}

function relatedOf(index: Derived, id: string, end: End, keys: readonly number[]): Map<number, Related> {
  const opposite = end === "source_ref" ? "target_ref" : "source_ref"
  const found = readBodies(index, keys).flatMap(({ key, bytes }) => {
    const body = parsed(bytes)
    const other = body?.[opposite]
    // Objects are found by 48 bits of their id: the id itself is compared here.
    return body === null || body[end] !== id || typeof other !== "string" ? [] : [{ key, body, other }]
  })
  const hits = names(
    index,
    found.map(({ other }) => other),
  )
  return new Map(found.map(({ key, body, other }) => [key, { ...aboutOf(body), other, hit: hits.get(other) ?? null }]))
}

function aboutOf(body: JsonObject): Omit<Related, "other" | "hit"> {
  return {
    id: textOf(body.id) ?? "",
    confidence: typeof body.confidence === "number" ? body.confidence : null,
    from: textOf(body.start_time),
    to: textOf(body.stop_time),
    modified: textOf(body.modified),
    revoked: body.revoked === true,
  }
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null
}

function parsed(bytes: Uint8Array): JsonObject | null {
  const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Json
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null
}
