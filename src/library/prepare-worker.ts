import { parentPort, workerData } from "node:worker_threads"
import { release } from "../kernel/memory.ts"
import { collectGarbage, restWhenIdle } from "../kernel/rest.ts"
import { type Batch, Preparation } from "./preparation.ts"

/** A chunk of one session's body; `chunk` null = that was all, `close` = forget the session. */
export type Order = { session: number; lift: boolean; chunk: Uint8Array | null; close: boolean }
export type Delivery = { session: number; batch: Batch }

const { maxObjectBytes } = workerData as { maxObjectBytes: number }
const sessions = new Map<number, Preparation>()

let orders = 0
restWhenIdle(() => orders, collectGarbage)

parentPort?.on("message", (order: Order) => {
  orders += 1
  const { session, lift, chunk } = order
  if (order.close) {
    sessions.delete(session)
    return
  }
  const preparation = sessions.get(session) ?? new Preparation({ lift, maxObjectBytes })
  sessions.set(session, preparation)
  const batch = chunk === null ? preparation.end() : preparation.push(chunk)
  if (chunk !== null) release(chunk) // what goes on in the next chunk was copied
  parentPort?.postMessage({ session, batch } satisfies Delivery, [batch.data.buffer])
})
