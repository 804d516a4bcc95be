import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { addInbox, timedComity } from "../comity.ts"
import type { Bench, Library } from "../context.ts"
import { writeBundle } from "../generate.ts"
import type { Outcome, Target } from "../load/jobs.ts"
import { evenly } from "../numbers.ts"
import { removeFolder, temporaryFolder } from "../workspace.ts"

const group = "during-import"
const EVERY_MS = 5
const IDLE_MS = 4000

type Side = { target: Target; paths: readonly string[] }

/** One small read every 5 ms while `comity import` brings a big file into the same node. */
export async function measureDuringImport(bench: Bench): Promise<void> {
  const library = await bench.library()
  const folder = temporaryFolder()
  const count = bench.options.quick ? 10_000 : 60_000
  const { target } = library.inbox
  const paths = smallReads(library)
  const barePath = await bench.bare.capture("small", target, evenly(paths, 300))
  const node: Side = { target, paths }
  const bare: Side = { target: bench.bare.target, paths: [barePath] }
  const idle = await whileProbing(bench, node, () => pause(IDLE_MS))
  const ofBare = await importing(bench, library, bare, join(folder, "a.json"), count, 71)
  const ofNode = await importing(bench, library, node, join(folder, "b.json"), count, 72)
  removeFolder(folder)
  reportProbes(bench, ofNode, ofBare, idle, count / ofNode.importSeconds)
}

function smallReads({ inbox, entries }: Library): string[] {
  return evenly(entries, 2000)
    .map(({ id, date_added }, at) =>
      at % 2 === 0 ? `${inbox.objects}${id}/` : `${inbox.objects}?limit=1&added_after=${date_added}`,
    )
    .slice(0, -1)
}

async function importing(bench: Bench, library: Library, side: Side, file: string, count: number, seed: number) {
  await writeBundle(file, count, seed)
  const inbox = await addInbox(library.node, `import-${seed}`)
  let importSeconds = 0
  const outcome = await whileProbing(bench, side, async () => {
    importSeconds = await timedComity(["import", file, "--data", library.node.data, "--collection", inbox.id])
  })
  return { ...outcome, importSeconds }
}

async function whileProbing(bench: Bench, side: Side, work: () => Promise<void>): Promise<Outcome> {
  await bench.load.run({ kind: "probe", ...side, everyMs: EVERY_MS })
  try {
    await work()
  } catch (error) {
    await bench.load.halt().catch(() => null)
    throw error
  }
  return bench.load.halt()
}

function reportProbes(bench: Bench, node: Outcome, bare: Outcome, idle: Outcome, importRate: number): void {
  for (const key of ["p50", "p99", "max"] as const) {
    bench.report({
      group,
      name: `small read while importing, ${key}`,
      value: node[key],
      unit: "ms",
      baseline: { name: "bare node:http while importing", value: bare[key] },
      note: `${idle[key].toFixed(1)} ms without import`,
      ...(key === "p99" ? { goal: { of: "figure", atMost: 50 } as const } : {}),
    })
  }
  bench.report({ group, name: "import into the running node, read meanwhile", value: importRate, unit: "objects/s" })
}
