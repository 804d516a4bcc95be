import type { Bench } from "../context.ts"
import { helper } from "../helper-process.ts"
import { readsDuringMatch } from "../match/nodes.ts"
import type { MatchOutcome, MatchTask } from "../match/party.ts"
import { HOW_TO_INSTALL, type PsiJs, psiJs } from "../match/psi-js.ts"
import { precomputing, question } from "../match/questions.ts"
import { sideCost } from "../match/suites.ts"
import { median, range } from "../numbers.ts"

const group = "match"

/** Padded sizes, so that nothing is added to these lists. */
const SMALL = 3_072
const MIDDLE = 24_576

/** What finding common items costs, in seconds of CPU: a match of two long lists, and a short list that is asked of a long one. */
export async function measureMatch(bench: Bench): Promise<void> {
  const { quick } = bench.options
  const peer = psiJs(quick ? 1_000 : 30_000)
  const matched = await match({ count: quick ? SMALL : 100_000, workers: 2, provider: "native" })
  const wasm = await match({ count: quick ? SMALL : MIDDLE, workers: 2, provider: "wasm" })
  reportAgainst(bench, matched, wasm, peer)
  await reportShare(bench, matched)
  reportBytes(bench, matched)
  await reportWorkers(bench)
  if (!quick) await reportMemory(bench)
  await reportQuestions(bench)
  await reportReads(bench)
}

/** In a process of its own, whose memory and CPU are those of the match alone. */
async function match(task: MatchTask): Promise<MatchOutcome & { items: number }> {
  const parties = helper<MatchTask, MatchOutcome>("match/party.ts")
  try {
    const outcome = await parties.ask(task)
    const expected = task.count - Math.floor(task.count / 2)
    if (outcome.common !== expected) throw new Error(`${outcome.common} of ${expected} common items were counted`)
    return { ...outcome, items: task.count }
  } finally {
    await parties.stop()
  }
}

type Matched = MatchOutcome & { items: number }

function reportAgainst(bench: Bench, matched: Matched, wasm: Matched, peer: PsiJs | null): void {
  const { items, padded, cpuSeconds } = matched
  const name = `CPU of one side, ${lists(items)}`
  const both =
    peer === null ? HOW_TO_INSTALL : `both learn the count, for which psi.js runs twice; ${aboutPeer(peer, items)}`
  const note = `padded to ${padded.toLocaleString("en")}; ${both}`
  bench.report({ group, name, value: cpuSeconds, unit: "s", note, ...against(peer, 2 * items, 0.1) })
  const exact = (cpuSeconds * items) / padded
  const once = { value: cpuSeconds, unit: "s", note: "psi.js runs once, and one side learns the count" }
  bench.report({ group, name: `${name}, with padding`, ...once, ...against(peer, items, 0.1) })
  bench.report({ group, name: `${name}, without padding`, ...once, value: exact, ...against(peer, items, 0.1) })
  const slow = (wasm.cpuSeconds * padded) / wasm.padded
  const scaled = `scaled from ${wasm.padded.toLocaleString("en")}; psi.js runs once`
  const without = { value: slow, unit: "s", note: scaled, ...against(peer, items, 0.333) }
  bench.report({ group, name: `${name}, without machine code`, ...without })
}

function against(peer: PsiJs | null, items: number, atMost: number) {
  if (peer === null) return {}
  const value = (items * (peer.clientSeconds + peer.serverSeconds)) / 2 / peer.count
  return { baseline: { name: "@openmined/psi.js", value }, goal: { of: "ratio", atMost } as const }
}

function aboutPeer(peer: PsiJs, items: number): string {
  const scale = peer.count === items ? "" : `, scaled from ${peer.count.toLocaleString("en")}`
  return `psi.js: mean of its two sides, ${peer.structure}${scale}`
}

async function reportShare(bench: Bench, { items, padded, cpuSeconds }: Matched): Promise<void> {
  const alone = await sideCost("native", Math.min(items, 10_000))
  const value = (100 * alone.multiplying * padded) / Math.min(items, 10_000) / cpuSeconds
  const goal = { of: "figure", atLeast: 55 } as const
  bench.report({ group, name: "X25519 in the CPU of one side", value, unit: "%", goal })
}

function reportBytes(bench: Bench, { items, padded, bytes }: Matched): void {
  const note = `of the padded list; ${(bytes / items).toFixed(0)} for each of ${items.toLocaleString("en")} items; messages aside`
  const goal = { of: "figure", atMost: 100 } as const
  bench.report({ group, name: "bytes of an item, both ways", value: bytes / padded, unit: "bytes", goal, note })
}

async function reportWorkers(bench: Bench): Promise<void> {
  const count = bench.options.quick ? SMALL : MIDDLE
  const [one, two]: [number[], number[]] = [[], []]
  for (const _ of range(bench.options.quick ? 1 : 3)) {
    one.push((await match({ count, workers: 1, provider: "native" })).wallSeconds)
    two.push((await match({ count, workers: 2, provider: "native" })).wallSeconds)
  }
  const [name, unit] = [`a match of ${count.toLocaleString("en")} items with two workers`, "items/s"]
  const baseline = { name: "with one worker", value: count / median(one) }
  const goal = { of: "ratio", atLeast: 1.6 } as const
  bench.report({
    group,
    name,
    value: count / median(two),
    unit,
    baseline,
    goal,
    note: "means little where cores are busy",
  })
}

async function reportMemory(bench: Bench): Promise<void> {
  const { peakMiB, cpuSeconds } = await match({ count: 1_000_000, workers: 2, provider: "native" })
  const note = `peak of a process that plays both parties one after the other; ${cpuSeconds.toFixed(0)} s of CPU for one`
  const goal = { of: "figure", atMost: 400 } as const
  bench.report({ group, name: `memory, ${lists(1_000_000)}`, value: peakMiB, unit: "MiB", goal, note })
}

async function reportQuestions(bench: Bench): Promise<void> {
  const { quick } = bench.options
  const { client, server } = await question(1_000, 1_024)
  const [name, unit] = ["CPU of who asks for 1,000 items", "s"]
  const goal = { of: "figure", atMost: 1 } as const
  const note = `${server.toFixed(2)} s of who answers; padded to 1,024`
  bench.report({ group, name, value: client, unit, goal, note })
  const { ours, libsodium } = await precomputing(quick ? 500 : 4_000, quick ? 1 : 5)
  bench.report({
    ...{ group, name: "precomputing what is asked for", value: ours, unit: "items/s" },
    baseline: { name: "libsodium's hash and multiplication", value: libsodium },
    goal: { of: "ratio", atLeast: 0.85 },
  })
}

async function reportReads(bench: Bench): Promise<void> {
  const count = bench.options.quick ? SMALL : 100_000
  const { idle, during, seconds } = await readsDuringMatch(bench, count)
  for (const key of ["p50", "p99", "max"] as const) {
    const note = `both nodes on this machine, ${seconds.toFixed(0)} s; ${idle[key].toFixed(1)} ms without a match`
    const goal = key === "p99" ? { goal: { of: "figure", atMost: 100 } as const } : {}
    const name = `small read during a match of ${lists(count)}, ${key}`
    bench.report({ group, name, value: during[key], unit: "ms", note, ...goal })
  }
}

function lists(count: number): string {
  const number = count.toLocaleString("en")
  return `${number} × ${number}`
}
