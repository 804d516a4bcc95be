import { z } from "zod"
import {
  checkPasskey,
  decoyHash,
  handleOf,
  type PasskeySite,
  passkeyRequest,
  readAssertion,
  stepOfCode,
  verifyPassword,
} from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import type { Clock } from "../kernel/time.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import type { Brake } from "./brake.ts"
import { findCode, findPasskey, type KeptCode, listPasskeys, useCode, usePasskey } from "./credential-queries.ts"
import type { Browser } from "./links.ts"
import type { SignedIn } from "./model.ts"
import type { Pending } from "./pending.ts"
import { loadByKey, loadPerson, nameless } from "./people.ts"
import { type AccountRow, findAccount } from "./queries.ts"
import type { Refusals } from "./refusals.ts"
import type { Sessions } from "./sessions.ts"

/** What signing in and proving again need. */
export type Entrance = {
  store: Store
  sessions: Sessions
  clock: Clock
  brake: Brake
  pending: Pending
  refusals: Refusals
  site: PasskeySite
}

/** Where an attempt comes from. */
export type Attempt = Browser & { address: string }

/** `session` is null for signing in: then any passkey of this site may answer. */
const Asked = z.object({ ask: z.literal("passkey"), challenge: z.string(), session: z.string().nullable() })

/** Codes of one account count together, wherever they come from: whoever tries them has the password already. */
const ANYWHERE = "codes"

/** What the browser needs to ask for a passkey, and the cookie that holds the challenge; `signedIn` to prove again. */
export async function askForPasskey({ store, site, pending }: Entrance, signedIn: SignedIn | null) {
  const challenge = random(32).toString("base64url")
  const own = signedIn === null ? [] : await listPasskeys(store, (await loadPerson(store, signedIn.person.account)).key)
  const options = await passkeyRequest(site, challenge, own)
  const asked: z.infer<typeof Asked> = { ask: "passkey", challenge, session: signedIn?.session ?? null }
  return { options, cookie: pending.open(asked) }
}

/** Throws `unauthenticated sign-in.expired` for a challenge that is not open, `unauthenticated sign-in.passkey`. */
export async function signInByPasskey(
  entrance: Entrance,
  answer: { cookie: string | undefined; credential: string },
  attempt: Attempt,
): Promise<string> {
  return withPasskey(entrance, answer, attempt, null, async (tx, row) =>
    entrance.sessions.start(tx, { account: row.key, commitment: nameless(row), method: "passkey", ...attempt }),
  )
}

/** The same person proves again who it is; another one's passkey proves nothing. */
export async function proveByPasskey(
  entrance: Entrance,
  answer: { cookie: string | undefined; credential: string },
  attempt: Attempt,
  signedIn: SignedIn,
): Promise<void> {
  const { session, person } = signedIn
  await withPasskey(entrance, answer, attempt, signedIn, async (tx) =>
    entrance.sessions.prove(tx, session, person.commitment, "passkey"),
  )
}

async function withPasskey<Result>(
  { store, site, pending, refusals }: Entrance,
  { cookie, credential }: { cookie: string | undefined; credential: string },
  { address }: Attempt,
  signedIn: SignedIn | null,
  work: (tx: Tx, row: AccountRow) => Promise<Result>,
): Promise<Result> {
  const asked = pending.take(cookie, Asked)
  if (asked === null || asked.session !== (signedIn?.session ?? null)) {
    throw new ComityError("unauthenticated", "sign-in.expired")
  }
  const assertion = readAssertion(credential)
  const passkey = assertion === null ? null : await findPasskey(store, assertion.id)
  if (assertion === null || passkey === null) return refuse(refusals, null, address)
  const row = await loadByKey(store, passkey.account)
  const by = nameless(row)
  const isOwn = signedIn === null || signedIn.person.account === row.id
  if (!isOwn || (handleOf(assertion) ?? row.id) !== row.id) return refuse(refusals, by, address)
  const found = await checkPasskey(assertion, site, asked.challenge, passkey)
  if (found.is !== "right") return refuse(refusals, by, address, found.is)
  return store.write(async (tx) => {
    if (!(await usePasskey(tx, passkey, found))) throw new ComityError("unauthenticated", "sign-in.passkey")
    return work(tx, row)
  })
}

