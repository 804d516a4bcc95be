import type { Sql } from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"

/** Reads what was committed when the query runs. */
export type Reader = {
  all<Row>(query: Sql): Promise<Row[]>
  get<Row>(query: Sql): Promise<Row | undefined>
}

/** One write transaction; `now` is the one instant of all that it does. */
export type Tx = Reader & {
  readonly now: Instant
  run(query: Sql): Promise<number>
  /** Milliseconds since the transaction began: long work ends its slice by this. */
  elapsed(): number
}
