import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"

export type LinkKind = "setup" | "invitation"

export type Link = {
  key: number
  kind: LinkKind
  /** Key of the account that an invitation is for. */
  account: number | null
  email: string | null
  expires_at: Instant
}

export async function findLink(reader: Reader, tokenHash: Uint8Array, now: Instant): Promise<Link | undefined> {
  return reader.get<Link>(
    sql`select key, kind, account, email, expires_at from link
        where token_hash = ${tokenHash} and expires_at > ${now}`,
  )
}

/** The invitation that was made for somebody with this e-mail address. */
export async function findInvitationFor(reader: Reader, email: string, now: Instant): Promise<Link | undefined> {
  return reader.get<Link>(
    sql`select key, kind, account, email, expires_at from link
        where kind = 'invitation' and email = ${email} and expires_at > ${now} order by key desc limit 1`,
  )
}

/** Open invitations by account. */
export async function listInvitations(reader: Reader, now: Instant): Promise<Map<number, Instant>> {
  const rows = await reader.all<{ account: number; expires_at: Instant }>(
    sql`select account, expires_at from link where kind = 'invitation' and expires_at > ${now}`,
  )
  return new Map(rows.map(({ account, expires_at }) => [account, expires_at]))
}

/** A new link voids the older ones of its kind and account, and takes away those that ran out. */
export async function insertLink(
  tx: Tx,
  tokenHash: Uint8Array,
  { kind, account, email, expires_at }: Omit<Link, "key">,
): Promise<void> {
  await tx.run(
    sql`delete from link where expires_at <= ${tx.now} or (kind = ${kind} and coalesce(account, 0) = ${account ?? 0})`,
  )
  await tx.run(
    sql`insert into link (token_hash, kind, account, email, expires_at)
        values (${tokenHash}, ${kind}, ${account}, ${email}, ${expires_at})`,
  )
}

/** False if it was used already. */
export async function deleteLink(tx: Tx, key: number): Promise<boolean> {
  return (await tx.run(sql`delete from link where key = ${key}`)) === 1
}
