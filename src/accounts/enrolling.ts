import {
  checkNewPasskey,
  hashPassword,
  isCodeSecret,
  type PasskeySite,
  passkeyCreation,
  stepOfCode,
} from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { random, sha256 } from "../kernel/hash.ts"
import type { Clock } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import {
  deleteCode,
  deletePasskey,
  findCode,
  insertPasskey,
  type KeptCode,
  type KeptPasskey,
  listPasskeys,
  saveCode,
} from "./credential-queries.ts"
import type { Method, SignedIn } from "./model.ts"
import { loadPerson } from "./people.ts"
import { type AccountRow, savePassword, saveSubject } from "./queries.ts"
import { hasSession } from "./session-queries.ts"
import { endSessions, type Sessions } from "./sessions.ts"

/** Counted in characters as people count; there is no other rule (NIST SP 800-63B section 3.1.1.2). */
export const PASSWORD_LEAST = 12

/** What somebody has to sign in with. */
export type Means = {
  passkeys: KeptPasskey[]
  code: KeptCode | null
  password: boolean
  /** True if an OpenID provider's name for the person is known. */
  openId: boolean
}

export type Enrolling = { store: Store; sessions: Sessions; clock: Clock }

/** A session that was only for enrolling becomes a full one, under a new id: that is what the browser keeps then. */
export type Enrolled = { token: string | null }

export async function meansOf(reader: Reader, row: AccountRow): Promise<Means> {
  const [passkeys, code] = await Promise.all([listPasskeys(reader, row.key), findCode(reader, row.key)])
  return { passkeys, code, password: row.secret !== "", openId: row.subject !== null }
}

/** What the browser needs to make a passkey for this person, and the challenge that is in it. */
export async function offerPasskey(store: Store, site: PasskeySite, { person }: SignedIn, node: string) {
  const row = await loadPerson(store, person.account)
  const has = (await listPasskeys(store, row.key)).map(({ id }) => id)
  const challenge = random(32).toString("base64url")
  const options = await passkeyCreation(site, { handle: person.account, name: person.name, node, has }, challenge)
  return { options, challenge }
}

/** Throws `refused passkey.not-made` for anything but a new passkey of this site for this challenge. */
export async function addPasskey(
  { store, sessions }: Enrolling,
  signedIn: SignedIn,
  made: { site: PasskeySite; challenge: string; credential: string; name: string; agent: string },
): Promise<Enrolled> {
  const passkey = await checkNewPasskey(made.credential, made.site, made.challenge)
  if (passkey === null) throw new ComityError("refused", "passkey.not-made")
  return store.write(async (tx) => {
    const row = await ownRow(tx, signedIn)
    const added = await insertPasskey(tx, { ...passkey, account: row.key, name: made.name })
    if (!added) throw new ComityError("refused", "passkey.not-made")
    const facts = { passkey: shortName(passkey.id), backedUp: passkey.backedUp }
    await record(tx, { what: "passkey.added", by: signedIn.person.commitment, facts })
    return { token: await opened(tx, sessions, signedIn, row, "passkey", made.agent) }
  })
}

/**
 * Password and one-time code together, confirmed by a first code; a password that is there already may stay (null).
 * Throws `invalid password.short`, `invalid password.missing`, `invalid code.wrong`.
 */
export async function setCode(
  { store, sessions, clock }: Enrolling,
  signedIn: SignedIn,
  given: { secret: string; code: string; password: string | null; agent: string },
): Promise<Enrolled> {
  const { secret, code, password, agent } = given
  const hash = password === null ? null : await hashOf(password)
  const step = isCodeSecret(secret) ? await stepOfCode(code, secret, clock.now(), 0) : null
  if (step === null) throw new ComityError("invalid", "code.wrong")
  return store.write(async (tx) => {
    const row = await ownRow(tx, signedIn)
    if (hash === null && row.secret === "") throw new ComityError("invalid", "password.missing")
    if (hash !== null) await replacePassword(tx, signedIn, row, hash)
    await saveCode(tx, row.key, secret, step)
    await record(tx, { what: "code.set", by: signedIn.person.commitment, facts: {} })
    return { token: await opened(tx, sessions, signedIn, row, "code", agent) }
  })
}

