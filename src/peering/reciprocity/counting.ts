import { ComityError } from "../../kernel/errors.ts"
import type { Clock, Instant } from "../../kernel/time.ts"
import type { Again, AgainPage, AgainQuery } from "../../library/index.ts"
import { scan } from "../../store/index.ts"
import type { Counted, CountJob } from "./counting-worker.ts"
import { beginningOf, type Days, type Figures, type Report, SPANS, seenAgainOf } from "./model.ts"

export type CountingOptions = {
  /** Path of the database. */
  database: string
  clock: Clock
  /** What the index tells; null where there is none. */
  seenAgain: ((query: AgainQuery) => Promise<AgainPage>) | null
}

/** Objects of one partner that are looked for in what came after: more would keep the index busy for seconds. */
export const LOOK_MOST = 20_000
const PAGE = 250
/** So many partners of a list are read by one thread before the first of them are shown. */
const AT_ONCE = 8
/** Microseconds for which pages show what was counted before: the moment stands beside it. */
const KEPT = 5 * 60 * 1_000_000

/**
 * Counts what went between this node and its partners, in a thread that comes with the question and goes with the
 * answer. What pages ask is kept for some minutes.
 */
export class Counting {
  readonly #options: CountingOptions
  readonly #kept = new Map<string, { at: Instant; report: Promise<Report> }>()

  constructor(options: CountingOptions) {
    this.#options = options
  }

  /** Counts now, in the order of the parties. */
  async *count(parties: readonly string[], spans: readonly Days[]): AsyncGenerator<Report> {
    const { database, clock } = this.#options
    const now = clock.now()
    const beginnings = spans.map((days) => beginningOf(days, now))
    const job: CountJob = { parties, beginnings, now }
    const counted: Counted[] = []
    // To the end before the index is asked: what is read is of one moment, and that is not kept open longer than needed.
    for await (const one of scan<Counted>(new URL("./counting-worker.ts", import.meta.url), database, job)) {
      counted.push(one)
    }
    for (const { party, figures } of counted) {
      const again = await this.#seenAgain(party, beginnings)
      yield { party, at: now, figures: figures.map((one, i) => joined(spans[i] ?? null, one, again?.[i] ?? null)) }
    }
  }

  /** One party, now, for all spans. */
  async one(party: string): Promise<Report> {
    for await (const report of this.count([party], SPANS)) return report
    throw new Error(`${party} was not counted`)
  }

  /** For pages: all spans, of now or of some minutes ago, each as soon as it is counted. */
  recent(parties: readonly string[]): Promise<Report>[] {
    const now = this.#options.clock.now()
    for (const [party, { at }] of this.#kept) if (now - at > KEPT || now < at) this.#kept.delete(party)
    const missing = parties.filter((party) => !this.#kept.has(party))
    if (missing.length > 0) this.#begin(missing, now)
    return parties.map((party) => (this.#kept.get(party) as { report: Promise<Report> }).report)
  }

  #begin(parties: readonly string[], now: Instant): void {
    const waiting = new Map(parties.map((party) => [party, Promise.withResolvers<Report>()]))
    for (const [party, { promise }] of waiting) {
      this.#kept.set(party, { at: now, report: promise })
      promise.catch(() => this.#kept.delete(party)) // the next who asks tries again
    }
    const run = async () => {
      for (let at = 0; at < parties.length; at += AT_ONCE) {
        const some = this.count(parties.slice(at, at + AT_ONCE), SPANS)
        for await (const report of some) waiting.get(report.party)?.resolve(report)
      }
    }
    run().catch((error: unknown) => {
      for (const { reject } of waiting.values()) reject(error)
    })
  }

  /** One for each beginning; null where the index could not answer. */
  async #seenAgain(party: string, beginnings: readonly Instant[]) {
    const { seenAgain } = this.#options
    if (seenAgain === null) return null
    const objects: Again[] = []
    let last: AgainPage = { objects: [], next: null, behind: 0 }
    try {
      for (let pages = 0; pages === 0 || (last.next !== null && pages < LOOK_MOST / PAGE); pages++) {
        last = await seenAgain({ party, before: last.next, limit: PAGE })
        objects.push(...last.objects)
      }
    } catch (error) {
      if (error instanceof ComityError && error.kind === "unavailable") return null
      throw error
    }
    const rest = last.next === null ? null : Math.max(...last.objects.map(({ since }) => since))
    return beginnings.map((beginning) =>
      seenAgainOf(objects, beginning, { cut: rest !== null && rest >= beginning, atLeast: last.behind > 0 }),
    )
  }
}

function joined(days: Days, figures: Counted["figures"][number], seenAgain: Figures["seenAgain"]): Figures {
  return { days, ...figures, seenAgain }
}
