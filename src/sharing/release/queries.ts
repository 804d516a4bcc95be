import sql, { join } from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import { idHash, type Origin } from "../../library/index.ts"
import { type Purpose, strictestAround, strictestBefore, type Urgent } from "../../policy/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import {
  nothingYet,
  type Release,
  type ReleaseId,
  type ReleaseState,
  type Target,
  type TargetOutcome,
} from "./model.ts"

export type CandidateRow = {
  key: number
  id: string
  type: string
  spec: string
  version: string
  marking: Tlp | null
  strictest: Tlp | null
  /** The strictest mark of reports and groupings of our own that hold it. */
  contained: Tlp | null
  origin: Origin
  aside: number
  withdrawn: number
  revokedSince: number
  canonical: Uint8Array
  bytes: Uint8Array
}

export async function readCandidate(reader: Reader, key: number): Promise<CandidateRow | null> {
  const row = await reader.get<CandidateRow>(
    sql`select o.key, o.id, o.type, o.spec, o.version, o.marking, o.origin, o.aside, o.withdrawn,
          exists (select 1 from object n where n.id_hash = o.id_hash and n.id = o.id and n.revoked = 1 and n.aside = 0
            and n.version > o.version) as "revokedSince",
          ${strictestBefore} as strictest, ${strictestAround} as contained, o.canonical, o.bytes
        from object o where o.key = ${key}`,
  )
  return row ?? null
}

/** A marking definition that the library holds; these have no versions. */
export async function readMarkingDefinition(
  reader: Reader,
  id: string,
): Promise<{ key: number; bytes: Uint8Array } | null> {
  const row = await reader.get<{ key: number; bytes: Uint8Array }>(
    sql`select key, bytes from object
        where id_hash = ${idHash(id)} and id = ${id} and type = 'marking-definition' and aside = 0
        order by origin <> 'own', key limit 1`,
  )
  return row ?? null
}

/** Key of the newest version of an object; null if none is held that may be shown. */
export async function newestKey(reader: Reader, id: string): Promise<number | null> {
  const row = await reader.get<{ key: number }>(
    sql`select key from object where id_hash = ${idHash(id)} and id = ${id} and aside = 0 and withdrawn = 0
        order by spec desc, case when stamp is null then '' else version end desc, key desc limit 1`,
  )
  return row?.key ?? null
}

/** Key of the newest version, also of one that was recalled and is held nowhere else. */
export async function newestEverKey(reader: Reader, id: string): Promise<number | null> {
  const row = await reader.get<{ key: number }>(
    sql`select key from object where id_hash = ${idHash(id)} and id = ${id} and aside = 0
        order by spec desc, case when stamp is null then '' else version end desc, key desc limit 1`,
  )
  return row?.key ?? null
}

/** Ids of object versions by key; those erased since are missing. */
export async function idsOf(reader: Reader, keys: readonly number[]): Promise<{ key: number; id: string }[]> {
  if (keys.length === 0) return []
  return reader.all<{ key: number; id: string }>(
    sql`select key, id from object where key in (${join(keys)}) order by key`,
  )
}

/** Where each version that this node may use of an object is from, and under which mark it stands. */
export async function readStandings(reader: Reader, id: string): Promise<{ origin: Origin; marking: Tlp | null }[]> {
  return reader.all<{ origin: Origin; marking: Tlp | null }>(
    sql`select origin, marking from object where id_hash = ${idHash(id)} and id = ${id} and aside = 0`,
  )
}

export async function bytesOf(reader: Reader, key: number): Promise<Uint8Array | null> {
  return (await reader.get<{ bytes: Uint8Array }>(sql`select bytes from object where key = ${key}`))?.bytes ?? null
}

/** The newest version of each object that a collection serves, behind entry `after`. */
export async function servedBehind(
  reader: Reader,
  collection: number,
  after: number,
  most: number,
): Promise<{ seq: number; object: number }[]> {
  return reader.all<{ seq: number; object: number }>(
    sql`select e.seq, e.object from entry e where e.collection = ${collection} and e.is_last = 1 and e.seq > ${after}
        order by e.seq limit ${most} + 0`,
  )
}

