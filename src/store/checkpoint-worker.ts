import { parentPort, workerData } from "node:worker_threads"
import sql from "sql-template-tag"
import { Connection } from "./connection.ts"
import { isFull } from "./failures.ts"

/** Copies WAL frames into the database file, off the thread that answers. A thrown I/O error ends the process. */
const connection = new Connection(workerData as string, { readOnly: false, cacheMib: 1 })

parentPort?.on("message", () => {
  try {
    connection.get(sql`pragma wal_checkpoint(passive)`)
  } catch (error) {
    if (!isFull(error)) throw error // a full disk loses nothing here: the frames stay in the WAL until there is room
  }
  parentPort?.postMessage("done")
})
