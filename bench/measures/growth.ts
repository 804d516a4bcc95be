import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { type RawSqlite, rawSqlite } from "../baselines/raw-sqlite.ts"
import { addInbox, type Inbox, type RunningNode, residentMiB, startNode } from "../comity.ts"
import type { Bench } from "../context.ts"
import { median, range } from "../numbers.ts"
import { type Person, signIn } from "../person.ts"
import { removeFolder, temporaryFolder } from "../workspace.ts"
import { SETTLING_MS } from "./memory.ts"
import { reportSearches, settled } from "./pages.ts"
import { reportStart } from "./start.ts"

const group = "growth"
/** What "small" means: a node and a table with about as many objects, in the same minutes as the large ones. */
const SMALL = 10_000
const ROUNDS = 4
const STEP = 2500
const CHUNK = 10_000

/** A node and a raw table that hold the same set, as far as each has come. */
type Pair = {
  folder: string
  node: RunningNode
  inbox: Inbox
  person: Person
  raw: RawSqlite
  seed: number
  held: number
}
type Rates = { node: number; raw: number }

/** One inbox that grows; at each size: the rate beside that of a small one, then memory, then start. */
export async function measureGrowth(bench: Bench): Promise<void> {
  let large = await openPair(bench, 80)
  for (const [number, size] of bench.options.sizes.entries()) {
    const small = await openPair(bench, 81 + number)
    await fill(bench, small, SMALL - (ROUNDS * STEP) / 2)
    await fill(bench, large, size - ROUNDS * STEP)
    // An index that still reads on would take its share of the processors from both.
    const behind = (await settled(small.person)) + (await settled(large.person))
    bench.report({ group, name: `index caught up at ${named(size)}, after the last object`, value: behind, unit: "s" })
    const [ofLarge, ofSmall] = await sideBySide(bench, large, small)
    await closePair(small)
    reportRates(bench, size, ofLarge, ofSmall)
    await settled(large.person)
    await reportSearches(bench, large.person, size, size <= 31_300 ? 100 : 300)
    await pause(SETTLING_MS)
    reportMemory(bench, size, residentMiB(large.node.pid))
    large = await restarted(bench, large, size)
  }
  await closePair(large)
}

async function openPair(bench: Bench, seed: number): Promise<Pair> {
  const folder = temporaryFolder()
  const node = await startNode(join(folder, "d"), bench.options.profile)
  const inbox = await addInbox(node, "growth")
  const person = await signIn(node)
  return { folder, node, inbox, person, raw: await rawSqlite(join(folder, "raw.db")), seed, held: 0 }
}

async function closePair({ folder, node, raw }: Pair): Promise<void> {
  await node.stop()
  await raw.stop()
  removeFolder(folder)
}

/** Measures the start on the way. */
async function restarted(bench: Bench, pair: Pair, size: number): Promise<Pair> {
  const { data } = pair.node
  await pair.node.stop()
  await reportStart(bench, group, data, size, size <= 31_300 ? 1 : 2)
  const node = await startNode(data, bench.options.profile)
  const inbox = { ...pair.inbox, target: { ...pair.inbox.target, port: node.port } }
  return { ...pair, node, inbox, person: pair.person.at(node) }
}

async function fill(bench: Bench, pair: Pair, size: number): Promise<void> {
  while (pair.held < size) await grow(bench, pair, Math.min(CHUNK, size - pair.held))
}

async function sideBySide(bench: Bench, large: Pair, small: Pair): Promise<[Rates, Rates]> {
  const [ofLarge, ofSmall]: [Rates[], Rates[]] = [[], []]
  for (const _ of range(ROUNDS)) {
    ofLarge.push(await grow(bench, large, STEP))
    ofSmall.push(await grow(bench, small, STEP))
  }
  return [medians(ofLarge), medians(ofSmall)]
}

function medians(rates: readonly Rates[]): Rates {
  return { node: median(rates.map(({ node }) => node)), raw: median(rates.map(({ raw }) => raw)) }
}

/** Objects per second of both sides. */
async function grow(bench: Bench, pair: Pair, count: number): Promise<Rates> {
  const { inbox, raw, seed, held } = pair
  const source = { real: false, seed } as const
  const where = { target: inbox.target, path: inbox.objects, source }
  const outcome = await bench.load.run({ kind: "post", ...where, first: held, count, envelope: 100, clients: 8 })
  const seconds = await raw.insert(source, held, count, 100)
  pair.held += count
  return { node: count / outcome.seconds, raw: count / seconds }
}

function reportRates(bench: Bench, size: number, large: Rates, small: Rates): void {
  const at = `at ${named(size)}`
  bench.report({
    group,
    name: `TAXII ingest ${at}, envelopes of 100, 8 clients`,
    value: large.node,
    unit: "objects/s",
    baseline: { name: "raw SQLite, 100 rows a transaction", value: large.raw },
  })
  if (size <= SMALL) return
  bench.report({
    group,
    name: `how much slower ${at} than at ${SMALL.toLocaleString("en-US")}`,
    value: small.node / large.node,
    unit: "times",
    baseline: { name: "raw SQLite", value: small.raw / large.raw },
    goal: { of: "figure", atMost: 1.3 },
  })
}

function named(size: number): string {
  return `${size.toLocaleString("en-US")} objects`
}

function reportMemory(bench: Bench, size: number, mebibytes: number): void {
  bench.report({
    group,
    name: `memory at rest 10 s after load, ${named(size)}`,
    value: mebibytes,
    unit: "MiB",
    goal: { of: "figure", atMost: size <= 31_300 ? 220 : 320 },
  })
}