export async function countServed(reader: Reader, collection: number): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from entry e where e.collection = ${collection} and e.is_last = 1`,
  )
  return row?.number ?? 0
}

type Row = {
  key: number
  id: ReleaseId
  state: ReleaseState
  by: string | null
  officer: number
  created_at: Instant
  finished_at: Instant | null
  targets: string
  source: number | null
  cursor: number
  total: number
  settled: number
  unmarked: Tlp | null
  again: number
  purpose: Purpose | null
  urgent: string | null
  outcome: string
  failure: string | null
}

const columns = sql`key, id, state, by, officer, created_at, finished_at, targets, source, cursor, total, settled,
  unmarked, again, purpose, urgent, outcome, failure`

function releaseOf({ created_at: createdAt, finished_at: finishedAt, ...row }: Row): Release {
  return {
    ...row,
    ...{ createdAt, finishedAt, officer: row.officer === 1, again: row.again === 1 },
    targets: JSON.parse(row.targets) as Target[],
    urgent: row.urgent === null ? null : (JSON.parse(row.urgent) as Urgent),
    outcome: (JSON.parse(row.outcome) as TargetOutcome[]).map((one) => ({ ...nothingYet, ...one })),
  }
}

export async function findRelease(reader: Reader, id: string): Promise<Release | null> {
  const row = await reader.get<Row>(sql`select ${columns} from release where id = ${id}`)
  return row === undefined ? null : releaseOf(row)
}

/** The newest first. */
export async function listReleases(reader: Reader, most: number): Promise<Release[]> {
  const rows = await reader.all<Row>(
    sql`select ${columns} from release where state <> 'looking' and state <> 'decided' order by key desc limit ${most} + 0`,
  )
  return rows.map(releaseOf)
}

export async function releasesUnderWay(reader: Reader): Promise<Release[]> {
  const rows = await reader.all<Row>(
    sql`select ${columns} from release where state in ('looking', 'running') order by key`,
  )
  return rows.map(releaseOf)
}

export async function insertRelease(tx: Tx, release: Omit<Release, "key">): Promise<number> {
  const { id, state, by, officer, createdAt, targets, source, cursor, total, settled, unmarked, again, purpose } =
    release
  const row = await tx.get<{ key: number }>(
    sql`insert into release (id, state, by, officer, created_at, targets, source, cursor, total, settled, unmarked,
          again, purpose, outcome)
        values (${id}, ${state}, ${by}, ${officer ? 1 : 0}, ${createdAt}, ${JSON.stringify(targets)}, ${source},
          ${cursor}, ${total}, ${settled}, ${unmarked}, ${again ? 1 : 0}, ${purpose}, ${JSON.stringify(release.outcome)})
        returning key`,
  )
  return (row as { key: number }).key
}

export async function updateRelease(tx: Tx, release: Release): Promise<void> {
  const { key, state, by, officer, finishedAt, cursor, settled, urgent, outcome, failure } = release
  await tx.run(
    sql`update release set state = ${state}, by = ${by}, officer = ${officer ? 1 : 0}, finished_at = ${finishedAt},
          cursor = ${cursor}, settled = ${settled}, urgent = ${urgent === null ? null : JSON.stringify(urgent)}, outcome = ${JSON.stringify(outcome)}, failure = ${failure}
        where key = ${key}`,
  )
}

export async function insertPart(tx: Tx, release: number, part: number, objects: readonly number[]): Promise<void> {
  await tx.run(
    sql`insert into release_part (release, part, objects) values (${release}, ${part}, ${JSON.stringify(objects)})`,
  )
}

export async function readPart(reader: Reader, release: number, part: number): Promise<number[]> {
  const row = await reader.get<{ objects: string }>(
    sql`select objects from release_part where release = ${release} and part = ${part}`,
  )
  return row === undefined ? [] : (JSON.parse(row.objects) as number[])
}

export async function deleteParts(tx: Tx, release: number): Promise<void> {
  await tx.run(sql`delete from release_part where release = ${release}`)
}

export async function deleteRelease(tx: Tx, release: number): Promise<void> {
  await tx.run(sql`delete from release where key = ${release}`)
}

/** What was prepared and never started. */
export async function deleteForgotten(tx: Tx, before: Instant): Promise<void> {
  await tx.run(sql`delete from release where state = 'decided' and created_at < ${before}`)
}
