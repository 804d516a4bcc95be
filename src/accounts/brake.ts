import { ComityError } from "../kernel/errors.ts"
import { monotonic } from "../kernel/time.ts"

type Failures = { count: number; until: number }

const FREE = 5
const LONGEST_S = 60
const FORGET_MS = 15 * 60_000
const SUBJECTS_MOST = 20_000

/**
 * Slows guessing down: after five wrong attempts for a name from one address the next must wait 1 s, 2 s, 4 s … up
 * to a minute. Counted by name and address, so that a stranger can't lock somebody out from elsewhere.
 */
export class Brake {
  readonly #failures = new Map<string, Failures>()

  /** Throws `slow-down account.slowed` while the name must wait. */
  check(subject: string, address: string): void {
    const wait = (this.#failures.get(keyOf(subject, address))?.until ?? 0) - monotonic()
    if (wait > 0) throw new ComityError("slow-down", "account.slowed", { seconds: Math.ceil(wait / 1000) })
  }

  /** Notes a wrong attempt; true when it is the one that begins the slowing. */
  press(subject: string, address: string): boolean {
    if (this.#failures.size >= SUBJECTS_MOST) this.#forgetOld()
    const key = keyOf(subject, address)
    const count = (this.#failures.get(key)?.count ?? 0) + 1
    const seconds = count < FREE ? 0 : Math.min(2 ** (count - FREE), LONGEST_S)
    this.#failures.set(key, { count, until: monotonic() + seconds * 1000 })
    return count === FREE
  }

  release(subject: string, address: string): void {
    this.#failures.delete(keyOf(subject, address))
  }

  #forgetOld(): void {
    const limit = monotonic() - FORGET_MS
    for (const [key, { until }] of this.#failures) if (until < limit) this.#failures.delete(key)
    if (this.#failures.size >= SUBJECTS_MOST) this.#failures.clear()
  }
}

function keyOf(subject: string, address: string): string {
  return `${address} ${subject.slice(0, 256)}`
}
