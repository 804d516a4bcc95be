import { ageOf, type Day } from "./dates.ts"
import type { FactRef } from "./model.ts"
import { sourceOf } from "./sources.ts"
import type { Force, Lookup, Standing } from "./standing.ts"

/** Nothing but `bound` lets anything go: it rests on verified rows of the instrument and of who takes part in it. */
export const boundStates = ["bound", "not-bound", "unverified", "open", "unknown", "no-instrument"] as const

/**
 * Whether a place is bound by an instrument that is in force, on one day. `unverified`: a row says so, and nobody verified
 * it. `open`: rows contradict each other, or do not settle it. `unknown`: no row speaks of it. `rests`: the row that
 * settles it or leaves it open, who stands behind its source, and the day of which that speaks.
 */
export type Bound = {
  state: (typeof boundStates)[number]
  rests: { fact: FactRef; source: string; asOf: Day } | null
}

/** As the finder judges a path between participants, for one of them. */
export function boundBy(known: Lookup, instrument: string, place: string): Bound {
  if (!known.facts.instruments.has(instrument)) return { state: "no-instrument", rests: null }
  const standing = known.standing(instrument, place)
  const force = known.force(instrument)
  const state = judged(standing, force)
  const refs = restsOnForce(standing, force) ? force.facts : standing.facts
  return { state: state === "open" && refs.length === 0 ? "unknown" : state, rests: resting(known, refs, state) }
}

const LET: Readonly<Record<Standing["state"], number>> = { bound: 0, reported: 1, unknown: 2, "not-bound": 3 }
const IN_FORCE: Readonly<Record<Force["state"], number>> = { yes: 0, reported: 1, unknown: 2, no: 3 }
const STATES = ["bound", "unverified", "open", "not-bound"] as const

/** What speaks hardest counts. */
function judged({ state }: Standing, force: Force): (typeof STATES)[number] {
  return STATES[Math.max(LET[state], IN_FORCE[force.state])] ?? "open"
}

function restsOnForce({ state }: Standing, force: Force): boolean {
  return IN_FORCE[force.state] > LET[state]
}

/** The first verified row where such rows settle it, else the first. */
function resting({ facts }: Lookup, refs: readonly FactRef[], state: Bound["state"]): Bound["rests"] {
  const rows = refs.flatMap((ref) => facts.byRef.get(ref) ?? [])
  const settles = state === "bound" || state === "not-bound"
  const row = (settles ? rows.find(({ verified }) => verified === "yes") : undefined) ?? rows[0]
  return row === undefined ? null : { fact: row.ref, source: sourceOf(facts, row).name, asOf: ageOf(row) }
}
