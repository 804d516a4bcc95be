import { percentile } from "../numbers.ts"
import type { Answer } from "./connection.ts"
import type { Outcome } from "./jobs.ts"

/** What one run of requests saw, while it runs. */
export type Tally = {
  latencies: number[]
  bytes: number
  wrong: number
  firstWrong: string
  start: number
  cpu: NodeJS.CpuUsage
}

export function newTally(): Tally {
  return { latencies: [], bytes: 0, wrong: 0, firstWrong: "", start: performance.now(), cpu: process.cpuUsage() }
}

/** Notes an answer to a request that was due at `from`. */
export function count(tally: Tally, from: number, answer: Answer, right: boolean): void {
  tally.latencies.push(performance.now() - from)
  tally.bytes += answer.length
  if (right) return
  tally.wrong += 1
  tally.firstWrong ||= `${answer.status} ${answer.body?.toString("utf8", 0, 400) ?? ""}`
}

/** Stops the clock. */
export function outcomeOf(tally: Tally): Outcome {
  const seconds = (performance.now() - tally.start) / 1000
  const used = process.cpuUsage(tally.cpu)
  const { latencies, bytes, wrong, firstWrong } = tally
  return {
    seconds,
    requests: latencies.length,
    bytes,
    wrong,
    firstWrong,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: percentile(latencies, 1),
    clientCores: (used.user + used.system) / 1e6 / seconds,
  }
}
