import sql, { empty, join, type Sql } from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Derived } from "../../store/index.ts"
import type { CollectionId } from "../model.ts"
import { labelIn, referenceRange, referenceToken } from "./words.ts"

/**
 * SQL that answers. Every row that leaves is joined with `library.object` in the same statement: what was erased there
 * is not shown, whether the index knows it already or not.
 */

/** What to look through: an expression of FTS5 or everything, in a range of keys, added in a range of time. */
export type Scope = {
  match: string | null
  least: number
  most: number
  from: Instant | null
  to: Instant | null
}

export type HitRow = {
  key: number
  id: string
  type: string
  name: string | null
  detail: string | null
  marking: Tlp | null
  origin: string
  modified: string | null
  added: Instant
  revoked: number
  collections: string
}

const hitColumns = sql`d.key, d.id, d.type, d.name, d.detail, d.marking, d.origin, o.stamp as modified, d.added,
  d.revoked, d.collections`
const living = sql`cross join library.object o on o.key = d.key and o.withdrawn = 0`

function docsOf({ match }: Scope): Sql {
  return match === null ? sql`doc d` : sql`search cross join doc d on d.key = search.rowid`
}

function condition(scope: Scope): Sql {
  const { match, least, most, from, to } = scope
  const place = match === null ? sql`d.key` : sql`search.rowid`
  const words = match === null ? empty : sql`search match ${match} and`
  const since = from === null ? empty : sql`and d.added >= ${from}`
  const until = to === null ? empty : sql`and d.added < ${to}`
  return sql`${words} ${place} between ${least} and ${most} ${since} ${until}`
}

function inOrder({ match }: Scope, newestFirst: boolean): Sql {
  const place = match === null ? sql`d.key` : sql`search.rowid`
  return newestFirst ? sql`order by ${place} desc` : sql`order by ${place}`
}

export function readHits(index: Derived, scope: Scope, newestFirst: boolean, limit: number): HitRow[] {
  return index.all<HitRow>(
    sql`select ${hitColumns} from ${docsOf(scope)} ${living}
        where ${condition(scope)} ${inOrder(scope, newestFirst)} limit ${limit} + 0`,
  )
}

export function readKeys(index: Derived, scope: Scope, limit: number): number[] {
  const rows = index.all<{ key: number }>(
    sql`select d.key from ${docsOf(scope)} ${living}
        where ${condition(scope)} ${inOrder(scope, true)} limit ${limit} + 0`,
  )
  return rows.map(({ key }) => key)
}

/** Sorted by something else than age, among so many of the newest. */
export function readSorted(
  index: Derived,
  scope: Scope,
  by: "name" | "modified",
  page: { among: number; offset: number; limit: number },
): HitRow[] {
  const inner = by === "name" ? sql`n.name is null, n.name collate nocase, n.key` : sql`n.modified desc, n.key desc`
  const outer = by === "name" ? sql`d.name is null, d.name collate nocase, d.key` : sql`d.modified desc, d.key desc`
  return index.all<HitRow>(
    sql`select ${hitColumns} from
          (select n.key from
            (select d.key, d.name, d.modified from ${docsOf(scope)}
              where ${condition(scope)} ${inOrder(scope, true)} limit ${page.among} + 0) n
            order by ${inner} limit ${page.limit} + 0 offset ${page.offset} + 0) n
          cross join doc d on d.key = n.key ${living} order by ${outer}`,
  )
}

/** Counts no further than `most`. */
export function countMatches(index: Derived, scope: Scope, most: number): number {
  const timed = scope.from !== null || scope.to !== null
  const from = scope.match === null || timed ? docsOf(scope) : sql`search`
  const row = index.get<{ total: number }>(
    sql`select count() as total from (select 1 from ${from} where ${condition(scope)} limit ${most} + 0)`,
  )
  return row?.total ?? 0
}

/** Between which keys everything stands that was added in these minutes. */
export function readKeyRange(index: Derived, from: number, to: number): { least: number; most: number } | null {
  const row = index.get<{ least: number | null; most: number | null }>(
    sql`select min(least) as least, max(most) as most from minute where minute between ${from} and ${to}`,
  )
  if (row === undefined || row.least === null || row.most === null) return null
  return { least: row.least, most: row.most }
}

export function readCollectionIds(index: Derived): Map<string, CollectionId> {
  const rows = index.all<{ key: number; id: CollectionId }>(sql`select key, id from library.collection`)
  return new Map(rows.map(({ key, id }) => [String(key), id]))
}

