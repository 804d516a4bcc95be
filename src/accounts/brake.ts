import { ComityError } from "../kernel/errors.ts"
import { monotonic } from "../kernel/time.ts"

type Failures = { count: number; until: number }

const FREE = 5
const LONGEST_S = 60
const FORGET_MS = 15 * 60_000
const SUBJECTS_MOST = 20_000

/**
 * Slows guessing down: after five wrong attempts for a name from one address the next must wait 1 s, 2 s, 4 s … up
 * to a minute. Counted by name and address (of IPv6: network), so that a stranger can't lock somebody out from elsewhere.
 */
export class Brake {
  readonly #failures = new Map<string, Failures>()

  /**
   * Counts an attempt when it begins: it is a wrong one until `release` says otherwise. Throws
   * `slow-down account.slowed` while the name must wait; true for the attempt that begins the slowing.
   */
  begin(subject: string, address: string): boolean {
    const key = keyOf(subject, address)
    const now = monotonic()
    const { count: before = 0, until = 0 } = this.#failures.get(key) ?? {}
    if (until > now) throw new ComityError("slow-down", "account.slowed", { seconds: Math.ceil((until - now) / 1000) })
    if (this.#failures.size >= SUBJECTS_MOST) this.#forgetOld()
    const count = before + 1
    const seconds = count < FREE ? 0 : Math.min(2 ** (count - FREE), LONGEST_S)
    this.#failures.set(key, { count, until: now + seconds * 1000 })
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
  return `${networkOf(address)} ${subject.slice(0, 256)}`
}

/** Of IPv6 the first 64 bits: whoever has one address there has all of them (RFC 7421). */
function networkOf(address: string): string {
  const [plain = ""] = address.split("%")
  if (!plain.includes(":")) return plain
  if (plain.includes(".")) return plain.slice(plain.lastIndexOf(":") + 1)
  const [before = "", after] = plain.split("::")
  const groups = before.split(":").filter((group) => group !== "")
  const last = after?.split(":").filter((group) => group !== "") ?? []
  const all = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - last.length)).fill("0"), ...last]
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16))
    .join(":")
}
