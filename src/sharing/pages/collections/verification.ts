import { type Clock, type Instant, monotonic } from "../../../kernel/time.ts"
import type { LogReport, VerifyStep } from "../../../library/index.ts"

/** What was found in a log, and when. Kept in memory: a restart forgets it, the log itself does not. */
export type Verdict = { at: Instant; report: LogReport }

/** How the last verification that somebody asked for stands. */
export type Verification =
  | { is: "waiting" }
  | { is: "running"; done: number; of: number; milliseconds: number }
  | { is: "verified"; verdict: Verdict }
  /** Somebody stopped it, or its thread could not go on. */
  | { is: "stopped"; at: Instant }
  | { is: "failed"; at: Instant }

/** Verifies one log; `name` is a collection's id, `ledger` or `keys`. */
export type VerifyLog = (name: string) => AsyncIterable<VerifyStep>

type Job = { name: string; done: number; of: number; since: number; stop: boolean }

/**
 * Verifies logs that people asked for, one at a time: it takes a core for a while. Who asks for a log that is being
 * verified, or waits for it, joins. It goes on when the page is closed.
 */
export class Verifications {
  readonly #verify: VerifyLog
  readonly #clock: Clock
  readonly #onFailure: (error: unknown) => void
  readonly #waiting: Job[] = []
  readonly #verdicts = new Map<string, Verdict>()
  readonly #ends = new Map<string, Verification>()
  #running: Job | null = null
  #work: Promise<void> = Promise.resolve()
  #changed = Promise.withResolvers<void>()

  constructor(parts: { verify: VerifyLog; clock: Clock; onFailure: (error: unknown) => void }) {
    this.#verify = parts.verify
    this.#clock = parts.clock
    this.#onFailure = parts.onFailure
  }

  begin(name: string): void {
    if (this.#jobOf(name) !== undefined) return
    this.#waiting.push({ name, done: 0, of: 0, since: 0, stop: false })
    this.#tell()
    if (this.#running === null) this.#work = this.#runAll()
  }

  /** For everybody who joined; they can begin anew. */
  cancel(name: string): void {
    const job = this.#jobOf(name)
    if (job === undefined) return
    job.stop = true
    const at = this.#waiting.indexOf(job)
    if (at >= 0) this.#end(this.#waiting.splice(at, 1)[0] as Job, { is: "stopped", at: this.#clock.now() })
  }

  state(name: string): Verification | null {
    const job = this.#jobOf(name)
    if (job === undefined) return this.#ends.get(name) ?? null
    if (job !== this.#running) return { is: "waiting" }
    const { done, of, since } = job
    return { is: "running", done, of, milliseconds: monotonic() - since }
  }

  /** The last one that came to an end, however those after it stand. */
  verdict(name: string): Verdict | null {
    return this.#verdicts.get(name) ?? null
  }

  /** How it stands, and again with each step, until it is over or nobody listens. */
  async *follow(name: string, gone: AbortSignal): AsyncGenerator<Verification | null> {
    const left = new Promise<void>((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }))
    while (!gone.aborted) {
      const change = this.#changed.promise
      const state = this.state(name)
      yield state
      if (state?.is !== "running" && state?.is !== "waiting") return
      await Promise.race([change, left])
    }
  }

  /** Ends what is under way; the node stops. */
  async close(): Promise<void> {
    for (const { name } of [...this.#waiting, ...(this.#running === null ? [] : [this.#running])]) this.cancel(name)
    await this.#work
  }

  #jobOf(name: string): Job | undefined {
    return this.#running?.name === name ? this.#running : this.#waiting.find((job) => job.name === name)
  }

  async #runAll(): Promise<void> {
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      this.#running = job
      job.since = monotonic()
      const end = await this.#run(job)
      this.#running = null
      this.#end(job, end)
    }
  }

  async #run(job: Job): Promise<Verification> {
    try {
      let verdict: Verdict | null = null
      for await (const step of this.#verify(job.name)) {
        if (job.stop) break
        if ("report" in step) verdict = { at: this.#clock.now(), report: step.report }
        else Object.assign(job, { done: step.done, of: step.of })
        this.#tell()
      }
      return verdict === null ? { is: "stopped", at: this.#clock.now() } : { is: "verified", verdict }
    } catch (error) {
      this.#onFailure(error)
      return { is: "failed", at: this.#clock.now() }
    }
  }

  #end({ name }: Job, end: Verification): void {
    this.#ends.set(name, end)
    if (end.is === "verified") this.#verdicts.set(name, end.verdict)
    this.#tell()
  }

  #tell(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
