import { ComityError } from "../kernel/errors.ts"
import { random, sha256 } from "../kernel/hash.ts"
import { newId } from "../kernel/ids.ts"
import { type Clock, type Instant, plusMicroseconds } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Store, Tx } from "../store/index.ts"
import { type AccountId, commitmentOf, type Method, type SessionId, type SignedIn } from "./model.ts"
import { loadAccount } from "./queries.ts"
import {
  deleteOldSessions,
  deleteSession,
  deleteSessions,
  findSession,
  insertSession,
  listSessions,
  proveSession,
  type SessionOfPerson,
  type SessionRow,
  touchSession,
} from "./session-queries.ts"

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const IDLE = 30 * MINUTE
/** Of a session that may only add a second factor. */
const ENROLLING = 60 * MINUTE
/** A working day; the cookie ends with it. */
export const SESSION_SECONDS = 12 * 60 * 60
const AGENT_MOST = 200

/** Somebody was found to be who it says: what its session needs. */
export type Entry = {
  /** Key of the account. */
  account: number
  commitment: string
  method: Method
  /** The browser's own word for itself. */
  agent: string
  /** The session that the browser had before: an id that was known before signing in is worth nothing after. */
  replaces: SessionId | null
}

/** A session as its person sees it. */
export type OpenSession = {
  id: SessionId
  method: Method
  state: "full" | "enrolling"
  createdAt: Instant
  seenAt: Instant
  agent: string
}

/**
 * Who is signed in. The browser holds 256 random bits, the store their SHA-256. A session ends after 30 minutes
 * without a request and after 12 hours in any case.
 */
export class Sessions {
  readonly #store: Store
  readonly #clock: Clock

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  async find(token: string | undefined): Promise<SignedIn | null> {
    if (token === undefined || token.length !== 43) return null
    const row = await findSession(this.#store, sha256(token))
    if (row === undefined) return null
    const now = this.#clock.now()
    if (!isOpen(row, now)) return null
    if (now - row.seen_at >= MINUTE) await this.#touch(row)
    return signedIn(row)
  }

  /** Begins a session within the transaction that found who it is; returns what the browser keeps. */
  async start(tx: Tx, entry: Entry): Promise<string> {
    const token = random(32).toString("base64url")
    const enrolling = entry.method === "password" || entry.method === "link"
    const expires = plusMicroseconds(tx.now, enrolling ? ENROLLING : SESSION_SECONDS * SECOND)
    const { account, method, agent, replaces } = entry
    const id = newId("session")
    if (replaces !== null) await deleteSession(tx, replaces)
    await deleteOldSessions(tx, plusMicroseconds(tx.now, -IDLE))
    const times = { created_at: tx.now, seen_at: tx.now, expires_at: expires }
    await insertSession(tx, sha256(token), {
      ...{ id, account, method, ...times },
      state: enrolling ? "enrolling" : "full",
      // Who can do nothing but enrol is not asked to prove again: there is nothing yet to prove it with.
      proven_at: enrolling ? expires : tx.now,
      agent: agent.slice(0, AGENT_MOST),
    })
    await touchSession(tx, { id, account })
    await record(tx, { what: "session.started", by: entry.commitment, facts: { method, session: id } })
    return token
  }

  /** Ends one session of this account; `by` is whoever asked for it. Nothing happens if it is none of its own. */
  async end(account: AccountId, session: string, by: string | null): Promise<void> {
    await this.#store.write(async (tx) => {
      const whose = await loadAccount(tx, account)
      const own = (await listSessions(tx, whose.key)).find(({ id }) => id === session)
      if (own === undefined) return
      await deleteSession(tx, own.id)
      await record(tx, { what: "session.ended", by, facts: { account: commitmentOf(whose.salt, whose.name), session } })
    })
  }

  /** Ends every session of this account but one; returns their number. */
  async endAll(account: AccountId, by: string | null, except: SessionId | null = null): Promise<number> {
    return this.#store.write(async (tx) => endSessions(tx, await loadAccount(tx, account), by, except))
  }

  async list(account: AccountId): Promise<OpenSession[]> {
    const now = this.#clock.now()
    const rows = await listSessions(this.#store, (await loadAccount(this.#store, account)).key)
    return rows.filter((row) => isOpen(row, now)).map(openSession)
  }

  /** Notes within a transaction that the person of this session has just proven again who it is. */
  async prove(tx: Tx, session: SessionId, commitment: string, method: Method): Promise<void> {
    await proveSession(tx, session)
    await record(tx, { what: "session.proven", by: commitment, facts: { method, session } })
  }

  /** A full disk must not keep anybody from reading. */
  async #touch(row: SessionOfPerson): Promise<void> {
    try {
      await this.#store.write((tx) => touchSession(tx, row))
    } catch (error) {
      if (!(error instanceof ComityError) || error.kind !== "full") throw error
    }
  }
}

/** Ends sessions within a transaction that takes something away from the account. */
export async function endSessions(
  tx: Tx,
  { key, salt, name }: { key: number; salt: Uint8Array; name: string },
  by: string | null,
  except: SessionId | null = null,
): Promise<number> {
  const number = await deleteSessions(tx, key, except)
  if (number > 0) await record(tx, { what: "sessions.ended", by, facts: { account: commitmentOf(salt, name), number } })
  return number
}

/** Whether a session may still be used; one that may not is taken away when somebody signs in. */
export function isOpen(row: { expires_at: Instant; seen_at: Instant }, now: Instant): boolean {
  return now < row.expires_at && now - row.seen_at < IDLE
}

function signedIn(row: SessionOfPerson): SignedIn {
  return {
    person: {
      account: row.account_id,
      name: row.name,
      commitment: commitmentOf(row.salt, row.name),
      role: row.role,
      administrator: row.admin === 1,
      language: row.language,
      theme: row.theme,
    },
    session: row.id,
    provenAt: row.proven_at,
    state: row.state,
  }
}

export function openSession(row: SessionRow): OpenSession {
  const { id, method, state, created_at: createdAt, seen_at: seenAt, agent } = row
  return { id, method, state, createdAt, seenAt, agent }
}
