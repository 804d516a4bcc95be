import { parentPort, workerData } from "node:worker_threads"
import { openSuite, type Provider } from "../../crypto/matching/index.ts"
import { type Answer, failureOf, type Job, perform } from "./jobs.ts"

const suite = openSuite((workerData as { provider?: Provider }).provider)

parentPort?.on("message", async ({ order, job }: { order: number; job: Job }) => {
  try {
    const value = perform(await suite, job)
    const whole = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []
    parentPort?.postMessage({ order, value } satisfies Answer, whole)
  } catch (error) {
    const failed = failureOf(error)
    if (failed === null) throw error
    parentPort?.postMessage({ order, failed } satisfies Answer)
  }
})
