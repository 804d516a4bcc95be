import {
  type Correction,
  corrections,
  type FactFiles,
  type Facts,
  factFiles,
  newestSet,
  type RawRow,
  readFiles,
  shippedFiles,
  tableNames,
} from "../../law/index.ts"
import type { FactPageParts } from "./look.ts"

/** A row as it stands in its table, before or after this node corrected it. */
export type ShownRow = {
  row: RawRow
  /** By which this node put it there, or put another in its place. */
  correction: Correction | null
  /** The row as the set has it, where a correction stands in its place or beside it. */
  before: RawRow | null
  /** Whether it counts: a row that is corrected, or left out, does not. */
  counts: boolean
}

/** The files of a set by its name: `shipped`, or the number of an import; null if there is none of that name. */
export async function filesOfSet({ store }: Pick<FactPageParts, "store">, name: string): Promise<FactFiles | null> {
  if (name === "shipped") return shippedFiles()
  return /^\d{1,9}$/.test(name) ? factFiles(store, Number(name)) : null
}

/** The row of that name, also one that does not count any more; null if nothing is called so. */
export async function findRow(parts: FactPageParts, facts: Facts, ref: string): Promise<ShownRow | null> {
  const [raw, own] = [await rawRows(parts, facts), await corrections(parts)]
  const by = own.find((one) => `own/${one.id}` === ref || one.replaces === ref) ?? null
  const before = raw.get(by?.replaces ?? ref) ?? null
  if (by === null) return before === null ? null : { row: before, correction: null, before: null, counts: true }
  if (ref === by.replaces) return before === null ? null : { row: before, correction: by, before: null, counts: false }
  const row = rowOfCorrection(by)
  return row === null ? null : { row, correction: by, before, counts: by.cells !== null }
}

function rowOfCorrection({ id, table, cells }: Correction): RawRow | null {
  const known = tableNames.find((name) => name === table)
  return known === undefined ? null : { table: known, ref: `own/${id}` as RawRow["ref"], line: 0, cells: cells ?? {} }
}

const kept = new WeakMap<Facts, ReadonlyMap<string, RawRow>>()

async function rawRows({ store }: FactPageParts, facts: Facts): Promise<ReadonlyMap<string, RawRow>> {
  const found = kept.get(facts)
  if (found !== undefined) return found
  const newest = await newestSet(store)
  const files = (newest === null ? null : await factFiles(store, newest.key)) ?? shippedFiles()
  const rows = new Map(readFiles(files).rows.map((row) => [row.ref as string, row]))
  kept.set(facts, rows)
  return rows
}
