import type { Language } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { random, sha256 } from "../kernel/hash.ts"
import { type Clock, DAY, plusMicroseconds } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import { type Means, meansOf } from "./enrolling.ts"
import { deleteLink, findLink, insertLink, type Link, type LinkKind } from "./link-queries.ts"
import type { AccountId, SessionId } from "./model.ts"
import { addNewcomer, clearCredentials, loadByKey, loadPerson, nameless, type Roles } from "./people.ts"
import {
  type AccountRow,
  countAdministrators,
  deleteAccount,
  findAccount,
  listRows,
  saveLanguage,
  saveRoles,
} from "./queries.ts"
import { endSessions, type Sessions } from "./sessions.ts"

const SETUP = 15 * 60 * 1_000_000
const INVITATION = DAY

/** What a browser says with which somebody comes in, and the session it had before. */
export type Browser = { agent: string; replaces: SessionId | null }

export type Invitation = Roles & { name: string; email: string | null }

/** True once somebody can sign in who may let others in. */
export async function hasAdministrator(reader: Reader): Promise<boolean> {
  return (await countAdministrators(reader, null)) > 0
}

/** For whoever holds the data folder: 15 minutes, once; older ones are void. Returns the secret part of the address. */
export async function makeSetupLink(store: Store): Promise<string> {
  const token = newToken()
  await store.write(async (tx) => {
    const link = { kind: "setup", account: null, email: null, expires_at: plusMicroseconds(tx.now, SETUP) } as const
    await insertLink(tx, sha256(token), link)
    await record(tx, { what: "setup.link-made", by: null, facts: {} })
  })
  return token
}

/** Throws `not-found link.setup` for a link that never was, ran out or was used. */
export async function checkSetupLink(reader: Reader, clock: Clock, token: string): Promise<void> {
  await openLink(reader, token, "setup", clock.now())
}

/** Uses the setup link up, within the transaction that sets the node up. */
export async function useSetupLink(tx: Tx, token: string): Promise<void> {
  const link = await openLink(tx, token, "setup", tx.now)
  await deleteLink(tx, link.key)
  await record(tx, { what: "setup.link-used", by: null, facts: {} })
}

/**
 * The first administrator comes in, to a session that may only add what one signs in with. A name that an earlier
 * attempt left behind with nothing to sign in with is taken over; others left behind so are shut out, since a stranger
 * may have used an earlier link. Throws `conflict account.exists`.
 */
export async function addFirstAdministrator(
  tx: Tx,
  sessions: Sessions,
  first: { name: string; role: Roles["role"]; language: Language | null },
  browser: Browser,
): Promise<string> {
  const left = await findAccount(tx, first.name)
  if (left?.kind === "person" && isEmpty(await meansOf(tx, left))) {
    await deleteAccount(tx, left.key)
    await record(tx, { what: "account.removed", by: null, facts: { account: nameless(left), kind: "person" } })
  }
  await shutOutUnfinished(tx)
  const person = await addNewcomer(tx, { ...first, administrator: true }, null)
  await saveLanguage(tx, person.id, first.language)
  return sessions.start(tx, { account: person.key, commitment: nameless(person), method: "link", ...browser })
}

/** Administrators who never added anything to sign in with: their sessions end, and they administer nothing. */
async function shutOutUnfinished(tx: Tx): Promise<void> {
  for (const row of await listRows(tx)) {
    if (row.kind !== "person" || row.admin !== 1 || !isEmpty(await meansOf(tx, row))) continue
    await saveRoles(tx, row.key, row.role, false)
    const facts = { account: nameless(row), role: row.role, administrator: false }
    await record(tx, { what: "account.roles-changed", by: null, facts })
    await endSessions(tx, row, null)
  }
}

function isEmpty({ passkeys, code, password, openId }: Means): boolean {
  return passkeys.length === 0 && code === null && !password && !openId
}

/** Somebody new, and a link for 24 hours that makes the person come in. Throws `conflict account.exists`. */
export async function invite(store: Store, invitation: Invitation, by: string): Promise<string> {
  return store.write(async (tx) => {
    const person = await addNewcomer(tx, invitation, by)
    return newInvitation(tx, person, invitation.email, by)
  })
}

/**
 * A new link for somebody who let the first one run out or lost every device. What the person has keeps working until
 * the link is used.
 */
export async function inviteAgain(store: Store, account: AccountId, email: string | null, by: string): Promise<string> {
  return store.write(async (tx) => newInvitation(tx, await loadPerson(tx, account), email, by))
}

async function newInvitation(tx: Tx, person: AccountRow, email: string | null, by: string): Promise<string> {
  const token = newToken()
  const expires = plusMicroseconds(tx.now, INVITATION)
  const link = { kind: "invitation", account: person.key, email: email?.toLowerCase() ?? null, expires_at: expires }
  await insertLink(tx, sha256(token), { ...link, kind: "invitation" })
  await record(tx, { what: "account.invited", by, facts: { account: nameless(person) } })
  return token
}

/** Whom a link invites. Throws `not-found link.invitation`. */
export async function findInvited(reader: Reader, clock: Clock, token: string): Promise<AccountRow> {
  const { account } = await openLink(reader, token, "invitation", clock.now())
  return loadByKey(reader, account ?? 0)
}

/** Comes in by the link, which is then used up: into a session that may only add what one signs in with. */
export async function acceptInvitation(
  store: Store,
  sessions: Sessions,
  token: string,
  browser: Browser,
): Promise<string> {
  return store.write(async (tx) => {
    const person = await takeInvitation(tx, await openLink(tx, token, "invitation", tx.now))
    const entry = { account: person.key, commitment: nameless(person), method: "link" } as const
    return sessions.start(tx, { ...entry, ...browser })
  })
}

export async function takeInvitation(tx: Tx, link: Link): Promise<AccountRow> {
  const person = await loadByKey(tx, link.account ?? 0)
  await deleteLink(tx, link.key)
  await clearCredentials(tx, person, nameless(person))
  await record(tx, { what: "invitation.accepted", by: nameless(person), facts: {} })
  return person
}

async function openLink(reader: Reader, token: string, kind: LinkKind, now: Tx["now"]): Promise<Link> {
  const link = await findLink(reader, sha256(token), now)
  if (link?.kind === kind) return link
  if (kind === "setup") throw new ComityError("not-found", "link.setup")
  throw new ComityError("not-found", "link.invitation")
}

/** 256 bits; the store keeps their SHA-256. */
function newToken(): string {
  return random(32).toString("base64url")
}
