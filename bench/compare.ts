import type { Bench } from "./context.ts"
import type { Outcome, Target } from "./load/jobs.ts"
import { evenly, median, range, readable } from "./numbers.ts"
import type { Figure, Goal } from "./table.ts"

/** GETs that are compared with a bare server which sends the same bytes. */
export type Reading = {
  group: string
  name: string
  target: Target
  paths: readonly string[]
  clients: number
  perRound: number
  goal?: Goal
}

/** How many different answers the bare server keeps and rotates over: 100 objects each make some 42 MB. */
const CAPTURED = 313

/** One after the other, and the other way round each second time: neither has the quieter minutes. */
export async function alternate(rounds: number, one: () => Promise<number>, other: () => Promise<number>) {
  const ones: number[] = []
  const others: number[] = []
  for (const round of range(rounds)) {
    if (round % 2 === 1) others.push(await other())
    ones.push(await one())
    if (round % 2 === 0) others.push(await other())
  }
  return { one: median(ones), other: median(others) }
}

export function roundsFor(bench: Bench): number {
  return bench.options.quick ? 3 : 7
}

/** Requests per second of node and bare server, in turns; each round goes on where the last one stopped. */
export async function compareReading(bench: Bench, reading: Reading): Promise<Figure> {
  const perRound = bench.options.quick ? Math.ceil(reading.perRound / 4) : reading.perRound
  const slug = reading.name.replaceAll(/[^a-z0-9]+/gi, "-")
  const { target, clients } = reading
  const barePath = await bench.bare.capture(slug, target, evenly(reading.paths, CAPTURED))
  let first = 0
  const outcomes: Outcome[] = []
  const node = async () => {
    const outcome = await bench.load.run({ kind: "get", target, paths: reading.paths, first, count: perRound, clients })
    first += perRound
    outcomes.push(outcome)
    return outcome.requests / outcome.seconds
  }
  const bare = async () => {
    const where = { target: bench.bare.target, paths: [barePath], first: 0 }
    const outcome = await bench.load.run({ kind: "get", ...where, count: perRound, clients })
    return outcome.requests / outcome.seconds
  }
  await alternate(1, node, bare)
  const rates = await alternate(roundsFor(bench), node, bare)
  const { group, name, goal } = reading
  const baseline = { name: "bare node:http", value: rates.other }
  const [p50, cores] = [median(outcomes.map((o) => o.p50)), median(outcomes.map((o) => o.clientCores))]
  const note = `p50 ${readable(p50)} ms, client ${cores.toFixed(1)} cores`
  return { group, name, value: rates.one, unit: "requests/s", baseline, note, ...(goal ? { goal } : {}) }
}
