import { parentPort, workerData } from "node:worker_threads"
import { Sql } from "sql-template-tag"
import { Connection } from "./connection.ts"

export type Question = { id: number; strings: string[]; values: unknown[] }
export type Answer = { id: number; rows: unknown[] } | { id: number; failure: { message: string; errcode: number } }

/** Answers queries whose results are large: their bytes are read here and handed over without a copy. */
const connection = new Connection(workerData as string, { readOnly: true, cacheMib: 2 })

parentPort?.on("message", ({ id, strings, values }: Question) => {
  try {
    const rows = connection.all<Record<string, unknown>>(new Sql(strings, values))
    parentPort?.postMessage({ id, rows } satisfies Answer, rows.flatMap(buffersOf))
  } catch (error) {
    const errcode = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0
    parentPort?.postMessage({ id, failure: { message: String(error), errcode } } satisfies Answer)
  }
})

parentPort?.postMessage("ready")

function buffersOf(row: Record<string, unknown>): ArrayBuffer[] {
  return Object.values(row).flatMap((value) =>
    value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  )
}
