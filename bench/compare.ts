import { cpuSeconds } from "./comity.ts"
import type { Bench } from "./context.ts"
import type { Outcome, Target } from "./load/jobs.ts"
import { evenly, mean, median, range, readable } from "./numbers.ts"
import type { Figure, Goal } from "./table.ts"

/** GETs that are compared with a bare server which sends the same bytes. */
export type Reading = {
  group: string
  name: string
  target: Target
  /** The node's process, for its processor time. */
  pid: number
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
  const { group, name, goal, target, paths, clients } = reading
  const count = bench.options.quick ? Math.ceil(reading.perRound / 4) : reading.perRound
  const barePath = await bench.bare.capture(slugOf(name), target, evenly(paths, CAPTURED))
  const [ofNode, ofBare]: [Turn[], Turn[]] = [[], []]
  let first = 0
  const node = async () => {
    const run = () => bench.load.run({ kind: "get", target, paths, first, count, clients })
    ofNode.push(await turn(reading.pid, run))
    first += count
    return ofNode.at(-1)?.rate ?? 0
  }
  const bare = async () => {
    const where = { target: bench.bare.target, paths: [barePath], first: 0 }
    ofBare.push(await turn(bench.bare.pid, () => bench.load.run({ kind: "get", ...where, count, clients })))
    return ofBare.at(-1)?.rate ?? 0
  }
  await alternate(1, node, bare)
  const rates = await alternate(roundsFor(bench), node, bare)
  const baseline = { name: "bare node:http", value: rates.other }
  const note = noteOn(ofNode.slice(1), ofBare.slice(1))
  return { group, name, value: rates.one, unit: "requests/s", baseline, note, ...(goal ? { goal } : {}) }
}

/** What one turn of requests took; processor time in microseconds a request. */
type Turn = { rate: number; cpu: number; p50: number; clientCores: number }

async function turn(pid: number, run: () => Promise<Outcome>): Promise<Turn> {
  const before = cpuSeconds(pid)
  const { requests, seconds, p50, clientCores } = await run()
  const cpu = ((cpuSeconds(pid) - before) * 1e6) / requests
  return { rate: requests / seconds, cpu, p50, clientCores }
}

/** Processor time hardly changes when other programs want the same cores; the rates do. */
function noteOn(node: readonly Turn[], bare: readonly Turn[]): string {
  const p50 = readable(median(node.map((one) => one.p50)))
  const [cpu, bareCpu] = [node, bare].map((turns) => readable(mean(turns.map((one) => one.cpu))))
  const cores = median(node.map((one) => one.clientCores)).toFixed(1)
  return `p50 ${p50} ms, CPU ${cpu} µs against ${bareCpu} µs a request, client ${cores} cores`
}

function slugOf(name: string): string {
  return name.replaceAll(/[^a-z0-9]+/gi, "-")
}
