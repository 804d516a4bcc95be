import { type CsvError, parse } from "csv-parse/sync"
import type { FactRef } from "./model.ts"
import { type Cells, type RowOf, refOf, type TableName, tableNames, tables } from "./tables.ts"

/** The files of a set of facts by name, `participation.csv` and so on, and `VERSION`. */
export type FactFiles = Readonly<Record<string, string>>

/** What is wrong with a row. `code` has its sentence in the locale files, `facts.problem.<code>`. */
export type Problem = {
  code: string
  severity: "error" | "notice"
  table: string
  /** Line of the file, counted from 1; 0 where it is not about one line. */
  line: number
  ref: string
  column: string
}

/** One row as it stands, under its name. */
export type RawRow = { table: TableName; ref: FactRef; line: number; cells: Cells }

export type Rows = { [Name in TableName]: RowOf<Name>[] }

/** The rows of all files. A file that is no table is told and left out; so is a row of too few or too many cells. */
export function readFiles(files: FactFiles): { rows: RawRow[]; problems: Problem[] } {
  const rows: RawRow[] = []
  const problems: Problem[] = []
  for (const name of Object.keys(files).toSorted()) {
    const table = tableNames.find((one) => `${one}.csv` === name)
    if (table === undefined) {
      if (name !== "VERSION") problems.push(problem("unknown-file", name, 0, "", ""))
      continue
    }
    const read = readTable(table, files[name] ?? "")
    rows.push(...read.rows)
    problems.push(...read.problems)
  }
  return { rows, problems }
}

function readTable(table: TableName, text: string): { rows: RawRow[]; problems: Problem[] } {
  let lines: { record: Cells; info: { lines: number } }[]
  try {
    lines = parse(text, { bom: true, columns: true, info: true, skip_empty_lines: true }) as never
  } catch (error) {
    const line = Number((error as CsvError).lines ?? 0)
    return { rows: [], problems: [problem("malformed", table, Number.isFinite(line) ? line : 0, "", "")] }
  }
  const seen = new Map<string, number>()
  const rows = lines.map(({ record, info }) => {
    const name = refOf(table, record)
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return { table, ref: (count === 1 ? name : `${name}~${count}`) as FactRef, line: info.lines, cells: record }
  })
  return { rows, problems: [] }
}

/** Every row as what it means; one that means nothing is told with the column and left out. */
export function parseRows(raw: readonly (RawRow & { own?: boolean })[]): { rows: Rows; problems: Problem[] } {
  const rows = Object.fromEntries(tableNames.map((name) => [name, []])) as unknown as Record<TableName, unknown[]>
  const problems: Problem[] = []
  for (const { table, ref, line, cells, own } of raw) {
    const outcome = tables[table].row.safeParse(cells)
    if (outcome.success) rows[table].push({ ...outcome.data, ref, own: own === true })
    else
      for (const issue of outcome.error.issues) {
        const [column = "", code] =
          issue.code === "unrecognized_keys" ? [issue.keys[0], "unknown-column"] : [issue.path[0]]
        problems.push(problem(code ?? codeOf(issue.message), table, line, ref, String(column)))
      }
  }
  return { rows: rows as Rows, problems }
}

const CODES: readonly string[] = ["missing", "code", "place", "date", "number", "duration"]

function codeOf(message: string): string {
  return CODES.includes(message) ? `bad-${message}` : "bad-cell"
}

function problem(code: string, table: string, line: number, ref: string, column: string): Problem {
  return { code, severity: "error", table, line, ref, column }
}
