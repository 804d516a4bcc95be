import { parentPort, workerData } from "node:worker_threads"
import { Connection } from "./connection.ts"

/** `text` comes with the first question of a `statement` only. */
export type Question = { id: number; statement: number; text: string | null; values: readonly unknown[] }
export type Answer = { id: number; rows: unknown[] } | { id: number; failure: { message: string; errcode: number } }

/** Answers queries whose results are large: their bytes are read here and handed over without a copy. */
const connection = new Connection(workerData as string, { readOnly: true, cacheMib: 2 })

const texts: string[] = []

parentPort?.on("message", ({ id, statement, text, values }: Question) => {
  if (text !== null) texts[statement] = text
  try {
    const rows = connection.all<Record<string, unknown>>({ sql: texts[statement] ?? "", values })
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
