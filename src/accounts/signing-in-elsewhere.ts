import { z } from "zod"
import type { Claims, Provider } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { record } from "../ledger/index.ts"
import type { Tx } from "../store/index.ts"
import { findInvitationFor } from "./link-queries.ts"
import { takeInvitation } from "./links.ts"
import type { SignedIn } from "./model.ts"
import { loadPerson, nameless } from "./people.ts"
import { type AccountRow, findBySubject, saveSubject } from "./queries.ts"
import type { Attempt, Entrance } from "./signing-in.ts"

/** Why the browser was sent to the OpenID provider. */
export type Purpose = "sign-in" | "link" | "prove"

/** `to` is the page that is wanted afterwards, `session` the one that is linked or proven. */
const Sent = z.object({
  ask: z.literal("openid"),
  purpose: z.enum(["sign-in", "link", "prove"]),
  to: z.string(),
  session: z.string().nullable(),
  errand: z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), fresh: z.boolean() }),
})

/** The browser that came back: where it may go on, and a session if it signed in. */
export type Returned = { to: string; token: string | null }

/** Sends the browser on its errand; the cookie holds what must come back with it. */
export async function beginElsewhere(
  { pending }: Entrance,
  provider: Provider,
  callback: string,
  why: { purpose: Purpose; to: string; signedIn: SignedIn | null },
): Promise<{ address: string; cookie: string }> {
  const { purpose, to, signedIn } = why
  const { address, errand } = await provider.begin(callback, purpose === "prove")
  const sent: z.infer<typeof Sent> = { ask: "openid", purpose, to, session: signedIn?.session ?? null, errand }
  return { address, cookie: pending.open(sent) }
}

/**
 * Takes the browser back. Nobody gets an account this way: the provider's name for the person must be linked to one, or
 * the verified e-mail address be that of an open invitation. Throws `unauthenticated sign-in.expired`,
 * `refused openid.answer`, `refused openid.unknown`, `refused openid.other-person`, `conflict openid.taken`.
 */
export async function returnFromElsewhere(
  entrance: Entrance,
  provider: Provider,
  back: { address: string; cookie: string | undefined; signedIn: SignedIn | null },
  attempt: Attempt,
): Promise<Returned> {
  const sent = entrance.pending.take(back.cookie, Sent)
  if (sent === null) throw new ComityError("unauthenticated", "sign-in.expired")
  const claims = await checked(entrance, provider, back.address, sent.errand, attempt)
  if (sent.purpose === "sign-in") return { to: sent.to, token: await enter(entrance, claims, attempt) }
  const { signedIn } = back
  if (signedIn === null || signedIn.session !== sent.session)
    throw new ComityError("unauthenticated", "sign-in.expired")
  if (sent.purpose === "link") await link(entrance, claims, signedIn)
  else await prove(entrance, claims, signedIn, attempt)
  return { to: sent.to, token: null }
}

async function checked(
  { refusals }: Entrance,
  provider: Provider,
  address: string,
  errand: z.infer<typeof Sent>["errand"],
  attempt: Attempt,
): Promise<Claims> {
  try {
    return await provider.finish(address, errand)
  } catch (error) {
    if (error instanceof ComityError && error.kind === "refused") {
      await refusals.wrong(null, "openid", attempt.address)
    }
    throw error
  }
}

async function enter({ store, sessions, refusals }: Entrance, claims: Claims, attempt: Attempt): Promise<string> {
  const token = await store.write(async (tx) => {
    const row = (await findBySubject(tx, claims.subject)) ?? (await invited(tx, claims))
    if (row === undefined) return null
    return sessions.start(tx, { account: row.key, commitment: nameless(row), method: "openid", ...attempt })
  })
  if (token !== null) return token
  await refusals.wrong(null, "openid", attempt.address, "unknown")
  throw new ComityError("refused", "openid.unknown")
}

async function invited(tx: Tx, { subject, email }: Claims): Promise<AccountRow | undefined> {
  const open = email === null ? undefined : await findInvitationFor(tx, email.toLowerCase(), tx.now)
  if (open === undefined) return undefined
  const row = await takeInvitation(tx, open)
  await saveSubject(tx, row.key, subject)
  await record(tx, { what: "openid.linked", by: nameless(row), facts: {} })
  return row
}

async function link({ store }: Entrance, { subject }: Claims, { person }: SignedIn): Promise<void> {
  await store.write(async (tx) => {
    const other = await findBySubject(tx, subject)
    if (other?.id === person.account) return
    if (other !== undefined) throw new ComityError("conflict", "openid.taken")
    await saveSubject(tx, (await loadPerson(tx, person.account)).key, subject)
    await record(tx, { what: "openid.linked", by: person.commitment, facts: {} })
  })
}

async function prove(
  { store, sessions, refusals }: Entrance,
  { subject }: Claims,
  { person, session }: SignedIn,
  { address }: Attempt,
): Promise<void> {
  const row = await findBySubject(store, subject)
  if (row?.id !== person.account) {
    await refusals.wrong(person.commitment, "openid", address)
    throw new ComityError("refused", "openid.other-person")
  }
  await store.write((tx) => sessions.prove(tx, session, person.commitment, "openid"))
}
