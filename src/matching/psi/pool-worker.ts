import { setPriority } from "node:os"
import { parentPort, workerData } from "node:worker_threads"
import { openSuite, type Provider } from "../../crypto/matching/index.ts"
import { type Answer, failureOf, type Job, perform } from "./jobs.ts"

/**
 * Of this thread alone on Linux (setpriority(2), "C library/kernel differences"): whoever asks the node for something goes
 * before a match, which takes its time anyway.
 */
const YIELDING = 10
if (process.platform === "linux") setPriority(0, YIELDING)

const suite = openSuite((workerData as { provider?: Provider }).provider)

parentPort?.on("message", async ({ order, job }: { order: number; job: Job }) => {
  try {
    const value = perform(await suite, job)
    const whole = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []
    parentPort?.postMessage({ order, value } satisfies Answer, whole)
  } catch (error) {
    parentPort?.postMessage(failureOf(order, error))
  }
})
