import { monotonic } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Store } from "../store/index.ts"

const QUIET_MS = 60 * 60_000
const KNOWN_MOST = 10_000

/**
 * Puts refusals into the node's ledger: who was refused what. The same once an hour, since a program that asks for
 * what it may not have asks again every minute, and evidence must not be a way to fill the disk.
 */
export class Refusals {
  readonly #store: Store
  readonly #noted = new Map<string, number>()

  constructor(store: Store) {
    this.#store = store
  }

  async note(by: string, what: string): Promise<void> {
    const key = `${by} ${what}`
    const now = monotonic()
    if ((this.#noted.get(key) ?? 0) > now) return
    if (this.#noted.size >= KNOWN_MOST) this.#noted.clear()
    this.#noted.set(key, now + QUIET_MS)
    await this.#store.write((tx) => record(tx, { what: "access.refused", by, facts: { route: what } }))
  }
}
