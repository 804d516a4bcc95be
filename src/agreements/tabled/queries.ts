import sql from "sql-template-tag"
import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { CollectionId } from "../../library/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { type ItemId, Says } from "./item.ts"

/** An object of an agreement, and from whom the node has it. */
export type Standing = { key: number; origin: string }

/** Those that stand somewhere: from this node or from their author, not recalled, not kept aside; in order of arrival. */
export async function standing(reader: Reader): Promise<Standing[]> {
  return reader.all<Standing>(
    sql`select key, origin from object where type = 'comity-agreement' and aside = 0 and withdrawn = 0 order by key`,
  )
}

export async function readObject(reader: Reader, key: number): Promise<Uint8Array | null> {
  const row = await reader.get<{ bytes: Uint8Array }>(sql`select bytes from object where key = ${key}`)
  return row?.bytes ?? null
}

/** Keys of what this node tabled; which of them are of one negotiation has to be read in them. */
export async function ownKeys(reader: Reader): Promise<number[]> {
  const rows = await reader.all<{ key: number }>(
    sql`select key from object where type = 'comity-agreement' and origin = 'own' and aside = 0 and withdrawn = 0
        order by key`,
  )
  return rows.map(({ key }) => key)
}

export async function findTabling(reader: Reader, negotiation: string): Promise<CollectionId | null> {
  const row = await reader.get<{ collection: CollectionId }>(
    sql`select collection from negotiation where negotiation = ${negotiation}`,
  )
  return row?.collection ?? null
}

export async function saveTabling(tx: Tx, negotiation: string, collection: CollectionId): Promise<void> {
  await tx.run(
    sql`insert into negotiation (negotiation, collection) values (${negotiation}, ${collection})
        on conflict (negotiation) do update set collection = excluded.collection`,
  )
}

export type SayingId = Id<"agreement-saying">

/** A comment, other words or a position that is written at home and that nobody else sees. */
export type Saying = { id: SayingId; negotiation: ItemId; says: Says; account: string | null; changedAt: Instant }

type Row = {
  id: SayingId
  negotiation: ItemId
  says: string
  account: string | null
  changedAt: Instant
}

const columns = sql`id, negotiation, says, account, changed_at as "changedAt"`

function sayingOf({ says, ...row }: Row): Saying {
  return { ...row, says: Says.parse(JSON.parse(says)) }
}

export async function listSayings(reader: Reader, negotiation: string): Promise<Saying[]> {
  const rows = await reader.all<Row>(
    sql`select ${columns} from agreement_saying where negotiation = ${negotiation} order by key`,
  )
  return rows.map(sayingOf)
}

export async function findSaying(reader: Reader, id: string): Promise<Saying | null> {
  const row = await reader.get<Row>(sql`select ${columns} from agreement_saying where id = ${id}`)
  return row === undefined ? null : sayingOf(row)
}

export async function insertSaying(tx: Tx, { id, negotiation, says, account }: Omit<Saying, "changedAt">) {
  await tx.run(
    sql`insert into agreement_saying (id, negotiation, says, account, created_at, changed_at)
        values (${id}, ${negotiation}, ${JSON.stringify(says)}, ${account}, ${tx.now}, ${tx.now})`,
  )
}

export async function updateSaying(tx: Tx, id: SayingId, says: Says): Promise<void> {
  await tx.run(sql`update agreement_saying set says = ${JSON.stringify(says)}, changed_at = ${tx.now} where id = ${id}`)
}

/** False if it was gone. */
export async function removeSaying(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run(sql`delete from agreement_saying where id = ${id}`)) > 0
}
