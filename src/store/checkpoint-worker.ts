import { parentPort, workerData } from "node:worker_threads"
import sql from "sql-template-tag"
import { Connection } from "./connection.ts"

/** Copies WAL frames into the database file, off the thread that answers. A thrown I/O error ends the process. */
const connection = new Connection(workerData as string, { readOnly: false, cacheMib: 1 })

parentPort?.on("message", () => {
  connection.get(sql`pragma wal_checkpoint(passive)`)
  parentPort?.postMessage("done")
})
