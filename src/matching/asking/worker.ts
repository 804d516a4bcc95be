import { parentPort } from "node:worker_threads"
import { ComityError, type Details, type ErrorKind } from "../../kernel/errors.ts"
import { type WorkName, works } from "./works.ts"

export type Order = { order: number; name: WorkName; input: unknown }
/** `kind` null: a bug. */
export type Done = { order: number; is: "done" | "failed"; value: unknown } & {
  kind: ErrorKind | null
  code: string
  details: Details
}

/** One order after the other: what is asked first is answered first. */
let last: Promise<void> = Promise.resolve()

parentPort?.on("message", (order: Order) => {
  last = last.then(async () => parentPort?.postMessage(await carryOut(order)))
})

async function carryOut({ order, name, input }: Order): Promise<Done> {
  const nothing = { kind: null, code: "", details: {} }
  try {
    return { order, is: "done", value: await (works[name] as (given: unknown) => Promise<unknown>)(input), ...nothing }
  } catch (error) {
    if (!(error instanceof ComityError)) return { order, is: "failed", value: null, ...nothing, code: String(error) }
    return { order, is: "failed", value: null, kind: error.kind, code: error.code, details: error.details }
  }
}
