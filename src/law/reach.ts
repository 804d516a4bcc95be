import type { Verdict } from "./codes.ts"
import type { Facts } from "./facts.ts"
import { bestPath } from "./finder.ts"
import type { Assessment } from "./findings.ts"
import { NO_REFUSALS, type OwnRefusals, type Query } from "./query.ts"
import { type Lookup, lookup } from "./standing.ts"

/** The best channel between two places; null where none is recorded for the measure. */
export type Best = { place: string; finding: Assessment | null }

/** Whom one place can reach by one measure, by what, best first for each. */
export function reachOf(
  facts: Facts,
  query: Query,
  places: readonly string[],
  refusals: OwnRefusals = NO_REFUSALS,
): Best[] {
  return rowOf(lookup(facts, query.date), query, places, refusals)
}

function rowOf(known: Lookup, query: Query, places: readonly string[], refusals: OwnRefusals): Best[] {
  return places
    .filter((place) => place !== query.from)
    .map((place) => ({ place, finding: bestPath(known, { ...query, to: place }, refusals) }))
}

/** One row of a matrix: what `from` finds at each place of `to`, in their order; null for itself and where nothing is recorded. */
export type MatrixRow = { from: string; cells: readonly (MatrixCell | null)[] }
export type MatrixCell = { verdict: Verdict; channel: string }

/** Row by row, so that whoever asks for all of them can let others have their turn between. */
export function* matrixRows(
  facts: Facts,
  query: Query,
  from: readonly string[],
  to: readonly string[],
  refusals: OwnRefusals = NO_REFUSALS,
): Generator<MatrixRow> {
  const known = lookup(facts, query.date)
  for (const place of from) {
    const best = new Map(rowOf(known, { ...query, from: place }, to, refusals).map((one) => [one.place, one.finding]))
    const cells = to.map((other) => {
      const finding = best.get(other) ?? null
      return finding === null ? null : { verdict: finding.verdict, channel: finding.channel.id }
    })
    yield { from: place, cells }
  }
}
