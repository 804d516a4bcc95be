import { ComityError } from "../../kernel/errors.ts"
import { newUuid } from "../../kernel/ids.ts"
import { type Instant, monotonic } from "../../kernel/time.ts"
import { type GatheringParts, preview } from "./gatherings.ts"
import type { Gathered, GatherWish } from "./model.ts"

/** How far it is, of when, and how long it may still take, in seconds; null as long as nobody can tell. */
export type Preview = {
  /** By which a page asks how far it is. */
  id: string
  at: Instant
  done: number
  total: number
  left: number | null
  gathered: Gathered | null
  failed: boolean
}

type Job = { preview: Preview; began: number; stop: AbortController; over: Promise<void> }

/** Each is a thread of its own. */
const UNDER_WAY_MOST = 2
const KEPT_MOST = 20
/** Microseconds for which a result is shown again; the moment stands beside it. */
const KEPT = 10 * 60 * 1_000_000

/** What would be used of a list for some partners: goes on whether or not anybody looks, and is shown again for a while. */
export class Previews {
  readonly #parts: GatheringParts
  readonly #jobs = new Map<string, Job>()
  #changed = Promise.withResolvers<void>()

  constructor(parts: GatheringParts) {
    this.#parts = parts
  }

  /** Begins it, or goes on with the one that is under way or is not older than some minutes. Throws `unavailable http.busy`. */
  look(wish: GatherWish): Preview {
    const name = JSON.stringify(wish)
    const now = this.#parts.clock.now()
    const known = this.#jobs.get(name)
    if (known !== undefined && !known.preview.failed && now - known.preview.at < KEPT) return known.preview
    this.#tidy()
    const fresh = { id: newUuid(), at: now, done: 0, total: 0, left: null, gathered: null, failed: false }
    const job: Job = { preview: fresh, began: monotonic(), stop: new AbortController(), over: Promise.resolve() }
    this.#jobs.set(name, job)
    job.over = this.#run(job, wish)
    return job.preview
  }

  /** The same once it is over, but not later than after so many milliseconds. */
  async lookFor(wish: GatherWish, milliseconds: number): Promise<Preview> {
    this.look(wish)
    const job = this.#jobs.get(JSON.stringify(wish))
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, milliseconds)
    await Promise.race([job?.over, promise])
    clearTimeout(timer)
    return job?.preview ?? this.look(wish)
  }

  /** How far one is, whenever that changed, until it is over or nobody looks. */
  async *watch(id: string, gone: AbortSignal): AsyncGenerator<Preview> {
    const left = new Promise<void>((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }))
    while (!gone.aborted) {
      const change = this.#changed.promise
      const preview = [...this.#jobs.values()].map((job) => job.preview).find((one) => one.id === id)
      if (preview === undefined || preview.gathered !== null || preview.failed) return
      yield preview
      await Promise.race([change, left])
    }
  }

  /** What was found until then is forgotten. */
  async cancel(wish: GatherWish): Promise<void> {
    const name = JSON.stringify(wish)
    const job = this.#jobs.get(name)
    job?.stop.abort()
    await job?.over
    this.#jobs.delete(name)
  }

  async close(): Promise<void> {
    for (const { stop } of this.#jobs.values()) stop.abort()
    await Promise.all([...this.#jobs.values()].map(({ over }) => over))
  }

  async #run(job: Job, wish: GatherWish): Promise<void> {
    const progress = (done: number, total: number) => {
      const spent = (monotonic() - job.began) / 1000
      const left = done === 0 ? null : Math.ceil((spent / done) * (total - done))
      job.preview = { ...job.preview, done, total, left }
      this.#tell()
    }
    try {
      const gathered = await preview(this.#parts, wish, { signal: job.stop.signal, progress })
      job.preview = { ...job.preview, gathered }
    } catch {
      job.preview = { ...job.preview, failed: true } // asked for again, it is tried again
    }
    this.#tell()
  }

  #tell(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  #tidy(): void {
    const all = [...this.#jobs]
    const going = all.filter(([, { preview: one }]) => one.gathered === null && !one.failed)
    if (going.length >= UNDER_WAY_MOST) throw new ComityError("unavailable", "http.busy")
    const resting = all.filter(([, { preview: one }]) => one.gathered !== null || one.failed)
    for (const [name] of resting.slice(0, Math.max(0, all.length - KEPT_MOST))) this.#jobs.delete(name)
  }
}
