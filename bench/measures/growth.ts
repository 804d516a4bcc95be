import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { type RawSqlite, rawSqlite } from "../baselines/raw-sqlite.ts"
import { addInbox, type Inbox, residentMiB, startNode } from "../comity.ts"
import { alternate } from "../compare.ts"
import type { Bench } from "../context.ts"
import { removeFolder, temporaryFolder } from "../workspace.ts"
import { SETTLING_MS } from "./memory.ts"
import { reportStart } from "./start.ts"

const group = "growth"
const SOURCE = { real: false, seed: 80 } as const
const ROUNDS = 3
const CHUNK = 10_000

/** How much of the growing set each side holds. */
type Fill = { node: number; raw: number }
type Sides = { inbox: Inbox; raw: RawSqlite; fill: Fill }
type Rates = { one: number; other: number }

/** One inbox that grows; at each size: the rate of the last objects before it, then memory, then start. */
export async function measureGrowth(bench: Bench): Promise<void> {
  const folder = temporaryFolder()
  const raw = await rawSqlite(join(folder, "raw.db"))
  const fill = { node: 0, raw: 0 }
  const data = join(folder, "d")
  const setUp = await startNode(data)
  const inbox = await addInbox(setUp, "growth")
  await setUp.stop()
  let smallest: Rates | null = null
  for (const size of bench.options.sizes) {
    const node = await startNode(data, bench.options.profile)
    const sides = { inbox: { ...inbox, target: { ...inbox.target, port: node.port } }, raw, fill }
    const rates = await growTo(bench, sides, size)
    reportRate(bench, size, rates, smallest)
    smallest ??= rates
    await pause(SETTLING_MS)
    reportMemory(bench, size, residentMiB(node.pid))
    await node.stop()
    await reportStart(bench, group, data, size, size <= 31_300 ? 1 : 2)
  }
  await raw.stop()
  removeFolder(folder)
}

async function growTo(bench: Bench, sides: Sides, size: number): Promise<Rates> {
  const { fill } = sides
  const step = Math.min(5000, Math.floor(size / 5))
  const start = size - ROUNDS * step
  while (fill.node < start) await growNode(bench, sides, Math.min(CHUNK, start - fill.node))
  while (fill.raw < start) await growRaw(sides, Math.min(CHUNK, start - fill.raw))
  return alternate(
    ROUNDS,
    () => growNode(bench, sides, step),
    () => growRaw(sides, step),
  )
}

async function growNode(bench: Bench, { inbox, fill }: Sides, count: number): Promise<number> {
  const where = { target: inbox.target, path: inbox.objects, source: SOURCE }
  const outcome = await bench.load.run({ kind: "post", ...where, first: fill.node, count, envelope: 100, clients: 8 })
  fill.node += count
  return count / outcome.seconds
}

async function growRaw({ raw, fill }: Sides, count: number): Promise<number> {
  const seconds = await raw.insert(SOURCE, fill.raw, count, 100)
  fill.raw += count
  return count / seconds
}

function reportRate(bench: Bench, size: number, rates: Rates, smallest: Rates | null): void {
  const at = `at ${size.toLocaleString("en-US")} objects`
  const baseline = { name: "raw SQLite, 100 rows a transaction", value: rates.other }
  bench.report({
    group,
    name: `TAXII ingest ${at}, envelopes of 100, 8 clients`,
    value: rates.one,
    unit: "objects/s",
    baseline,
  })
  if (!smallest) return
  bench.report({
    group,
    name: `how much slower ${at} than at the smallest size`,
    value: smallest.one / rates.one,
    unit: "times",
    baseline: { name: "raw SQLite", value: smallest.other / rates.other },
    goal: { of: "figure", atMost: 1.3 },
  })
}

function reportMemory(bench: Bench, size: number, mebibytes: number): void {
  bench.report({
    group,
    name: `memory at rest 10 s after load, ${size.toLocaleString("en-US")} objects`,
    value: mebibytes,
    unit: "MiB",
    goal: { of: "figure", atMost: size <= 31_300 ? 220 : 320 },
  })
}