export function readHitOf(index: Derived, hash: number, id: string): HitRow | null {
  return (
    index.get<HitRow>(sql`select ${hitColumns} from doc d ${living} where d.hash = ${hash} and d.id = ${id}`) ?? null
  )
}

export function readHitsByHash(index: Derived, hashes: readonly number[]): (HitRow & { hash: number })[] {
  return index.all<HitRow & { hash: number }>(
    sql`select ${hitColumns}, d.hash from json_each(${JSON.stringify(hashes)}) h
        cross join doc d on d.hash = h.value ${living}`,
  )
}

export function readHitsByKey(index: Derived, keys: readonly number[]): HitRow[] {
  return index.all<HitRow>(
    sql`select ${hitColumns} from json_each(${JSON.stringify(keys)}) k cross join doc d on d.key = k.value ${living}`,
  )
}

/** The ends of relationships, and what sightings sighted, by what they are called here. */
export type Joined = { key: number; end: "source" | "target"; name: string | null; type: string }

export function readJoined(index: Derived, keys: readonly number[]): Joined[] {
  return index.all<Joined>(
    sql`with joining as (select r.key, r.source, r.target
          from json_each(${JSON.stringify(keys)}) k cross join doc r on r.key = k.value)
        select j.key, 'source' as end, d.name, d.type from joining j
          cross join doc d on d.hash = j.source ${living}
        union all
        select j.key, 'target' as end, d.name, d.type from joining j
          cross join doc d on d.hash = j.target ${living}`,
  )
}

export function readBody(index: Derived, hash: number, id: string): { key: number; bytes: Uint8Array } | null {
  const row = index.get<{ key: number; bytes: Uint8Array }>(
    sql`select d.key, o.bytes from doc d ${living} where d.hash = ${hash} and d.id = ${id}`,
  )
  return row ?? null
}

/** By which properties an object is named, and by how many objects. Deleted ones may still be counted. */
export function readLabels(index: Derived, target: number): { label: string; objects: number }[] {
  const [first, last] = referenceRange(target)
  const terms = index.all<{ term: string; doc: number }>(
    sql`select term, doc from term where term >= ${first} and term < ${last}`,
  )
  return terms.map(({ term, doc }) => ({ label: labelIn(term), objects: doc }))
}

/** What names the target by this property. */
function naming(target: number, label: string): Sql {
  return sql`search match ${`"${referenceToken(target, label)}"`}`
}

/** Keys of the objects whose property names the target, the newest first. */
export function readSources(
  index: Derived,
  target: number,
  label: string,
  span: { before: number; limit: number },
): { key: number; id: string; type: string }[] {
  return index.all<{ key: number; id: string; type: string }>(
    sql`select d.key, d.id, d.type from search cross join doc d on d.key = search.rowid ${living}
        where ${naming(target, label)} and search.rowid < ${span.before}
        order by search.rowid desc limit ${span.limit} + 0`,
  )
}

/** A relationship of an object: its kind, and what stands at the other end. */
export type Relation = { id: string; type: string | null; other: number | null }

export function readRelations(
  index: Derived,
  target: number,
  end: "source_ref" | "target_ref",
  limit: number,
): Relation[] {
  const other = end === "source_ref" ? sql`d.target` : sql`d.source`
  return index.all<Relation>(
    sql`select d.id, d.name as type, ${other} as other from search
        cross join doc d on d.key = search.rowid ${living}
        where ${naming(target, end)} and d.type = 'relationship' and d.revoked = 0
        order by search.rowid desc limit ${limit} + 0`,
  )
}

export function readTallies(index: Derived): { kind: string; value: string; objects: number }[] {
  return index.all<{ kind: string; value: string; objects: number }>(
    sql`select kind, value, objects from tally where objects > 0 order by objects desc, value`,
  )
}

/** `minutes` in one bucket; its number and how many objects. */
export function readAdded(index: Derived, minutes: number): { bucket: number; objects: number }[] {
  return index.all<{ bucket: number; objects: number }>(
    sql`select cast(minute / ${minutes} as integer) as bucket, sum(objects) as objects from minute
        group by 1 having sum(objects) > 0 order by 1`,
  )
}

/** How many objects are one of these, by the tallies. */
export function readTally(index: Derived, kind: string, values: readonly string[]): number {
  const row = index.get<{ objects: number }>(
    sql`select coalesce(sum(objects), 0) as objects from tally where kind = ${kind} and value in (${join(values)})`,
  )
  return row?.objects ?? 0
}

export function countIndexed(index: Derived): number {
  return readTally(index, "object", [""])
}
