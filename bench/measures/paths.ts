import { PLACE_CODES } from "../../src/kernel/places.ts"
import {
  type Day,
  findPaths,
  gainsOf,
  type Measure,
  matrixRows,
  measures,
  type Query,
  shippedFacts,
} from "../../src/law/index.ts"
import type { Bench } from "../context.ts"
import { percentile } from "../numbers.ts"

const group = "paths"
const asked: Query = {
  ...{ from: "DE", to: "BR", provider: false, measure: "produce", data: "traffic", urgency: "normal" },
  ...{ offence: { class: null, penaltyYears: null }, answers: {}, date: "2026-11-22" as Day },
}

/** The shipped facts, in this process: one question in three orders of places, and everybody with everybody. */
export async function measurePaths(bench: Bench): Promise<void> {
  const before = performance.now()
  const facts = shippedFacts()
  bench.report({ group, name: "facts read and indexed", value: performance.now() - before, unit: "ms" })
  const times = PLACE_CODES.flatMap((to, i) => measures.map((measure) => timeOf(() => ask({ to, measure }, i))))
  const goal = { of: "figure", atMost: 2 } as const
  const note = `the 99th percentile of ${times.length}; median ${percentile(times, 0.5).toFixed(2)} ms`
  bench.report({ group, name: "one question", value: percentile(times, 0.99), unit: "ms", goal, note })
  const matrices = measures.map((measure) => ({ measure, time: timeOf(() => matrix(measure)) }))
  const slowest = matrices.reduce((worst, one) => (one.time > worst.time ? one : worst))
  bench.report({
    ...{ group, name: "all places × all places, slowest measure", value: slowest.time / 1000, unit: "s" },
    ...{ goal: { of: "figure", atMost: 5 }, note: slowest.measure },
  })
  const gains = timeOf(() => gainsOf(facts, asked, PLACE_CODES))
  bench.report({ group, name: "which ratification would open most", value: gains / 1000, unit: "s" })

  function ask(change: Partial<Query>, i: number): void {
    findPaths({ ...asked, from: PLACE_CODES[(i * 7) % PLACE_CODES.length] ?? "DE", ...change }, facts)
  }
  function matrix(measure: Measure): void {
    for (const _row of matrixRows(facts, { ...asked, measure }, PLACE_CODES, PLACE_CODES));
  }
}

/** In milliseconds. */
function timeOf(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
