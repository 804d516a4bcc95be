import { type FactFiles, type RawRow, readFiles } from "./reading.ts"

/** What changed between two sets of facts, row by row, by the names of rows. */
export type Change = { table: string; ref: string; what: "added" | "removed" | "changed"; columns: readonly string[] }

/** When a row was read again and nothing else changed, it is no change worth telling. */
const NOT_TOLD = new Set(["read_on"])

export function compareFiles(before: FactFiles, after: FactFiles): Change[] {
  const [old, now] = [byRef(readFiles(before).rows), byRef(readFiles(after).rows)]
  const removed = [...old.values()].filter(({ ref }) => !now.has(ref))
  const changes: Change[] = removed.map(({ table, ref }) => ({ table, ref, what: "removed", columns: [] }))
  for (const { table, ref, cells } of now.values()) {
    const earlier = old.get(ref)
    if (earlier === undefined) {
      changes.push({ table, ref, what: "added", columns: [] })
      continue
    }
    const names = [...new Set([...Object.keys(cells), ...Object.keys(earlier.cells)])]
    const columns = names.filter((name) => !NOT_TOLD.has(name) && (cells[name] ?? "") !== (earlier.cells[name] ?? ""))
    if (columns.length > 0) changes.push({ table, ref, what: "changed", columns })
  }
  return changes.toSorted((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0))
}

function byRef(rows: readonly RawRow[]): Map<string, RawRow> {
  return new Map(rows.map((row) => [row.ref, row]))
}
