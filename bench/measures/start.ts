import { setTimeout as pause } from "node:timers/promises"
import { healthy, startNode } from "../comity.ts"
import { alternate } from "../compare.ts"
import { type Bench, librarySize } from "../context.ts"
import { ended, freePort, started } from "../workspace.ts"

const ROUNDS = 5
const BARE = 'require("node:http").createServer((_, r) => r.end("{}")).listen(+process.argv[1], "127.0.0.1")'

/** From the start of the process to the first answer; the operating system has the files in memory. */
export async function measureStart(bench: Bench): Promise<void> {
  const { node } = await bench.library()
  await node.stop()
  await reportStart(bench, "start", node.data, librarySize(bench.options), 1)
}

/** The data folder must have no running owner. */
export async function reportStart(bench: Bench, group: string, data: string, size: number, atMost: number) {
  const seconds = await alternate(ROUNDS, () => startOnce(data), bareStart)
  bench.report({
    group,
    name: `start to first answer, ${size.toLocaleString("en-US")} objects`,
    value: seconds.one,
    unit: "s",
    baseline: { name: "bare node:http", value: seconds.other },
    goal: { of: "figure", atMost },
  })
}

async function startOnce(data: string): Promise<number> {
  const node = await startNode(data)
  await node.stop()
  return node.secondsToAnswer
}

async function bareStart(): Promise<number> {
  const port = await freePort()
  const start = performance.now()
  const child = started(process.execPath, ["-e", BARE, String(port)], { stdio: "ignore" })
  while (!(await healthy(port))) await pause(2)
  const seconds = (performance.now() - start) / 1000
  await ended(child)
  return seconds
}
