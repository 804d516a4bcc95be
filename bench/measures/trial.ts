import { DEFAULT_TERMS, Trials } from "../../src/policy/index.ts"
import type { Bench } from "../context.ts"
import { objects, REAL_COUNT } from "../data.ts"
import { acquaint, fill, furnish } from "../partners.ts"

const group = "trial of terms"
const PATIENCE_MS = 600_000

/** "What would this let out?": from the question to the whole answer, beside other terms, in a thread that begins with it. */
export async function measureTrial(bench: Bench): Promise<void> {
  const count = bench.options.quick ? 3000 : REAL_COUNT
  const [owner, reader] = [await furnish("Owner"), await furnish("Reader")]
  await acquaint(owner, reader)
  await fill(
    owner,
    objects(bench.source, 0, count).map((object) => object.toString("utf8")),
  )
  const { store, clock, folder } = owner.node
  const trials = new Trials({ store, clock, database: folder.database })
  const before = { terms: DEFAULT_TERMS, articles: {} }
  const terms = { ...DEFAULT_TERMS, marking: "amber", personal: { is: "redact" } } as const
  const [begun, used] = [performance.now(), process.cpuUsage()]
  const { step } = await trials.lookFor({ terms, articles: {}, readers: [reader.party], before }, PATIENCE_MS)
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(used)
  if (step?.over !== true) throw new Error("the trial did not end")
  bench.report({
    ...{
      group,
      name: `what terms would let out of ${count.toLocaleString("en")} objects`,
      value: (user + system) / 1_000_000,
      unit: "s",
    },
    goal: { of: "figure", atMost: Math.max(1, (2 * count) / REAL_COUNT) },
    note: `seconds of one core, ${seconds.toFixed(1)} by the clock; beside the terms in force; ${step.tried.counts.release} would go, ${step.tried.counts.redact} without some of it`,
  })
  await trials.close()
  for (const one of [owner, reader]) await one.node.close()
}
