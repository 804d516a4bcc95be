import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { Account, AccountId, AccountKind, Right } from "./model.ts"

export type AccountRow = {
  key: number
  id: AccountId
  name: string
  kind: AccountKind
  admin: number
  secret: string
  salt: Uint8Array
}

export async function findAccount(reader: Reader, name: string): Promise<AccountRow | undefined> {
  return reader.get<AccountRow>(sql`select key, id, name, kind, admin, secret, salt from account where name = ${name}`)
}

/** By the SHA-256 of a bearer token, in hex. */
export async function findProgram(reader: Reader, tokenHash: string): Promise<AccountRow | undefined> {
  return reader.get<AccountRow>(
    sql`select key, id, name, kind, admin, secret, salt from account
        where secret = ${tokenHash} and kind = 'program'`,
  )
}

export async function loadRights(reader: Reader, account: number): Promise<Map<string, Right>> {
  const rows = await reader.all<{ collection: string; can_read: number; can_write: number }>(
    sql`select collection, can_read, can_write from account_grant where account = ${account}`,
  )
  return new Map(rows.map((row) => [row.collection, { read: row.can_read === 1, write: row.can_write === 1 }]))
}

export async function insertAccount(
  tx: Tx,
  account: Account & { secret: string; salt: Buffer; createdAt: Instant },
): Promise<void> {
  const row = await tx.get<{ key: number }>(
    sql`insert into account (id, name, kind, admin, secret, salt, created_at)
        values (${account.account}, ${account.name}, ${account.kind}, ${account.admin ? 1 : 0},
                ${account.secret}, ${account.salt}, ${account.createdAt}) returning key`,
  )
  for (const [collection, right] of account.rights) {
    await tx.run(
      sql`insert into account_grant (account, collection, can_read, can_write)
          values (${row?.key}, ${collection}, ${right.read ? 1 : 0}, ${right.write ? 1 : 0})`,
    )
  }
}

export async function deleteAccount(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`delete from account_grant where account = ${key}`)
  await tx.run(sql`delete from account where key = ${key}`)
}

export async function listAccounts(reader: Reader, kind: AccountKind): Promise<Account[]> {
  const rows = await reader.all<{ key: number; id: AccountId; name: string; kind: AccountKind; admin: number }>(
    sql`select key, id, name, kind, admin from account where kind = ${kind} order by name`,
  )
  return Promise.all(
    rows.map(async ({ key, id, name, kind, admin }) => ({
      account: id,
      name,
      kind,
      admin: admin === 1,
      rights: await loadRights(reader, key),
    })),
  )
}
