import sql, { type Sql } from "sql-template-tag"
import type { Passkey } from "../crypto/index.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"

export type KeptPasskey = Passkey & {
  /** Key of the account. */
  account: number
  name: string
  createdAt: Instant
  lastUsedAt: Instant | null
}

export type KeptCode = { secret: string; lastStep: number; createdAt: Instant }

type PasskeyRow = {
  id: string
  account: number
  public_key: Uint8Array
  counter: number
  transports: string
  name: string
  created_at: Instant
  last_used_at: Instant | null
  backed_up: number
}

function passkeys(where: Sql): Sql {
  return sql`select id, account, public_key, counter, transports, name, created_at, last_used_at, backed_up
             from passkey where ${where} order by created_at`
}

export async function findPasskey(reader: Reader, id: string): Promise<KeptPasskey | null> {
  const row = await reader.get<PasskeyRow>(passkeys(sql`id = ${id}`))
  return row === undefined ? null : kept(row)
}

export async function listPasskeys(reader: Reader, account: number): Promise<KeptPasskey[]> {
  return (await reader.all<PasskeyRow>(passkeys(sql`account = ${account}`))).map(kept)
}

function kept(row: PasskeyRow): KeptPasskey {
  const { id, account, counter, name, public_key: publicKey, created_at: createdAt, last_used_at: lastUsedAt } = row
  const transports = row.transports === "" ? [] : row.transports.split(" ")
  return { id, account, counter, name, publicKey, createdAt, lastUsedAt, transports, backedUp: row.backed_up === 1 }
}

/** False if the credential is known already. */
export async function insertPasskey(
  tx: Tx,
  passkey: Pick<KeptPasskey, "id" | "account" | "publicKey" | "counter" | "transports" | "name" | "backedUp">,
): Promise<boolean> {
  const { id, account, publicKey, counter, transports, name, backedUp } = passkey
  const added = await tx.run(
    sql`insert into passkey (id, account, public_key, counter, transports, name, created_at, backed_up)
        values (${id}, ${account}, ${publicKey}, ${counter}, ${transports.join(" ")}, ${name}, ${tx.now},
                ${backedUp ? 1 : 0}) on conflict (id) do nothing`,
  )
  return added === 1
}

/** False if the passkey was used or removed since it was read: two answers cannot both be the next one. */
export async function usePasskey(
  tx: Tx,
  { id, counter }: Pick<KeptPasskey, "id" | "counter">,
  now: { counter: number; backedUp: boolean },
): Promise<boolean> {
  const changed = await tx.run(
    sql`update passkey set counter = ${now.counter}, backed_up = ${now.backedUp ? 1 : 0}, last_used_at = ${tx.now}
        where id = ${id} and counter = ${counter}`,
  )
  return changed === 1
}

/** False if this account has no such passkey. */
export async function deletePasskey(tx: Tx, account: number, id: string): Promise<boolean> {
  return (await tx.run(sql`delete from passkey where account = ${account} and id = ${id}`)) === 1
}

export async function findCode(reader: Reader, account: number): Promise<KeptCode | null> {
  const row = await reader.get<{ secret: string; last_step: number; created_at: Instant }>(
    sql`select secret, last_step, created_at from one_time_code where account = ${account}`,
  )
  return row === undefined ? null : { secret: row.secret, lastStep: row.last_step, createdAt: row.created_at }
}

export async function saveCode(tx: Tx, account: number, secret: string, step: number): Promise<void> {
  await tx.run(sql`delete from one_time_code where account = ${account}`)
  await tx.run(
    sql`insert into one_time_code (account, secret, last_step, created_at)
        values (${account}, ${secret}, ${step}, ${tx.now})`,
  )
}

/** False if a code of this step or a later one was taken already. */
export async function useCode(tx: Tx, account: number, secret: string, step: number): Promise<boolean> {
  const changed = await tx.run(
    sql`update one_time_code set last_step = ${step}
        where account = ${account} and secret = ${secret} and last_step < ${step}`,
  )
  return changed === 1
}

export async function deleteCode(tx: Tx, account: number): Promise<boolean> {
  return (await tx.run(sql`delete from one_time_code where account = ${account}`)) === 1
}

/** Whatever the account could sign in with. */
export async function deleteCredentials(tx: Tx, account: number): Promise<void> {
  await tx.run(sql`delete from passkey where account = ${account}`)
  await tx.run(sql`delete from one_time_code where account = ${account}`)
  await tx.run(sql`update account set secret = '', subject = null where key = ${account}`)
}
