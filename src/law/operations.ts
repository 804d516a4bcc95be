import { ComityError } from "../kernel/errors.ts"
import { type Id, newId } from "../kernel/ids.ts"
import { record } from "../ledger/index.ts"
import type { Store } from "../store/index.ts"
import { type FactBook, overlayRow } from "./book.ts"
import { checkFacts } from "./checking.ts"
import type { Day } from "./dates.ts"
import { factsFrom, type OverlayRow } from "./facts.ts"
import type { FactRef } from "./model.ts"
import {
  type Correction,
  deleteCorrection,
  deleteFactSet,
  insertCorrection,
  insertFactSet,
  listCorrections,
} from "./queries.ts"
import type { FactFiles } from "./reading.ts"
import type { Cells, TableName } from "./tables.ts"

export type FactParts = { store: Store; book: FactBook }

export type Imported = { version: string; digest: string; rows: number }

/**
 * Takes in a set of facts. From then on it counts, where it is not older than what is shipped. Throws
 * `unprocessable facts.faulty` where `comity facts check` finds an error in it.
 */
export async function importFacts(
  { store, book }: FactParts,
  files: FactFiles,
  today: Day,
  by: string | null,
): Promise<Imported> {
  const facts = factsFrom(files)
  for (const table of ["instruments", "channels"] as const) {
    if (facts.rows[table].length > 0) continue
    // Without them every question would be answered by silence.
    throw new ComityError("unprocessable", "facts.faulty", { table, line: 0, code: "bad-missing" })
  }
  const [fault] = checkFacts(facts, today).problems.filter(({ severity }) => severity === "error")
  if (fault !== undefined) {
    const { table, line, code } = fault
    throw new ComityError("unprocessable", "facts.faulty", { table, line, code })
  }
  const { version, digest } = facts
  await store.write(async (tx) => {
    await insertFactSet(tx, { version, digest, files, by })
    await record(tx, { what: "facts.imported", by, facts: { version, digest } })
  })
  book.forget()
  return { version, digest, rows: Object.values(facts.rows).flat().length }
}

/** An import that should not have been: what counted before it counts again. Throws `not-found facts.no-set`. */
export async function withdrawSet({ store, book }: FactParts, key: number, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const version = await deleteFactSet(tx, key)
    if (version === null) throw new ComityError("not-found", "facts.no-set", { name: String(key) })
    await record(tx, { what: "facts.set-withdrawn", by, facts: { version } })
  })
  book.forget()
}

export type NewCorrection = {
  table: TableName
  /** The row in whose place it stands; null: beside the others. */
  replaces: FactRef | null
  /** Null: the row that it replaces does not count here. */
  cells: Cells | null
  reason: string
}

/** Throws `not-found facts.no-row`, `conflict facts.corrected`, `unprocessable facts.faulty`. */
export async function correct(
  { store, book }: FactParts,
  wanted: NewCorrection,
  by: string | null,
): Promise<Id<"correction">> {
  const { table, replaces, cells, reason } = wanted
  const rows: readonly { ref: FactRef; own: boolean }[] = (await book.current()).rows[table]
  if (replaces !== null && (await corrections({ store, book })).some((one) => one.replaces === replaces)) {
    throw new ComityError("conflict", "facts.corrected", { ref: replaces })
  }
  if (replaces !== null && !rows.some(({ ref, own }) => ref === replaces && !own)) {
    throw new ComityError("not-found", "facts.no-row", { ref: replaces })
  }
  const id = newId("correction")
  const one = { id, table, replaces, cells: cells === null ? null : { ...cells }, reason, addedBy: by }
  for (const row of overlayRow(one)) await refuseFaults(book, table, row)
  await store.write(async (tx) => {
    if (!(await insertCorrection(tx, one))) {
      throw new ComityError("conflict", "facts.corrected", { ref: String(replaces) })
    }
    await record(tx, { what: "facts.corrected", by, facts: { id, table, replaces } })
  })
  book.forget()
  return id
}

/** The correction among all the facts: a name that stands nowhere is a fault too. Throws `unprocessable facts.faulty`. */
async function refuseFaults(book: FactBook, table: TableName, row: OverlayRow): Promise<void> {
  const facts = await book.trying(row)
  const fault = checkFacts(facts, facts.version).problems.find(
    ({ ref, severity, code }) => ref === row.raw.ref && severity === "error" && code !== "future",
  )
  if (fault === undefined) return
  const code = `${fault.code} ${fault.column}`.trim()
  throw new ComityError("unprocessable", "facts.faulty", { table, line: 0, code })
}

/** The row that it replaced counts again. Throws `not-found facts.no-correction`. */
export async function withdrawCorrection({ store, book }: FactParts, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    if (!(await deleteCorrection(tx, id))) throw new ComityError("not-found", "facts.no-correction", { id })
    await record(tx, { what: "facts.correction-withdrawn", by, facts: { id } })
  })
  book.forget()
}

export function corrections({ store }: FactParts): Promise<Correction[]> {
  return listCorrections(store)
}
