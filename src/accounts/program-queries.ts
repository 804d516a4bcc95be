import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { AccountId, Right, Use } from "./model.ts"

export type ProgramRow = {
  key: number
  id: AccountId
  name: string
  salt: Uint8Array
  serves: Use["serves"]
  purpose: string
  created_at: Instant
  last_used_at: Instant | null
}

export async function listProgramRows(reader: Reader): Promise<ProgramRow[]> {
  return reader.all<ProgramRow>(
    sql`select key, id, name, salt, serves, purpose, created_at, last_used_at from account where kind = 'program' order by name`,
  )
}

export async function listSalts(reader: Reader): Promise<{ name: string; salt: Uint8Array }[]> {
  return reader.all<{ name: string; salt: Uint8Array }>(sql`select name, salt from account`)
}

export async function saveRights(tx: Tx, account: number, rights: ReadonlyMap<string, Right>): Promise<void> {
  await tx.run(sql`delete from account_grant where account = ${account}`)
  for (const [collection, { read, write }] of rights) {
    await tx.run(
      sql`insert into account_grant (account, collection, can_read, can_write)
          values (${account}, ${collection}, ${read ? 1 : 0}, ${write ? 1 : 0})`,
    )
  }
}

export async function saveToken(tx: Tx, account: number, secret: string): Promise<void> {
  await tx.run(sql`update account set secret = ${secret} where key = ${account}`)
}
