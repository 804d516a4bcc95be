import { once } from "node:events"
import { parentPort, Worker, workerData } from "node:worker_threads"
import { openReader, type SyncReader } from "./reader.ts"

type Answer<Step> = { done: false; step: Step } | { done: true }

const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 }

/**
 * Runs the scan that stands in a worker module, one step at a time: the worker goes on only when the step before was
 * taken, so a slow taker never fills the memory. Leaving the loop ends the worker.
 */
export async function* scan<Step>(module: URL, database: string, data: unknown): AsyncGenerator<Step> {
  const worker = new Worker(module, { workerData: { database, data }, resourceLimits: LIMITS })
  try {
    for (;;) {
      worker.postMessage("next")
      const [answer] = (await once(worker, "message")) as [Answer<Step>]
      if (answer.done) return
      yield answer.step
    }
  } finally {
    await worker.terminate()
  }
}

/** The worker's side of `scan`: all that `steps` reads is of one moment. */
export function serveScan<Data, Step>(steps: (reader: SyncReader, data: Data) => Iterator<Step>): void {
  const { database, data } = workerData as { database: string; data: Data }
  const reader = openReader(database)
  const iterator = steps(reader, data)
  parentPort?.on("message", () => {
    const { done, value } = iterator.next()
    const answer: Answer<Step> = done === true ? { done: true } : { done: false, step: value }
    if (done === true) reader.close()
    parentPort?.postMessage(answer)
  })
}
