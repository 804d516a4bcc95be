import type { TestContext } from "node:test"
import { Brake } from "../../src/accounts/brake.ts"
import { addPasskey, offerPasskey, setCode } from "../../src/accounts/enrolling.ts"
import { acceptInvitation, addFirstAdministrator, invite } from "../../src/accounts/links.ts"
import type { Role, SignedIn } from "../../src/accounts/model.ts"
import { Pending } from "../../src/accounts/pending.ts"
import { Refusals } from "../../src/accounts/refusals.ts"
import { Sessions } from "../../src/accounts/sessions.ts"
import { type Attempt, askForPasskey, type Entrance } from "../../src/accounts/signing-in.ts"
import { newCodeSecret } from "../../src/crypto/index.ts"
import type { JournalRow } from "../../src/ledger/index.ts"
import { journalEntries } from "../../src/ledger/index.ts"
import { type SoftwareAuthenticator, softwareAuthenticator } from "./authenticator.ts"
import { type InProcess, openInProcess } from "./node-in-process.ts"
import { codeAt } from "./one-time-code.ts"

export const SITE = { origin: "http://localhost:7447", domain: "localhost" }
export const PASSWORD = "correct horse battery staple"
export const HERE: Attempt = { address: "192.0.2.1", agent: "Test/1.0", replaces: null }
export const MINUTE = 60_000_000

/** A store with everything that signing in needs, under a clock that stands still. */
export type Door = Entrance & {
  node: InProcess
  /** Who a browser with this token is; throws if nobody. */
  who(token: string | null): Promise<SignedIn>
  ledger(): Promise<{ what: string; by: string | null; facts: Record<string, unknown> }[]>
  /** The first administrator, who comes in by a link and has nothing to sign in with yet. */
  administrator(name?: string): Promise<SignedIn>
  /** Somebody who was invited and has come in by the link. */
  newcomer(name: string, role?: Role | null): Promise<SignedIn>
  /** Adds a passkey of a new device; the token is that of the full session. */
  withPasskey(signedIn: SignedIn): Promise<{ device: SoftwareAuthenticator; token: string | null }>
  withCode(signedIn: SignedIn): Promise<{ secret: string; token: string | null }>
  /** The challenge of a sign-in that was begun, and its cookie. */
  asked(signedIn?: SignedIn): Promise<{ challenge: string; cookie: string }>
}

export async function openDoor(t: TestContext): Promise<Door> {
  const node = await openInProcess()
  t.after(() => node.close())
  const { store, clock } = node
  const sessions = new Sessions(store, clock)
  const entrance: Entrance = {
    ...{ store, clock, sessions, site: SITE },
    brake: new Brake(),
    pending: new Pending(clock),
    refusals: new Refusals(store),
  }
  const who = async (token: string | null) => {
    const found = await sessions.find(token ?? undefined)
    if (found === null) throw new Error("nobody is signed in")
    return found
  }
  const first = async (name = "Ada") =>
    who(await store.write((tx) => addFirstAdministrator(tx, sessions, { name, role: null, language: null }, HERE)))
  return {
    ...entrance,
    ...{ node, who, administrator: first },
    ledger: () => ledgerOf(node),
    async newcomer(name, role = "analyst") {
      const token = await invite(store, { name, role, administrator: false, email: null }, "by")
      return who(await acceptInvitation(store, sessions, token, HERE))
    },
    async withPasskey(signedIn) {
      const { challenge } = await offerPasskey(store, SITE, signedIn, "Comity")
      const device = softwareAuthenticator()
      const credential = device.create({ challenge, ...SITE })
      const made = { site: SITE, challenge, credential, name: "Laptop", agent: HERE.agent }
      return { device, ...(await addPasskey(entrance, signedIn, made)) }
    },
    async withCode(signedIn) {
      const secret = await newCodeSecret()
      const given = { secret, code: codeAt(secret, clock.now()), password: PASSWORD, agent: HERE.agent }
      return { secret, ...(await setCode(entrance, signedIn, given)) }
    },
    async asked(signedIn) {
      const { options, cookie } = await askForPasskey(entrance, signedIn ?? null)
      return { challenge: (options as { challenge: string }).challenge, cookie }
    },
  }
}

/** What the ledger of a node says, in its order. */
export async function ledgerOf(node: Pick<InProcess, "store" | "meddle">) {
  const key = Number(node.meddle("select key from log where kind = 'ledger'")[0]?.key)
  const rows = await node.store.all<JournalRow>(journalEntries(key, 0, 1000))
  return rows.map(({ header, body }) => {
    const { what, by } = JSON.parse(header) as { what: string; by: string | null }
    return { what, by, facts: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown> }
  })
}
