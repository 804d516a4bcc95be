import sql from "sql-template-tag"
import type { Language, Theme } from "../http/index.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { AccountId, Method, Role, SessionId } from "./model.ts"

export type SessionRow = {
  id: SessionId
  account: number
  method: Method
  state: "full" | "enrolling"
  created_at: Instant
  seen_at: Instant
  expires_at: Instant
  proven_at: Instant
  agent: string
}

/** A session together with whose it is. */
export type SessionOfPerson = SessionRow & {
  account_id: AccountId
  name: string
  salt: Uint8Array
  admin: number
  role: Role | null
  language: Language | null
  theme: Theme | null
}

export async function findSession(reader: Reader, tokenHash: Uint8Array): Promise<SessionOfPerson | undefined> {
  return reader.get<SessionOfPerson>(
    sql`select s.id, s.account, s.method, s.state, s.created_at, s.seen_at, s.expires_at, s.proven_at, s.agent,
          a.id as account_id, a.name, a.salt, a.admin, a.role, a.language, a.theme
        from session s join account a on a.key = s.account where s.token_hash = ${tokenHash}`,
  )
}

/** The sessions of one account, or of all, the newest first. */
export async function listSessions(reader: Reader, account: number | null): Promise<SessionRow[]> {
  return reader.all<SessionRow>(
    sql`select id, account, method, state, created_at, seen_at, expires_at, proven_at, agent from session
        where account = coalesce(${account}, account) order by seen_at desc`,
  )
}

export async function insertSession(tx: Tx, tokenHash: Uint8Array, row: SessionRow): Promise<void> {
  await tx.run(
    sql`insert into session
          (id, token_hash, account, method, state, created_at, seen_at, expires_at, proven_at, agent)
        values (${row.id}, ${tokenHash}, ${row.account}, ${row.method}, ${row.state}, ${row.created_at},
                ${row.seen_at}, ${row.expires_at}, ${row.proven_at}, ${row.agent})`,
  )
}

export async function touchSession(tx: Tx, { id, account }: Pick<SessionRow, "id" | "account">): Promise<void> {
  await tx.run(sql`update session set seen_at = ${tx.now} where id = ${id}`)
  await tx.run(sql`update account set last_used_at = ${tx.now} where key = ${account}`)
}

export async function proveSession(tx: Tx, id: SessionId): Promise<void> {
  await tx.run(sql`update session set proven_at = ${tx.now} where id = ${id}`)
}

export async function hasSession(reader: Reader, id: SessionId): Promise<boolean> {
  return (await reader.get(sql`select 1 as one from session where id = ${id}`)) !== undefined
}

/** Whose session ended; undefined if there was none. */
export async function deleteSession(tx: Tx, id: SessionId): Promise<{ account: number } | undefined> {
  return tx.get<{ account: number }>(sql`delete from session where id = ${id} returning account`)
}

/** The number of those that ended. */
export async function deleteSessions(tx: Tx, account: number, except: SessionId | null): Promise<number> {
  return tx.run(sql`delete from session where account = ${account} and id <> ${except ?? ""}`)
}

/** Those that nobody can use any more. */
export async function deleteOldSessions(tx: Tx, seenBefore: Instant): Promise<void> {
  await tx.run(sql`delete from session where expires_at <= ${tx.now} or seen_at <= ${seenBefore}`)
}
