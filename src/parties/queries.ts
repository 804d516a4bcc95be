import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { Party } from "./model.ts"

/** Null until the node is set up. */
export async function ownParty(reader: Reader): Promise<Party | null> {
  return (await reader.get<Party>(sql`select id, name, kind, place from party where is_own = 1`)) ?? null
}

/** What the own card says beside name and kind, and since when; null until somebody wrote it. */
export async function ownDetails(reader: Reader): Promise<{ details: string; at: Instant } | null> {
  const row = await reader.get<{ details: string | null; at: Instant }>(
    sql`select details, details_at as at from party where is_own = 1`,
  )
  return row?.details == null ? null : { details: row.details, at: row.at }
}

export async function saveOwnDetails(tx: Tx, details: string): Promise<void> {
  await tx.run(sql`update party set details = ${details}, details_at = ${tx.now} where is_own = 1`)
}

export async function insertOwnParty(tx: Tx, { id, name, kind, place }: Party): Promise<void> {
  await tx.run(sql`insert into party (id, name, kind, place, is_own) values (${id}, ${name}, ${kind}, ${place}, 1)`)
}