/** The person's other sessions end. Throws `invalid password.short`. */
export async function setPassword(store: Store, signedIn: SignedIn, password: string): Promise<void> {
  const hash = await hashOf(password)
  await store.write(async (tx) => replacePassword(tx, signedIn, await ownRow(tx, signedIn), hash))
}

/** Throws `conflict account.last-means` where nothing would be left to sign in with. */
export async function removePasskey(store: Store, signedIn: SignedIn, id: string): Promise<void> {
  await withMeans(store, signedIn, async (tx, row, { passkeys, code, openId }) => {
    if (passkeys.length < 2 && code === null && !openId) throw new ComityError("conflict", "account.last-means")
    if (!(await deletePasskey(tx, row.key, id))) return
    await record(tx, { what: "passkey.removed", by: signedIn.person.commitment, facts: { passkey: shortName(id) } })
  })
}

/** Throws `conflict account.last-means` where nothing would be left to sign in with. */
export async function removeCode(store: Store, signedIn: SignedIn): Promise<void> {
  await withMeans(store, signedIn, async (tx, row, { passkeys, openId }) => {
    if (passkeys.length === 0 && !openId) throw new ComityError("conflict", "account.last-means")
    if (!(await deleteCode(tx, row.key))) return
    await record(tx, { what: "code.removed", by: signedIn.person.commitment, facts: {} })
  })
}

/** The person does not come by way of the OpenID provider any more. */
export async function unlinkOpenId(store: Store, signedIn: SignedIn): Promise<void> {
  await withMeans(store, signedIn, async (tx, row, { passkeys, code, openId }) => {
    if (!openId) return
    if (passkeys.length === 0 && code === null) throw new ComityError("conflict", "account.last-means")
    await saveSubject(tx, row.key, null)
    await record(tx, { what: "openid.unlinked", by: signedIn.person.commitment, facts: {} })
  })
}

/** The session may have ended since the request came: then it adds and removes nothing any more. */
async function ownRow(tx: Tx, { person, session }: SignedIn): Promise<AccountRow> {
  if (!(await hasSession(tx, session))) throw new ComityError("unauthenticated", "session.missing")
  return loadPerson(tx, person.account)
}

async function withMeans(
  store: Store,
  signedIn: SignedIn,
  work: (tx: Tx, row: AccountRow, means: Means) => Promise<void>,
): Promise<void> {
  await store.write(async (tx) => {
    const row = await ownRow(tx, signedIn)
    await work(tx, row, await meansOf(tx, row))
  })
}

/** Whoever else came in by the same password or link, and has not enrolled, is out. */
async function opened(
  tx: Tx,
  sessions: Sessions,
  { person, session, state }: SignedIn,
  row: AccountRow,
  method: Method,
  agent: string,
): Promise<string | null> {
  if (state === "full") return null
  await endSessions(tx, row, person.commitment, session)
  return sessions.start(tx, { account: row.key, commitment: person.commitment, method, agent, replaces: session })
}

async function replacePassword(tx: Tx, { person, session }: SignedIn, row: AccountRow, hash: string): Promise<void> {
  await savePassword(tx, row.key, hash)
  await record(tx, { what: "password.set", by: person.commitment, facts: {} })
  await endSessions(tx, row, person.commitment, session)
}

/** Throws `invalid password.short`; wherever a password is chosen. */
export function mustBeLong(password: string): void {
  if ([...password.normalize("NFC")].length < PASSWORD_LEAST) {
    throw new ComityError("invalid", "password.short", { least: PASSWORD_LEAST })
  }
}

async function hashOf(password: string): Promise<string> {
  mustBeLong(password)
  return hashPassword(password)
}

/** Enough to tell the passkeys of one person apart in the ledger. */
function shortName(id: string): string {
  return sha256(id).toString("base64url").slice(0, 12)
}
