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

/** No table has so many columns, and no row of a table is so long, by far. */
const COLUMNS_MOST = 60
const ROW_MOST = 40_000

/** The rows of all files. A file that is no table is told and left out; so is one with a row of too few or too many cells. */
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
    for (const row of read.rows) rows.push(row) // there may be more than a call takes arguments
    problems.push(...read.problems)
  }
  return { rows, problems }
}

function readTable(table: TableName, text: string): { rows: RawRow[]; problems: Problem[] } {
  let lines: { record: Cells; info: { lines: number } }[]
  let fault: Problem | null = null
  const columns = (names: string[]) => {
    fault = headFault(table, names)
    if (fault !== null) throw new Error(fault.code)
    return names
  }
  const shape = { bom: true, skip_empty_lines: true, record_delimiter: ["\r\n", "\n"], max_record_size: ROW_MOST }
  try {
    lines = parse(text, { ...shape, columns, info: true }) as never
  } catch (error) {
    if (fault !== null) return { rows: [], problems: [fault] }
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

/** Of two columns of one name the last would count, unseen. */
function headFault(table: TableName, names: readonly string[]): Problem | null {
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (names.length > COLUMNS_MOST) return problem("unknown-column", table, 1, "", names[COLUMNS_MOST] ?? "")
  return twice === undefined ? null : problem("column-twice", table, 1, "", twice)
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
