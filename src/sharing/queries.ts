import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"

/** A success is the key of the object that is kept, with a warning's code and place where there was one. */
export type Success = number | [object: number, code: string, at: string]
export type Failure = { id: string; version: string; code: string; at: string }

/** What became of one POST; names of successes are looked up when it is shown. */
export type StatusRow = {
  id: string
  account: string
  collection: number
  requestedAt: Instant
  total: number
  successes: Success[]
  failures: Failure[]
}

export async function insertStatus(tx: Tx, row: StatusRow): Promise<void> {
  await tx.run(
    sql`insert into status (id, account, collection, requested_at, total, successes, failures)
        values (${row.id}, ${row.account}, ${row.collection}, ${row.requestedAt}, ${row.total},
          ${JSON.stringify(row.successes)}, ${JSON.stringify(row.failures)})`,
  )
}

/** Only for the account that made the request; to others it does not exist. */
export async function findStatus(reader: Reader, id: string, account: string): Promise<StatusRow | null> {
  const row = await reader.get<
    Omit<StatusRow, "successes" | "failures" | "requestedAt"> & {
      requested_at: Instant
      successes: string
      failures: string
    }
  >(
    sql`select id, account, collection, requested_at, total, successes, failures from status
        where id = ${id} and account = ${account}`,
  )
  if (row === undefined) return null
  const { requested_at, successes, failures, ...rest } = row
  return {
    ...rest,
    requestedAt: requested_at,
    successes: JSON.parse(successes) as Success[],
    failures: JSON.parse(failures) as Failure[],
  }
}

/** Statuses are kept for at least a day (TAXII 2.1 section 4.3). Deletes the oldest `most` and says how many it did. */
export async function deleteStatusesBefore(tx: Tx, instant: Instant, most: number): Promise<number> {
  return tx.run(
    sql`delete from status where id in
          (select id from status where requested_at < ${instant} order by requested_at limit ${most})`,
  )
}
