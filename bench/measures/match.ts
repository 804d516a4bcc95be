import type { Bench } from "../context.ts"
import { HOW_TO_INSTALL, type PsiJs, psiJs } from "../match/psi-js.ts"
import { precomputing, question } from "../match/questions.ts"
import { type SideCost, sideCost } from "../match/suites.ts"

const group = "match"

/** What finding common items costs, in seconds of CPU: a match of two long lists, and a short list that is asked of a long one. */
export async function measureMatch(bench: Bench): Promise<void> {
  const count = bench.options.quick ? 4_000 : 100_000
  const peer = psiJs(bench.options.quick ? 1_000 : 30_000)
  const native = await sideCost("native", count)
  const wasm = await sideCost("wasm", bench.options.quick ? 4_000 : 30_000)
  reportSides(bench, count, native, peer)
  reportWasm(bench, count, scaled(wasm, count / (bench.options.quick ? 4_000 : 30_000)), peer)
  await reportQuestions(bench)
}

function reportSides(bench: Bench, count: number, native: SideCost, peer: PsiJs | null): void {
  const name = `CPU of one side, ${lists(count)}`
  const note = peer === null ? HOW_TO_INSTALL : `both learn the count; ${aboutPeer(peer, count)}`
  bench.report({ group, name, value: native.all, unit: "s", note, ...against(peer, count, 1, 0.1) })
  bench.report({
    ...{ group, name: `${name}, for the same outcome`, value: native.all, unit: "s" },
    ...{ note: "psi.js runs twice, since each run tells one side", ...against(peer, count, 2, 0.1) },
  })
  bench.report({
    ...{ group, name: "X25519 in the CPU of one side", value: (100 * native.multiplying) / native.all, unit: "%" },
    goal: { of: "figure", atLeast: 55 },
  })
}

function reportWasm(bench: Bench, count: number, wasm: SideCost, peer: PsiJs | null): void {
  const name = `CPU of one side, ${lists(count)}, WebAssembly only`
  bench.report({ group, name, value: wasm.all, unit: "s", ...against(peer, count, 1, 0.333) })
}

async function reportQuestions(bench: Bench): Promise<void> {
  const { quick } = bench.options
  const { client, server } = await question(1_000, 1_024)
  const [name, unit] = ["CPU of who asks for 1,000 items", "s"]
  const goal = { of: "figure", atMost: 1 } as const
  bench.report({
    group,
    name,
    value: client,
    unit,
    goal,
    note: `${server.toFixed(2)} s of who answers; padded to 1,024`,
  })
  const { ours, libsodium } = await precomputing(quick ? 500 : 4_000, quick ? 1 : 5)
  bench.report({
    ...{ group, name: "precomputing what is asked for", value: ours, unit: "items/s" },
    ...{
      baseline: { name: "libsodium's hash and multiplication", value: libsodium },
      goal: { of: "ratio", atLeast: 0.85 },
    },
  })
}

function against(peer: PsiJs | null, count: number, runs: number, atMost: number) {
  if (peer === null) return {}
  const value = (runs * count * (peer.clientSeconds + peer.serverSeconds)) / 2 / peer.count
  return { baseline: { name: "@openmined/psi.js", value }, goal: { of: "ratio", atMost } as const }
}

function aboutPeer(peer: PsiJs, count: number): string {
  const scale = peer.count === count ? "" : `, scaled from ${peer.count.toLocaleString("en")}`
  return `psi.js: mean of its sides, of which one learns it, ${peer.structure}${scale}`
}

function lists(count: number): string {
  const number = count.toLocaleString("en")
  return `${number} × ${number}`
}

function scaled(cost: SideCost, by: number): SideCost {
  return { hashing: cost.hashing * by, multiplying: cost.multiplying * by, all: cost.all * by }
}
