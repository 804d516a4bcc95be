import sql from "sql-template-tag"
import type { Recipient } from "../../crypto/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { SealingKey } from "./model.ts"

const columns = sql`id, kind, owner, name, recipient, registered_by as "registeredBy", registered_at as "registeredAt",
  published_at as "publishedAt", retired_at as "retiredAt"`

/** Retired ones last. */
export async function selectKeys(reader: Reader): Promise<SealingKey[]> {
  return reader.all<SealingKey>(
    sql`select ${columns} from sealing_key order by retired_at is not null, kind, name, key`,
  )
}

export async function selectKey(reader: Reader, id: string): Promise<SealingKey | undefined> {
  return reader.get<SealingKey>(sql`select ${columns} from sealing_key where id = ${id}`)
}

export async function selectByRecipient(reader: Reader, recipient: Recipient): Promise<SealingKey | undefined> {
  return reader.get<SealingKey>(sql`select ${columns} from sealing_key where recipient = ${recipient}`)
}

export async function insertKey(tx: Tx, key: SealingKey): Promise<void> {
  await tx.run(
    sql`insert into sealing_key (id, kind, owner, name, recipient, registered_by, registered_at)
        values (${key.id}, ${key.kind}, ${key.owner}, ${key.name}, ${key.recipient}, ${key.registeredBy}, ${key.registeredAt})`,
  )
}

export async function setPublished(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`update sealing_key set published_at = ${tx.now} where id = ${id}`)
}

export async function setRetired(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`update sealing_key set retired_at = ${tx.now} where id = ${id}`)
}
