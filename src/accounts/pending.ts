import { z } from "zod"
import { isTagOf, tagOf } from "../crypto/index.ts"
import { random } from "../kernel/hash.ts"
import { newUuid } from "../kernel/ids.ts"
import { type Clock, type Instant, plusMicroseconds } from "../kernel/time.ts"

export const PENDING_SECONDS = 10 * 60
const USED_MOST = 20_000

const Ticket = z.object({ id: z.string(), until: z.number(), facts: z.unknown() })

/**
 * What a browser is in the middle of: the challenge it must answer, the errand it was sent on. The browser itself keeps
 * it, signed with a key of this process, so that strangers who begin and never end cost nothing. Taken once, and only
 * for some minutes.
 */
export class Pending {
  readonly #clock: Clock
  readonly #key = random(32)
  readonly #used = new Map<string, Instant>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The value of the cookie. */
  open(facts: unknown, seconds: number = PENDING_SECONDS): string {
    const until = plusMicroseconds(this.#clock.now(), seconds * 1_000_000)
    const text = Buffer.from(JSON.stringify({ id: newUuid(), until, facts })).toString("base64url")
    return `${text}.${tagOf(this.#key, text)}`
  }

  /** Null if it is not ours, too old, of another purpose, or was taken before. */
  take<Facts>(value: string | undefined, schema: z.ZodType<Facts>): Facts | null {
    const [text = "", tag = ""] = (value ?? "").split(".")
    if (!isTagOf(this.#key, text, tag)) return null
    const { id, until, facts } = Ticket.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")))
    const found = schema.safeParse(facts)
    if (!found.success || until <= this.#clock.now() || this.#used.has(id)) return null
    this.#remember(id, until as Instant)
    return found.data
  }

  #remember(id: string, until: Instant): void {
    const now = this.#clock.now()
    for (const [old, end] of this.#used) {
      if (end > now && this.#used.size < USED_MOST) break
      this.#used.delete(old)
    }
    this.#used.set(id, until)
  }
}
