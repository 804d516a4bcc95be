import { setTimeout as pause } from "node:timers/promises"
import { residentMiB } from "../comity.ts"
import { type Bench, librarySize } from "../context.ts"

export const SETTLING_MS = 10_000

/** The node as it is 10 s after 31,300 objects came in. */
export async function measureMemory(bench: Bench): Promise<void> {
  const { node } = await bench.library()
  await reportMemory(bench, "memory", node.pid, "after load")
}

/** Waits, then reports resident memory of the process and its children. */
export async function reportMemory(bench: Bench, group: string, pid: number, when: string): Promise<void> {
  await pause(SETTLING_MS)
  bench.report({
    group,
    name: `memory at rest 10 s ${when}, ${librarySize(bench.options).toLocaleString("en-US")} objects`,
    value: residentMiB(pid),
    unit: "MiB",
    goal: { of: "figure", atMost: 220 },
  })
}
