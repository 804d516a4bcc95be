import sql from "sql-template-tag"
import type { Reader, Tx } from "../store/index.ts"
import type { Party } from "./model.ts"

/** Null until the node is set up. */
export async function ownParty(reader: Reader): Promise<Party | null> {
  return (await reader.get<Party>(sql`select id, name, kind, place from party where is_own = 1`)) ?? null
}

/** What the own card says beside name and kind; null until somebody wrote it. */
export async function ownDetails(reader: Reader): Promise<string | null> {
  return (
    (await reader.get<{ details: string | null }>(sql`select details from party where is_own = 1`))?.details ?? null
  )
}

export async function saveOwnDetails(tx: Tx, details: string): Promise<void> {
  await tx.run(sql`update party set details = ${details} where is_own = 1`)
}

/** The own card as it was last made; null before that. */
export async function readOwnCard(reader: Reader): Promise<Buffer | null> {
  const row = await reader.get<{ card: Uint8Array | null }>(sql`select card from party where is_own = 1`)
  return row?.card == null ? null : Buffer.from(row.card)
}

export async function saveOwnCard(tx: Tx, card: Buffer): Promise<void> {
  await tx.run(sql`update party set card = ${card} where is_own = 1`)
}

export async function insertOwnParty(tx: Tx, { id, name, kind, place }: Party): Promise<void> {
  await tx.run(sql`insert into party (id, name, kind, place, is_own) values (${id}, ${name}, ${kind}, ${place}, 1)`)
}
