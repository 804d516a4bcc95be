import { readFileSync, writeFileSync } from "node:fs"
import { PLACE_CODES } from "../../src/kernel/places.ts"
import {
  type Day,
  type Facts,
  type Measure,
  matrixRows,
  measures,
  type Query,
  shippedFacts,
} from "../../src/law/index.ts"

/** Of all places with all places: how many pairs have which best answer, by measure. */
export type Totals = Record<string, Record<string, number>>

const FILE = new URL("../snapshots/path-totals.json", import.meta.url)

/** Measures that are about data are asked for subscriber information, the category that most channels know. */
const WITH_DATA: ReadonlySet<Measure> = new Set(["preserve", "disclose", "produce"])

export function pathTotals(facts: Facts): Totals {
  return Object.fromEntries(measures.map((measure) => [measure, totalsOf(facts, measure)]))
}

function totalsOf(facts: Facts, measure: Measure): Record<string, number> {
  const totals: Record<string, number> = {}
  const query: Query = {
    ...{ from: "", to: "", provider: false, measure, data: WITH_DATA.has(measure) ? "subscriber" : "none" },
    ...{ urgency: "normal", offence: { class: null, penaltyYears: null }, answers: {}, date: "2026-11-27" as Day },
  }
  for (const { from, cells } of matrixRows(facts, query, PLACE_CODES, PLACE_CODES)) {
    for (const [i, cell] of cells.entries()) {
      if (PLACE_CODES[i] === from) continue
      const name = cell === null ? "no channel recorded" : `${cell.verdict} ${cell.channel}`
      totals[name] = (totals[name] ?? 0) + 1
    }
  }
  return Object.fromEntries(Object.entries(totals).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export function keptTotals(): Totals {
  return JSON.parse(readFileSync(FILE, "utf8")) as Totals
}

if (import.meta.main) writeFileSync(FILE, `${JSON.stringify(pathTotals(shippedFacts()), null, 2)}\n`)
