import type { Json } from "../../kernel/canonical.ts"
import type { Derived } from "../../store/index.ts"
import { idHash } from "../queries.ts"
import { extract } from "./extract.ts"
import {
  type HitRow,
  readBody,
  readHitsByHash,
  readHitsByKey,
  readLabels,
  readRelations,
  readSources,
} from "./find-queries.ts"
import { hitsOf, names } from "./finding.ts"
import type {
  Edge,
  Hit,
  Neighbourhood,
  NeighbourhoodOptions,
  Reference,
  References,
  ReferringOptions,
  Tally,
} from "./model.ts"

const LIMIT_MOST = 1000
/** Neighbours of certain types are looked for among so many. */
const AMONG_MOST = 5000

/** What points at an object, the newest first. */
export function referring(index: Derived, id: string, options: ReferringOptions): References {
  const target = idHash(id)
  const limit = Math.max(1, Math.min(options.limit, LIMIT_MOST))
  const span = { before: options.after ?? Number.MAX_SAFE_INTEGER, limit: limit + 1 }
  const labels = options.labels.length > 0 ? options.labels : readLabels(index, target).map(({ label }) => label)
  const found = labels
    .flatMap((label) => readSources(index, target, label, span).map(({ key }) => ({ label, key })))
    .sort((a, b) => b.key - a.key)
  const page = wholeKeys(found, limit)
  const hits = new Map(
    hitsOf(index, readHitsByKey(index, [...new Set(page.map(({ key }) => key))])).map((h) => [h.key, h]),
  )
  const references = page.flatMap(({ label, key }) => {
    const hit = hits.get(key)
    return hit === undefined ? [] : [{ label, id: hit.id, hit, relation: relationOf(index, hit, label) }]
  })
  return { references, next: found.length > page.length ? (page.at(-1)?.key ?? null) : null }
}

/** An object that points twice stands on one page with both. */
function wholeKeys<Row extends { key: number }>(rows: readonly Row[], limit: number): Row[] {
  const last = rows[limit - 1]?.key
  return rows.filter(({ key }, i) => i < limit || key === last)
}

function relationOf(index: Derived, hit: Hit, label: string): Reference["relation"] {
  if (hit.type !== "relationship" || (label !== "source_ref" && label !== "target_ref")) return null
  const opposite = label === "source_ref" ? "target_ref" : "source_ref"
  const other = namesIn(index, hit.id).find((one) => one.label === opposite)
  if (other === undefined) return null
  const known = names(index, [other.id]).get(other.id) ?? null
  return { type: hit.name ?? "", outward: label === "source_ref", id: other.id, hit: known }
}

/** How often an object is named, by property. */
export function referringLabels(index: Derived, id: string): Tally[] {
  return readLabels(index, idHash(id)).map(({ label, objects }) => ({ value: label, objects }))
}

/** What an object points at, as it says it itself, also where that is not here. */
export function referred(index: Derived, id: string): Reference[] {
  const found = namesIn(index, id).slice(0, LIMIT_MOST)
  const hits = names(
    index,
    found.map((one) => one.id),
  )
  return found.map((one) => ({ ...one, hit: hits.get(one.id) ?? null, relation: null }))
}

function namesIn(index: Derived, id: string): { label: string; id: string }[] {
  const body = readBody(index, idHash(id), id)
  if (body === null) return []
  const value = JSON.parse(Buffer.from(body.bytes).toString("utf8")) as Json
  return typeof value === "object" && value !== null && !Array.isArray(value) ? extract(value).references : []
}

/** An edge between two objects that are known by their hashes. */
type Link = { from: number; to: number; label: string; id: string | null }

/**
 * The objects around some: relationships become edges, with their kind; other references become edges with the name
 * of the property. Relationships come first, authors last, since everything has one.
 */
export function neighbourhood(
  index: Derived,
  ids: readonly string[],
  { limit, types }: NeighbourhoodOptions,
): Neighbourhood {
  const centres = [...names(index, ids).values()].map((hit) => ({ hash: idHash(hit.id), id: hit.id }))
  const most = Math.max(1, Math.min(limit, LIMIT_MOST))
  const among = types.length > 0 ? AMONG_MOST : most + 1
  const links = centres.flatMap((centre) => linksOf(index, centre, among))
  const rows = rowsOf(index, [...centres.map(({ hash }) => hash), ...links.flatMap(({ from, to }) => [from, to])])
  const wanted = new Set(centres.map(({ hash }) => hash))
  let cut = types.length > 0 && links.length >= AMONG_MOST
  for (const { from, to } of links) {
    for (const hash of [from, to]) {
      const row = rows.get(hash)
      if (row === undefined || wanted.has(hash) || (types.length > 0 && !types.includes(row.type))) continue
      if (wanted.size < most) wanted.add(hash)
      else cut = true
    }
  }
  const nodes = hitsOf(
    index,
    [...wanted].flatMap((hash) => rows.get(hash) ?? []),
  )
  return { nodes, edges: edgesOf(links, wanted, rows), cut }
}

function rowsOf(index: Derived, hashes: readonly number[]): Map<number, HitRow> {
  return new Map(readHitsByHash(index, [...new Set(hashes)]).map(({ hash, ...row }) => [hash, row]))
}

function edgesOf(links: readonly Link[], wanted: ReadonlySet<number>, rows: ReadonlyMap<number, HitRow>): Edge[] {
  const edges = new Map<string, Edge>()
  for (const { from, to, label, id } of links) {
    const [a, b] = [rows.get(from), rows.get(to)]
    if (a === undefined || b === undefined || !wanted.has(from) || !wanted.has(to)) continue
    edges.set(id ?? `${from} ${label} ${to}`, { from: a.id, to: b.id, label, id })
  }
  return [...edges.values()]
}

const LAST = "created_by_ref"

function linksOf(index: Derived, { hash, id }: { hash: number; id: string }, most: number): Link[] {
  const relations = (["source_ref", "target_ref"] as const).flatMap((end) =>
    readRelations(index, hash, end, most).flatMap(({ id: relation, type, other }): Link[] => {
      if (other === null) return []
      const [from, to] = end === "source_ref" ? [hash, other] : [other, hash]
      return [{ from, to, label: type ?? "", id: relation }]
    }),
  )
  const own = namesIn(index, id)
    .slice(0, most)
    .map((one): Link => ({ from: hash, to: idHash(one.id), label: one.label, id: null }))
  const foreign = readLabels(index, hash).flatMap(({ label }) => sourcesOf(index, hash, label, most))
  const isLast = ({ label }: Link) => Number(label === LAST)
  return [...relations, ...[...own, ...foreign].sort((a, b) => isLast(a) - isLast(b))]
}

function sourcesOf(index: Derived, hash: number, label: string, limit: number): Link[] {
  return readSources(index, hash, label, { before: Number.MAX_SAFE_INTEGER, limit })
    .filter(({ type }) => type !== "relationship")
    .map(({ id }): Link => ({ from: idHash(id), to: hash, label, id: null }))
}