async function refuse(refusals: Refusals, by: string | null, address: string, reason?: string): Promise<never> {
  await refusals.wrong(by, "passkey", address, reason)
  throw new ComityError("unauthenticated", "sign-in.passkey")
}

/**
 * By name, password and one-time code. Whatever of the three is wrong, the answer is the same and takes as long. An
 * account with a password alone (made on the command line) comes in to add a second factor, and to nothing else. Throws
 * `unauthenticated sign-in.wrong`, `unauthenticated sign-in.passkey-only`, `slow-down account.slowed`.
 */
export async function signInByPassword(
  entrance: Entrance,
  given: { name: string; password: string; code: string },
  attempt: Attempt,
): Promise<string> {
  const { store, sessions, brake } = entrance
  const { name, address } = { name: given.name, address: attempt.address }
  const slowing = brake.begin(name, address)
  const found = await findAccount(store, name)
  const row = found?.kind === "person" ? found : null
  const right = await verifyPassword(given.password, row?.secret || decoyHash)
  if (row === null || !right) return wrong(entrance, row, address, slowing)
  const kept = await findCode(store, row.key)
  if (kept === null && (await hasOther(store, row))) throw new ComityError("unauthenticated", "sign-in.passkey-only")
  const step = kept === null ? null : await stepOf(entrance, row, kept, given.code)
  if (kept !== null && step === null) return wrong(entrance, row, address, slowing)
  const token = await store.write(async (tx) => {
    const same = (await findAccount(tx, name))?.secret === row.secret
    const fresh =
      kept === null || step === null ? await isAlone(tx, row) : await useCode(tx, row.key, kept.secret, step)
    if (!same || !fresh) throw new ComityError("unauthenticated", "sign-in.wrong")
    const entry = { account: row.key, commitment: nameless(row), method: kept === null ? "password" : "code" } as const
    return sessions.start(tx, { ...entry, ...attempt })
  })
  brake.release(name, address)
  return token
}

/** A code of the person's app proves again who it is. Throws `unauthenticated sign-in.code`. */
export async function proveByCode(
  entrance: Entrance,
  code: string,
  attempt: Attempt,
  { person, session }: SignedIn,
): Promise<void> {
  const { store, sessions, refusals } = entrance
  const row = await loadPerson(store, person.account)
  const kept = await findCode(store, row.key)
  const step = kept === null ? null : await stepOf(entrance, row, kept, code)
  if (kept === null || step === null) {
    await refusals.wrong(person.commitment, "code", attempt.address)
    throw new ComityError("unauthenticated", "sign-in.code")
  }
  await store.write(async (tx) => {
    if (!(await useCode(tx, row.key, kept.secret, step))) throw new ComityError("unauthenticated", "sign-in.code")
    await sessions.prove(tx, session, person.commitment, "code")
  })
}

/** The step of a right code; null for a wrong one. */
async function stepOf({ clock, brake }: Entrance, { name }: AccountRow, kept: KeptCode, code: string) {
  brake.begin(name, ANYWHERE)
  const step = await stepOfCode(code, kept.secret, clock.now(), kept.lastStep)
  if (step !== null) brake.release(name, ANYWHERE)
  return step
}

async function hasOther(reader: Reader, { key, subject }: AccountRow): Promise<boolean> {
  return subject !== null || (await listPasskeys(reader, key)).length > 0
}

/** Whether there is still nothing but the password: somebody may have enrolled while it was checked. */
async function isAlone(reader: Reader, row: AccountRow): Promise<boolean> {
  return !(await hasOther(reader, row)) && (await findCode(reader, row.key)) === null
}

async function wrong(
  { refusals }: Entrance,
  row: AccountRow | null,
  address: string,
  slowing: boolean,
): Promise<never> {
  const by = row === null ? null : nameless(row)
  await refusals.wrong(by, "password", address)
  if (slowing) await refusals.slowed(by)
  throw new ComityError("unauthenticated", "sign-in.wrong")
}
