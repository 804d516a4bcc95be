import { decoyHash, verifyPassword } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { random, sha256 } from "../kernel/hash.ts"
import { monotonic } from "../kernel/time.ts"
import type { Store } from "../store/index.ts"
import { Brake } from "./brake.ts"
import { type Actor, commitmentOf } from "./model.ts"
import { tokenHash } from "./operations.ts"
import { type AccountRow, findAccount, findProgram, loadRights, saveUse } from "./queries.ts"
import { Refusals } from "./refusals.ts"

type Basic = { scheme: "basic"; name: string; password: string }
type Bearer = { scheme: "bearer"; token: string }

/** What wrong tokens count under; no account's name begins with a blank. */
const NO_NAME = " "

const REMEMBERED_MS = 5 * 60_000
const REMEMBERED_MOST = 10_000
const NOTED_MS = 60 * 60_000

/**
 * Turns an `Authorization` header into an actor. A verified header is remembered for five minutes by a keyed hash
 * (never the password), so that argon2id is paid once and not at each request of a program.
 */
export class Authenticator {
  readonly #store: Store
  readonly #key = random(32).toString("latin1")
  readonly #remembered = new Map<string, { actor: Actor; until: number }>()
  readonly #running = new Map<string, Promise<Actor>>()
  readonly #brake = new Brake()
  readonly #refusals: Refusals
  readonly #noted = new Map<number, number>()
  #changes = 0

  constructor(store: Store) {
    this.#store = store
    this.#refusals = new Refusals(store)
  }

  /** Throws `unauthenticated` without a valid credential, `slow-down` after too many wrong ones. */
  async authenticate(header: string | undefined, addressOf: () => string): Promise<Actor> {
    if (header === undefined) throw new ComityError("unauthenticated", "account.credentials-missing")
    const key = this.fingerprint(header)
    const known = this.#remembered.get(key)
    if (known !== undefined && known.until > monotonic()) return known.actor
    const address = addressOf()
    const place = `${address} ${key}`
    // A program that opens many connections at once sends one credential, not many guesses.
    const running = this.#running.get(place) ?? this.#first(header, key, address)
    this.#running.set(place, running)
    return running.finally(() => this.#running.delete(place))
  }

  /** A keyed hash of a header; of another key in every process. */
  fingerprint(header: string | undefined): string {
    return header === undefined ? "" : sha256(this.#key + header).toString("latin1")
  }

  /** Grows with every change of accounts and rights, and each minute, so that nothing is remembered for long. */
  get epoch(): string {
    return `${this.#changes}.${Math.floor(monotonic() / 60_000)}`
  }

  /** Must follow every change of accounts or rights: permission changes bite at once. */
  forget(): void {
    this.#changes += 1
    this.#remembered.clear()
  }

  async #first(header: string, key: string, address: string): Promise<Actor> {
    const before = this.#changes
    const actor = await this.#verify(header, address)
    // An account that was removed while its password was checked must not be remembered.
    if (before !== this.#changes) return actor
    if (this.#remembered.size >= REMEMBERED_MOST) this.#remembered.clear()
    this.#remembered.set(key, { actor, until: monotonic() + REMEMBERED_MS })
    return actor
  }

  async #verify(header: string, address: string): Promise<Actor> {
    const credential = parseCredential(header)
    const row =
      credential?.scheme === "basic" && !isToken(credential.password)
        ? await this.#person(credential, address)
        : await this.#program(credential)
    if (row !== null) {
      this.#noteUse(row.key)
      return actorOf(row, await loadRights(this.#store, row.key))
    }
    if (credential !== null && tokenOf(credential) !== null) this.#brake.begin(NO_NAME, address)
    throw new ComityError("unauthenticated", "account.credentials-wrong")
  }

  /** An attempt counts from its beginning, so that guesses that come together are slowed like those in a row. */
  async #person({ name, password }: Basic, address: string): Promise<AccountRow | null> {
    const slowing = this.#brake.begin(name, address)
    const row = await findAccount(this.#store, name)
    const known = row?.kind === "person" ? row : null
    const right = await verifyPassword(password, known?.secret || decoyHash)
    if (right && known !== null) {
      this.#brake.release(name, address)
      return known
    }
    if (slowing) await this.#recordSlowing(name)
    return null
  }

  /** Nobody guesses 256 bits: a token is looked up first, so that a wrong one does not slow the others down. */
  async #program(credential: Basic | Bearer | null): Promise<AccountRow | null> {
    const token = credential === null ? null : tokenOf(credential)
    const row = token === null ? undefined : await findProgram(this.#store, tokenHash(token))
    if (row === undefined || (credential?.scheme === "basic" && credential.name !== row.name)) return null
    return row
  }

  /** For the review of access, once an hour. Nobody waits for it, and a full disk must not keep anybody from reading. */
  #noteUse(account: number): void {
    const now = monotonic()
    if ((this.#noted.get(account) ?? 0) > now) return
    this.#noted.set(account, now + NOTED_MS)
    void this.#store.write((tx) => saveUse(tx, account)).catch(() => {})
  }

  async #recordSlowing(subject: string): Promise<void> {
    const row = await findAccount(this.#store, subject)
    const by = row === undefined ? null : commitmentOf(row.salt, row.name)
    await this.#refusals.slowed(by)
  }
}

/** Many TAXII clients know Basic alone: a program's name and token open the same as its token as a bearer. */
function tokenOf(credential: Basic | Bearer): string | null {
  if (credential.scheme === "bearer") return credential.token
  return isToken(credential.password) ? credential.password : null
}

function isToken(text: string): boolean {
  return /^comity_[\w-]{43}$/.test(text)
}

function actorOf(row: AccountRow, rights: Actor["rights"]): Actor {
  return {
    account: row.id,
    kind: row.kind,
    admin: row.admin === 1,
    rights,
    use: { serves: row.serves, purpose: row.purpose },
    commitment: commitmentOf(row.salt, row.name),
  }
}

/** Basic (RFC 7617, UTF-8) or Bearer (RFC 6750); null for anything else. */
function parseCredential(header: string): Basic | Bearer | null {
  const [, scheme = "", value = ""] = /^(\w+) +([\w\-.~+/]+=*) *$/.exec(header) ?? []
  if (scheme.toLowerCase() === "bearer") return { scheme: "bearer", token: value }
  if (scheme.toLowerCase() !== "basic") return null
  const text = Buffer.from(value, "base64").toString("utf8")
  const colon = text.indexOf(":")
  return colon < 0 ? null : { scheme: "basic", name: text.slice(0, colon), password: text.slice(colon + 1) }
}
