import { decoyHash, verifyPassword } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { random, sha256 } from "../kernel/hash.ts"
import { monotonic } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Store } from "../store/index.ts"
import { Brake } from "./brake.ts"
import { type Actor, commitmentOf } from "./model.ts"
import { tokenHash } from "./operations.ts"
import { type AccountRow, findAccount, findProgram, loadRights } from "./queries.ts"

type Credential = { scheme: "basic"; name: string; password: string } | { scheme: "bearer"; token: string }

const REMEMBERED_MS = 5 * 60_000
const REMEMBERED_MOST = 10_000

/**
 * Turns an `Authorization` header into an actor. A verified header is remembered for five minutes by a keyed hash
 * (never the password), so that argon2id is paid once and not at each request of a program.
 */
export class Authenticator {
  readonly #store: Store
  readonly #key = random(32).toString("latin1")
  readonly #remembered = new Map<string, { actor: Actor; until: number }>()
  readonly #brake = new Brake()
  #changes = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** Throws `unauthenticated` without a valid credential, `slow-down` after too many wrong ones. */
  async authenticate(header: string | undefined, addressOf: () => string): Promise<Actor> {
    if (header === undefined) throw new ComityError("unauthenticated", "account.credentials-missing")
    const key = this.fingerprint(header)
    const known = this.#remembered.get(key)
    if (known !== undefined && known.until > monotonic()) return known.actor
    const actor = await this.#verify(header, addressOf())
    if (this.#remembered.size >= REMEMBERED_MOST) this.#remembered.clear()
    this.#remembered.set(key, { actor, until: monotonic() + REMEMBERED_MS })
    return actor
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

  async #verify(header: string, address: string): Promise<Actor> {
    const credential = parseCredential(header)
    const subject = credential?.scheme === "basic" ? credential.name : "bearer"
    this.#brake.check(subject, address)
    const row = credential === null ? null : await this.#find(credential)
    if (row !== null) {
      this.#brake.release(subject, address)
      return actorOf(row, await loadRights(this.#store, row.key))
    }
    if (this.#brake.press(subject, address)) await this.#recordSlowing(subject)
    throw new ComityError("unauthenticated", "account.credentials-wrong")
  }

  async #find(credential: Credential): Promise<AccountRow | null> {
    if (credential.scheme === "bearer") return (await findProgram(this.#store, tokenHash(credential.token))) ?? null
    const row = await findAccount(this.#store, credential.name)
    if (row === undefined || row.kind !== "person") {
      await verifyPassword(credential.password, decoyHash)
      return null
    }
    return (await verifyPassword(credential.password, row.secret)) ? row : null
  }

  async #recordSlowing(subject: string): Promise<void> {
    const row = await findAccount(this.#store, subject)
    const by = row === undefined ? null : commitmentOf(row.salt, row.name)
    await this.#store.write((tx) => record(tx, { what: "account.slowed", by, facts: {} }))
  }
}

function actorOf(row: AccountRow, rights: Actor["rights"]): Actor {
  return {
    account: row.id,
    kind: row.kind,
    admin: row.admin === 1,
    rights,
    commitment: commitmentOf(row.salt, row.name),
  }
}

/** Basic (RFC 7617, UTF-8) or Bearer (RFC 6750); null for anything else. */
function parseCredential(header: string): Credential | null {
  const [, scheme = "", value = ""] = /^(\w+) +([\w\-.~+/]+=*) *$/.exec(header) ?? []
  if (scheme.toLowerCase() === "bearer") return { scheme: "bearer", token: value }
  if (scheme.toLowerCase() !== "basic") return null
  const text = Buffer.from(value, "base64").toString("utf8")
  const colon = text.indexOf(":")
  return colon < 0 ? null : { scheme: "basic", name: text.slice(0, colon), password: text.slice(colon + 1) }
}
