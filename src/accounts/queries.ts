import sql, { type Sql } from "sql-template-tag"
import type { Language, Theme } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { Account, AccountId, AccountKind, Right, Role, Use } from "./model.ts"

export type AccountRow = {
  key: number
  id: AccountId
  name: string
  kind: AccountKind
  admin: number
  /** Argon2id hash of a person's password ('' if there is none), SHA-256 of a program's token. */
  secret: string
  salt: Uint8Array
  role: Role | null
  subject: string | null
  serves: Use["serves"]
  purpose: string
  created_at: Instant
  last_used_at: Instant | null
}

function accounts(where: Sql): Sql {
  return sql`select key, id, name, kind, admin, secret, salt, role, subject, serves, purpose, created_at, last_used_at
             from account where ${where}`
}

export async function findAccount(reader: Reader, name: string): Promise<AccountRow | undefined> {
  return reader.get<AccountRow>(accounts(sql`name = ${name}`))
}

export async function findByKey(reader: Reader, key: number): Promise<AccountRow | undefined> {
  return reader.get<AccountRow>(accounts(sql`key = ${key}`))
}

/** By what an OpenID provider calls the person. */
export async function findBySubject(reader: Reader, subject: string): Promise<AccountRow | undefined> {
  return reader.get<AccountRow>(accounts(sql`subject = ${subject}`))
}

/** Throws `not-found account.gone`. */
export async function loadAccount(reader: Reader, id: AccountId): Promise<AccountRow> {
  const row = await reader.get<AccountRow>(accounts(sql`id = ${id}`))
  if (row === undefined) throw new ComityError("not-found", "account.gone")
  return row
}

export async function listRows(reader: Reader): Promise<AccountRow[]> {
  return reader.all<AccountRow>(sql`${accounts(sql`1 = 1`)} order by kind, name`)
}

/** Also of somebody who is just getting new means to sign in. */
export async function listOfficerRows(reader: Reader): Promise<Pick<AccountRow, "salt" | "name">[]> {
  return reader.all<Pick<AccountRow, "salt" | "name">>(
    sql`select salt, name from account where kind = 'person' and role = 'officer'`,
  )
}

/** People with a role who have something to sign in with. */
export async function listColleagueRows(reader: Reader): Promise<Pick<AccountRow, "salt" | "name" | "role">[]> {
  return reader.all<Pick<AccountRow, "salt" | "name" | "role">>(
    sql`select salt, name, role from account a where kind = 'person' and role is not null
          and (secret <> '' or subject is not null or exists (select 1 from passkey p where p.account = a.key)) order by name`,
  )
}

/** Administrators who have something to sign in with, other than this account. */
export async function countAdministrators(reader: Reader, except: number | null): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(*) as number from account a where kind = 'person' and admin = 1 and key <> ${except ?? 0}
          and (secret <> '' or subject is not null or exists (select 1 from passkey p where p.account = a.key))`,
  )
  return row?.number ?? 0
}

export async function saveRoles(tx: Tx, key: number, role: Role | null, admin: boolean): Promise<void> {
  await tx.run(sql`update account set role = ${role}, admin = ${admin ? 1 : 0} where key = ${key}`)
}

export async function savePassword(tx: Tx, key: number, secret: string): Promise<void> {
  await tx.run(sql`update account set secret = ${secret} where key = ${key}`)
}

export async function saveSubject(tx: Tx, key: number, subject: string | null): Promise<void> {
  await tx.run(sql`update account set subject = ${subject} where key = ${key}`)
}

export async function saveLanguage(tx: Tx, id: AccountId, language: Language | null): Promise<void> {
  await tx.run(sql`update account set language = ${language} where id = ${id}`)
}

export async function saveTheme(tx: Tx, id: AccountId, theme: Theme | null): Promise<void> {
  await tx.run(sql`update account set theme = ${theme} where id = ${id}`)
}

export async function saveUse(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`update account set last_used_at = ${tx.now} where key = ${key}`)
}

/** By the SHA-256 of a bearer token, in hex. */
export async function findProgram(reader: Reader, tokenHash: string): Promise<AccountRow | undefined> {
  return reader.get<AccountRow>(accounts(sql`secret = ${tokenHash} and kind = 'program'`))
}

export async function loadRights(reader: Reader, account: number): Promise<Map<string, Right>> {
  const rows = await reader.all<{ collection: string; can_read: number; can_write: number }>(
    sql`select collection, can_read, can_write from account_grant where account = ${account}`,
  )
  return new Map(rows.map((row) => [row.collection, { read: row.can_read === 1, write: row.can_write === 1 }]))
}

export async function insertAccount(
  tx: Tx,
  account: Account & { secret: string; salt: Buffer; role: Role | null; createdAt: Instant },
): Promise<number> {
  const row = await tx.get<{ key: number }>(
    sql`insert into account (id, name, kind, admin, secret, salt, role, serves, purpose, created_at)
        values (${account.account}, ${account.name}, ${account.kind}, ${account.admin ? 1 : 0}, ${account.secret},
                ${account.salt}, ${account.role}, ${account.use.serves}, ${account.use.purpose}, ${account.createdAt}) returning key`,
  )
  for (const [collection, right] of account.rights) {
    await tx.run(
      sql`insert into account_grant (account, collection, can_read, can_write)
          values (${row?.key}, ${collection}, ${right.read ? 1 : 0}, ${right.write ? 1 : 0})`,
    )
  }
  return row?.key ?? 0
}

/** With its passkeys, code, sessions and links. */
export async function deleteAccount(tx: Tx, key: number): Promise<void> {
  await tx.run(sql`delete from account_grant where account = ${key}`)
  await tx.run(sql`delete from account where key = ${key}`)
}

export async function listAccounts(reader: Reader, kind: AccountKind): Promise<Account[]> {
  const rows = await reader.all<{ key: number; id: AccountId; name: string; kind: AccountKind; admin: number } & Use>(
    sql`select key, id, name, kind, admin, serves, purpose from account where kind = ${kind} order by name`,
  )
  return Promise.all(
    rows.map(async ({ key, id, name, kind, admin, serves, purpose }) => ({
      account: id,
      name,
      kind,
      admin: admin === 1,
      use: { serves, purpose },
      rights: await loadRights(reader, key),
    })),
  )
}

/** Officers who have something to sign in with. */
export async function countOfficers(reader: Reader): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(*) as number from account a where kind = 'person' and role = 'officer'
          and (secret <> '' or subject is not null or exists (select 1 from passkey p where p.account = a.key))`,
  )
  return row?.number ?? 0
}
