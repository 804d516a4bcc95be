import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { playPolicy } from "../policy/play.ts"
import { play } from "./history.ts"
import { draw, STEPS } from "./operations.ts"
import { type Played, playAll } from "./pool.ts"
import { sayPlan, sayStep } from "./saying.ts"
import { shrink } from "./shrinking.ts"

// npm run simulate -- --seeds 1000 [--from 1] [--steps 80]
// Plays histories; of the first that fails the shortest that fails alike is printed, and how to play it again.
// npm run simulate -- --policy --seeds 100 [--from 1]
// Compares the two implementations of the release decision on generated questions, 10,000 for each seed.

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string" },
    steps: { type: "string" },
    whole: { type: "boolean" },
    policy: { type: "boolean" },
  },
})
const [seeds, from, steps] = [Number(values.seeds ?? 100), Number(values.from ?? 1), Number(values.steps ?? STEPS)]
const root = fileURLToPath(new URL("../..", import.meta.url))

const counts = new Map<string, number>()
const failed: Played[] = []
let done = 0

function tell(played: Played): void {
  done += 1
  for (const [what, times] of played.counts) counts.set(what, (counts.get(what) ?? 0) + times)
  if (played.violation !== null) failed.push(played)
  if (process.stdout.isTTY || done % 100 === 0)
    process.stdout.write(`\r${done} of ${seeds} histories, ${failed.length} fail`)
}

if (values.policy === true) decisions()
else await histories()

async function histories(): Promise<void> {
  await playAll(root, { from, to: from + seeds - 1, steps }, tell)
  process.stdout.write("\n")
  sum()
  for (const { seed, violation } of failed.slice(1)) console.log(`seed ${seed}: ${violation?.message}`)
  const [first] = failed
  if (first !== undefined) await explain(first)
}

function decisions(): void {
  for (let seed = from; seed < from + seeds; seed++) {
    const { answers, difference } = playPolicy(seed)
    for (const [is, times] of answers) counts.set(is, (counts.get(is) ?? 0) + times)
    if (difference === null) continue
    process.exitCode = 1
    console.log(`seed ${seed}, ${difference}\nagain: npm run simulate -- --policy --seeds 1 --from ${seed}`)
    break
  }
  sum()
}

function sum(): void {
  for (const [what, times] of [...counts].sort()) console.log(`${String(times).padStart(8)}  ${what}`)
}

async function explain({ seed, violation }: Played): Promise<void> {
  process.exitCode = 1
  console.log(`\nseed ${seed}: ${violation?.message}\nlooking for the shortest history that fails alike …`)
  const plan = draw(seed, steps)
  const shrunk = values.whole === true ? plan : await shrink(plan, violation?.invariant ?? "", play, 400)
  const outcome = await play(shrunk)
  console.log(`${shrunk.nodes} nodes, ${shrunk.steps.length} of ${plan.steps.length} operations:`)
  for (const line of sayPlan(shrunk)) console.log(line)
  if (outcome.violation !== null) {
    const at = shrunk.steps[outcome.step]
    const where = at === undefined ? "when all have met at the end" : `after: ${sayStep(at, shrunk.nodes)}`
    console.log(`${outcome.violation.message}\n  ${where}`)
    if (outcome.violation.cause !== undefined) console.log(outcome.violation.cause)
  }
  console.log(`again: npm run simulate -- --seeds 1 --from ${seed} --steps ${steps}`)
}
