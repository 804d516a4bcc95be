import sql from "sql-template-tag"
import { canonicalize } from "../kernel/canonical.ts"
import type { Id } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { FactFiles } from "./reading.ts"

export type FactSet = { key: number; version: string; digest: string; importedAt: Instant; importedBy: string | null }

/** One correction of this node, as it was entered. */
export type Correction = {
  id: Id<"correction">
  table: string
  replaces: string | null
  /** Null: the row that it replaces does not count here. */
  cells: Record<string, string> | null
  reason: string
  addedAt: Instant
  addedBy: string | null
}

type SetRow = { key: number; version: string; digest: string; imported_at: Instant; imported_by: string | null }

export async function listFactSets(reader: Reader): Promise<FactSet[]> {
  const rows = await reader.all<SetRow>(
    sql`select key, version, digest, imported_at, imported_by from fact_set order by key desc`,
  )
  return rows.map(({ key, version, digest, imported_at, imported_by }) => ({
    ...{ key, version, digest, importedAt: imported_at, importedBy: imported_by },
  }))
}

export async function factFiles(reader: Reader, key: number): Promise<FactFiles | null> {
  const row = await reader.get<{ files: string }>(sql`select files from fact_set where key = ${key}`)
  return row === undefined ? null : (JSON.parse(row.files) as FactFiles)
}

export async function insertFactSet(
  tx: Tx,
  { version, digest, files, by }: { version: string; digest: string; files: FactFiles; by: string | null },
): Promise<void> {
  const text = canonicalize({ ...files })
  await tx.run(sql`insert into fact_set (version, digest, files, imported_at, imported_by)
    values (${version}, ${digest}, ${text}, ${tx.now}, ${by})`)
}

/** The version that it was of; null if there is none of that number. */
export async function deleteFactSet(tx: Tx, key: number): Promise<string | null> {
  const row = await tx.get<{ version: string }>(sql`select version from fact_set where key = ${key}`)
  await tx.run(sql`delete from fact_set where key = ${key}`)
  return row?.version ?? null
}

type OverlayRecord = {
  id: Id<"correction">
  table: string
  replaces: string | null
  cells: string | null
  reason: string
  added_at: Instant
  added_by: string | null
}

export async function listCorrections(reader: Reader): Promise<Correction[]> {
  const rows = await reader.all<OverlayRecord>(
    sql`select id, table_name as "table", replaces, cells, reason, added_at, added_by from fact_overlay order by key`,
  )
  return rows.map(({ cells, added_at, added_by, ...rest }) => ({
    ...rest,
    cells: cells === null ? null : (JSON.parse(cells) as Record<string, string>),
    addedAt: added_at,
    addedBy: added_by,
  }))
}

/** False if that row is corrected already. */
export async function insertCorrection(tx: Tx, one: Omit<Correction, "addedAt">): Promise<boolean> {
  const cells = one.cells === null ? null : canonicalize(one.cells)
  const changed =
    await tx.run(sql`insert into fact_overlay (id, table_name, replaces, cells, reason, added_at, added_by)
    values (${one.id}, ${one.table}, ${one.replaces}, ${cells}, ${one.reason}, ${tx.now}, ${one.addedBy})
    on conflict (replaces) do nothing`)
  return changed > 0
}

export async function deleteCorrection(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run(sql`delete from fact_overlay where id = ${id}`)) > 0
}
