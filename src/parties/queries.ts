import sql from "sql-template-tag"
import type { Reader, Tx } from "../store/index.ts"
import type { Party } from "./model.ts"

/** Null until the node is set up. */
export async function ownParty(reader: Reader): Promise<Party | null> {
  return (await reader.get<Party>(sql`select id, name, kind, place from party where is_own = 1`)) ?? null
}

export async function insertOwnParty(tx: Tx, { id, name, kind, place }: Party): Promise<void> {
  await tx.run(sql`insert into party (id, name, kind, place, is_own) values (${id}, ${name}, ${kind}, ${place}, 1)`)
}
