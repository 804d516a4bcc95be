import { countOfficers } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Clock, type Instant, monotonic } from "../../kernel/time.ts"
import { ownParty, type PartyId } from "../../parties/index.ts"
import { type Store, scan } from "../../store/index.ts"
import { releaseRefusals } from "../refusals/operations.ts"
import { lawFacts } from "../release/law-facts.ts"
import type { ReleaseFacts } from "../release/model.ts"
import { recipientFor } from "../release/recipients.ts"
import { type Terms, termsText } from "../terms/model.ts"
import type { TrialJob, TrialStep } from "./model.ts"

/** Terms that are tried, for these readers, beside those in force if there are any. */
export type TrialWish = {
  terms: Terms
  articles: ReleaseFacts["articles"]
  readers: readonly PartyId[]
  /** Under which the collection would stand; null where the text is not tabled yet. */
  agreement: string | null
  before: { terms: Terms; articles: ReleaseFacts["articles"] } | null
}

/** How far it is, of when, and how long it may still take, in seconds; null as long as nobody can tell. */
export type Trial = { at: Instant; step: TrialStep | null; left: number | null; failed: boolean }

type Job = { trial: Trial; began: number; stop: boolean; over: Promise<void> }

/** Each is a thread of its own. */
const UNDER_WAY_MOST = 2
const KEPT_MOST = 20
/** Microseconds for which a result is shown again; the moment stands beside it. */
const KEPT = 10 * 60 * 1_000_000

/**
 * What terms would let out of one's own library, before anybody signs them: every object is decided on, nothing is
 * written and nothing leaves. It goes on whether or not anybody looks, in a thread of its own.
 */
export class Trials {
  readonly #parts: { store: Store; database: string; clock: Clock }
  readonly #jobs = new Map<string, Job>()

  constructor(parts: { store: Store; database: string; clock: Clock }) {
    this.#parts = parts
  }

  /** Begins it, or goes on with the one that is under way or is not older than some minutes. Throws `unavailable http.busy`. */
  async look(wish: TrialWish): Promise<Trial> {
    const name = nameOf(wish)
    const now = this.#parts.clock.now()
    const known = this.#jobs.get(name)
    if (known !== undefined && !known.stop && now - known.trial.at < KEPT) return known.trial
    const job = await this.#jobFor(wish, now)
    this.#tidy()
    const begun: Job = {
      trial: { at: now, step: null, left: null, failed: false },
      began: monotonic(),
      stop: false,
      over: Promise.resolve(),
    }
    this.#jobs.set(name, begun)
    begun.over = this.#run(begun, job)
    return begun.trial
  }

  /** The same once it is over, but not later than after so many milliseconds. */
  async lookFor(wish: TrialWish, milliseconds: number): Promise<Trial> {
    await this.look(wish)
    const job = this.#jobs.get(nameOf(wish))
    if (job === undefined) return this.look(wish)
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, milliseconds)
    await Promise.race([job.over, promise])
    clearTimeout(timer)
    return job.trial
  }

  /** What was found until then is forgotten. */
  async cancel(wish: TrialWish): Promise<void> {
    const job = this.#jobs.get(nameOf(wish))
    if (job === undefined) return
    job.stop = true
    await job.over
    this.#jobs.delete(nameOf(wish))
  }

  async close(): Promise<void> {
    for (const job of this.#jobs.values()) job.stop = true
    await Promise.all([...this.#jobs.values()].map(({ over }) => over))
  }

  async #jobFor({ terms, articles, readers, agreement, before }: TrialWish, time: Instant): Promise<TrialJob> {
    const { store } = this.#parts
    const audience = await Promise.all(readers.map((party) => recipientFor(store, party)))
    const facts: ReleaseFacts = {
      // As an officer would let it out, into a collection that is in use already.
      ...{ actor: { is: "person", officer: true, by: "" }, officers: await countOfficers(store), first: false },
      ...{ collection: { kind: "shared", closedAt: null, agreement }, again: false, urgent: null, articles },
      ...{ audience, refusals: await releaseRefusals(store) },
      law: await lawFacts(store, audience, [terms, before?.terms ?? null], time),
    }
    const self = (await ownParty(store))?.id ?? ""
    return { terms, before: before?.terms ?? null, facts, articlesBefore: before?.articles ?? {}, self, time }
  }

  async #run(job: Job, order: TrialJob): Promise<void> {
    try {
      const steps = scan<TrialStep>(new URL("./worker.ts", import.meta.url), this.#parts.database, order)
      for await (const step of steps) {
        if (job.stop) return
        const spent = (monotonic() - job.began) / 1000
        const left = step.done === 0 ? null : Math.ceil((spent / step.done) * (step.total - step.done))
        job.trial = { ...job.trial, step, left }
      }
    } catch {
      job.trial = { ...job.trial, failed: true } // asked for again, it is tried again
      job.stop = true
    }
  }

  #tidy(): void {
    const all = [...this.#jobs]
    const going = all.filter(([, { trial, stop }]) => !stop && trial.step?.over !== true)
    if (going.length >= UNDER_WAY_MOST) throw new ComityError("unavailable", "http.busy")
    const resting = all.filter(([, { trial }]) => trial.step?.over === true)
    for (const [name] of resting.slice(0, Math.max(0, all.length - KEPT_MOST))) this.#jobs.delete(name)
  }
}

function nameOf({ terms, readers, agreement, before }: TrialWish): string {
  return JSON.stringify([
    termsText(terms),
    readers.toSorted(),
    agreement,
    before === null ? null : termsText(before.terms),
  ])
}
