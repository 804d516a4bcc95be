import type { Sql } from "sql-template-tag"
import { Connection } from "./connection.ts"

/** A reading connection for a worker thread: long scans see one snapshot and never hold up the writer. */
export type SyncReader = {
  iterate<Row>(query: Sql): IterableIterator<Row>
  all<Row>(query: Sql): Row[]
  get<Row>(query: Sql): Row | undefined
  close(): void
}

/** Opens the database for one scan; everything read until `close` is of the same moment. */
export function openReader(path: string): SyncReader {
  const connection = new Connection(path, { readOnly: true, cacheMib: 4 })
  connection.exec("begin")
  return connection
}
