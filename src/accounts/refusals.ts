import { monotonic } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Store } from "../store/index.ts"
import type { Method } from "./model.ts"

const QUIET_MS = 60 * 60_000
const KNOWN_MOST = 10_000
/** Wrong credentials that are told one by one within an hour; the rest is told as one. */
const WRONG_MOST = 200

/**
 * Puts refusals into the node's ledger: who was refused what. The same once an hour, since a program that asks for
 * what it may not have asks again every minute, and evidence must not be a way to fill the disk.
 */
export class Refusals {
  readonly #store: Store
  readonly #noted = new Map<string, number>()
  /** Apart, so that guesses at names that nobody has do not crowd out what concerns an account. */
  readonly #wrong = { nobody: { count: 0, until: 0 }, accounts: { count: 0, until: 0 } }

  constructor(store: Store) {
    this.#store = store
  }

  async note(by: string, what: string): Promise<void> {
    if (!this.#isNew(`${by} ${what}`)) return
    await this.#store.write((tx) => record(tx, { what: "access.refused", by, facts: { route: what } }))
  }

  /**
   * A wrong credential: the first for an account (or for names that nobody has, `by` null) from an address, and no more
   * in an hour than somebody could read. `reason` says it where it is not simply wrong.
   */
  async wrong(by: string | null, method: Method, address: string, reason = "wrong"): Promise<void> {
    if (!this.#isNew(`${by} ${method} ${reason} ${address}`)) return
    const now = monotonic()
    const told = by === null ? this.#wrong.nobody : this.#wrong.accounts
    if (told.until < now) Object.assign(told, { count: 0, until: now + QUIET_MS })
    told.count += 1
    if (told.count > WRONG_MOST + 1) return
    const facts = told.count > WRONG_MOST ? { reason: "many" } : { method, reason }
    await this.#store.write((tx) => record(tx, { what: "sign-in.refused", by, facts }))
  }

  /** Guesses at an account (`by` null: at a name that nobody has) are slowed; once an hour, from wherever they come. */
  async slowed(by: string | null): Promise<void> {
    if (!this.#isNew(`slowed ${by}`)) return
    await this.#store.write((tx) => record(tx, { what: "account.slowed", by, facts: {} }))
  }

  #isNew(key: string): boolean {
    const now = monotonic()
    if ((this.#noted.get(key) ?? 0) > now) return false
    if (this.#noted.size >= KNOWN_MOST) this.#noted.clear()
    this.#noted.set(key, now + QUIET_MS)
    return true
  }
}
