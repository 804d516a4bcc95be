import { DEFAULT_TERMS, Trials, type TrialWish } from "../../src/policy/index.ts"
import type { Bench } from "../context.ts"
import { objects, REAL_COUNT } from "../data.ts"
import { acquaint, type Furnished, fill, furnish } from "../partners.ts"

const group = "trial of terms"
const PATIENCE_MS = 600_000
/** How often somebody looks how far it is, in milliseconds. */
const LOOK_MS = 100
const FILL_AT_ONCE = 10_000

/**
 * "What would this let out?": from the question to the whole answer, beside other terms, in a thread that begins with it;
 * over the real objects, and over as many generated ones as `--sizes` says, where a person wants to see how far it is.
 */
export async function measureTrial(bench: Bench): Promise<void> {
  const { options, source } = bench
  const first = options.quick ? 3000 : REAL_COUNT
  for (const count of [first, ...options.sizes.filter((size) => size > first)]) {
    const owner = await furnish("Owner")
    for (let at = 0; at < count; at += FILL_AT_ONCE) {
      const some = objects(count === first ? source : { real: false, seed: 1 }, at, Math.min(FILL_AT_ONCE, count - at))
      await fill(
        owner,
        some.map((object) => object.toString("utf8")),
      )
    }
    const found = await tried(owner)
    bench.report({
      ...{ group, name: `what terms would let out of ${count.toLocaleString("en")} objects` },
      ...{ value: found.cpu, unit: "s", goal: { of: "figure", atMost: Math.max(1, (2 * count) / REAL_COUNT) } },
      note: `seconds of one core, ${found.seconds.toFixed(1)} by the clock; beside the terms in force; ${found.release} would go, ${found.redact} without some of it; first seen after ${found.first.toFixed(1)} s, then ${found.steps} steps`,
    })
    await owner.node.close()
  }
}

type Found = { cpu: number; seconds: number; first: number; steps: number; release: number; redact: number }

async function tried(owner: Furnished): Promise<Found> {
  const reader = await furnish("Reader")
  await acquaint(owner, reader)
  const { store, clock, folder } = owner.node
  const trials = new Trials({ store, clock, database: folder.database })
  const before = { terms: DEFAULT_TERMS, articles: {} }
  const terms = { ...DEFAULT_TERMS, marking: "amber", personal: { is: "redact" } } as const
  const wish: TrialWish = { terms, articles: {}, agreement: null, readers: [reader.party], before }
  const [begun, used] = [performance.now(), process.cpuUsage()]
  const sinceBegun = () => (performance.now() - begun) / 1000
  let [first, steps, done] = [0, 0, 0]
  for (;;) {
    const { step } = await trials.lookFor(wish, LOOK_MS)
    if (step !== null && step.done > done) {
      if (done === 0) first = sinceBegun()
      done = step.done
      steps += 1
    }
    if (step?.over === true) {
      const { user, system } = process.cpuUsage(used)
      const found = { cpu: (user + system) / 1_000_000, seconds: sinceBegun(), first, steps, ...step.tried.counts }
      await trials.close()
      await reader.node.close()
      return found
    }
    if (sinceBegun() * 1000 > PATIENCE_MS) throw new Error("the trial did not end")
  }
}
