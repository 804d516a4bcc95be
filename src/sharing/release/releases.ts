import { setTimeout as pause } from "node:timers/promises"
import type { Diagnostics } from "../../kernel/diagnostics.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Clock, DAY, monotonic, plusMicroseconds } from "../../kernel/time.ts"
import type { Store } from "../../store/index.ts"
import type { Release } from "./model.ts"
import { deleteForgotten, findRelease, releasesUnderWay, updateRelease } from "./queries.ts"
import {
  type Chosen,
  type Deciding,
  endRelease,
  foresee,
  loadRelease,
  prepareRelease,
  releaseOn,
  startRelease,
} from "./releasing.ts"

/** How often a release that waits for a guarded log looks again. */
const GUARD_PAUSE_MS = 200

export type ReleasesParts = { store: Store; clock: Clock; diagnostics: Diagnostics }

/** How far a release is; `secondsLeft` null as long as nobody can tell. */
export type ReleaseProgress = { state: Release["state"]; done: number; total: number; secondsLeft: number | null }

type Job = { stop: boolean; progress: ReleaseProgress; over: Promise<void>; lets: "look" | "go" }

/**
 * Releases by people: what would become of the objects is told first, then a person decides, then it goes on whether or
 * not anybody looks, also after a restart. One at a time lets out; looking waits for nobody.
 */
export class Releases {
  readonly #parts: ReleasesParts
  readonly #jobs = new Map<string, Job>()
  #lastRun: Promise<void> = Promise.resolve()
  #changed = Promise.withResolvers<void>()
  #closed = false

  constructor(parts: ReleasesParts) {
    this.#parts = parts
  }

  /** After a start: what was being let out goes on, what was only being looked at has to be asked for again. */
  async resume(): Promise<void> {
    const { store, clock } = this.#parts
    await store.write((tx) => deleteForgotten(tx, plusMicroseconds(clock.now(), -DAY)))
    for (const release of await releasesUnderWay(store)) {
      if (release.state === "running") this.run(release)
      else await endRelease(store, release.id, "cancelled", null)
    }
  }

  /** Begins to look at what would become of these objects. */
  async prepare(chosen: Chosen): Promise<string> {
    const id = await prepareRelease(this.#parts.store, chosen, "looking")
    this.#look(await loadRelease(this.#parts.store, id))
    return id
  }

  /** Lets these objects out without looking first: each is judged all the same. */
  async begin(chosen: Chosen): Promise<string> {
    const id = await prepareRelease(this.#parts.store, chosen, "decided")
    await this.start(id, { by: chosen.by, officer: chosen.officer })
    return id
  }

  /** Lets out what was prepared. Throws `conflict release.state`. */
  async start(id: string, decided: Deciding): Promise<void> {
    this.run(await this.#parts.store.write((tx) => startRelease(tx, id, decided)))
  }

  /** Goes on with one that is running in the store. */
  run(release: Release): void {
    const before = this.#jobs.get(release.id)
    if (this.#closed || before?.lets === "go") return // what is written down goes on with the next start
    this.#begin(release, "go", (job) => {
      this.#lastRun = this.#lastRun.then(() => before?.over).then(() => this.#releaseAll(release, job))
      return this.#lastRun
    })
  }

  /** What went out stays out. */
  async cancel(id: string): Promise<void> {
    const job = this.#jobs.get(id)
    if (job !== undefined) {
      job.stop = true
      await job.over
    }
    await endRelease(this.#parts.store, id, "cancelled", null)
  }

  /** As it stands once it waits for a person or has ended. */
  async settled(id: string): Promise<Release> {
    await this.#jobs.get(id)?.over
    return loadRelease(this.#parts.store, id)
  }

  /** The same, but not for longer than so many milliseconds. */
  async settledSoon(id: string, milliseconds: number): Promise<void> {
    const patience = new AbortController()
    const over = this.#jobs.get(id)?.over
    if (over === undefined) return
    const timer = setTimeout(() => patience.abort(), milliseconds)
    await Promise.race([
      over,
      new Promise<void>((resolve) => patience.signal.addEventListener("abort", () => resolve())),
    ])
    clearTimeout(timer)
  }

  progress(release: Release): ReleaseProgress {
    const { state, settled, total } = release
    return this.#jobs.get(release.id)?.progress ?? { state, done: settled, total, secondsLeft: null }
  }

  /** How far it is, whenever that changed, until it waits for a person or has ended. */
  async *watch(id: string, gone: AbortSignal): AsyncGenerator<ReleaseProgress> {
    const left = new Promise<void>((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }))
    while (!gone.aborted) {
      const change = this.#changed.promise
      const job = this.#jobs.get(id)
      if (job === undefined) return
      yield job.progress
      await Promise.race([change, left])
    }
  }

  /** What is being let out stays under way in the store. */
  async close(): Promise<void> {
    this.#closed = true
    const jobs = [...this.#jobs.values()]
    for (const job of jobs) job.stop = true
    await Promise.all(jobs.map(({ over }) => over))
  }

  #look(release: Release): void {
    this.#begin(release, "look", async (job) => {
      const { store } = this.#parts
      await this.#guarded(release, async () => {
        let last = release
        for await (const foreseen of foresee(store, release, this.#parts.clock)) {
          if (job.stop) return
          last = foreseen
          this.#tell(job, release, foreseen)
          await breath()
        }
        await store.write(async (tx) => {
          const now = await findRelease(tx, release.id)
          if (now?.state === "looking") await updateRelease(tx, { ...last, state: "decided" })
        })
      })
    })
  }

  async #releaseAll(release: Release, job: Job): Promise<void> {
    await this.#guarded(release, async () => {
      while (!job.stop) {
        const now = await releaseOn(this.#parts.store, release.id).catch(guardedElseThrow)
        if (now === "guarded") {
          await pause(GUARD_PAUSE_MS) // after a restart it goes on once partners said that nothing is missing
          continue
        }
        if (now === null || now.state !== "running") return
        this.#tell(job, release, now)
        await breath()
      }
    })
  }

  #begin(release: Release, lets: Job["lets"], work: (job: Job) => Promise<void>): void {
    const { state, settled, total, id } = release
    const progress = { state, done: settled, total, secondsLeft: null }
    const job: Job = { stop: false, lets, progress, over: Promise.resolve() }
    this.#jobs.set(id, job)
    job.over = work(job).finally(() => {
      if (this.#jobs.get(id) === job) this.#jobs.delete(id)
      this.#wake()
    })
  }

  readonly #began = new WeakMap<Job, { at: number; done: number }>()

  #tell(job: Job, { state }: Release, { settled, total }: Release): void {
    const began = this.#began.get(job) ?? { at: monotonic(), done: settled }
    this.#began.set(job, began)
    const done = settled - began.done
    const secondsLeft = done === 0 ? null : ((monotonic() - began.at) / done / 1000) * (total - settled)
    job.progress = { state, done: settled, total, secondsLeft: secondsLeft === null ? null : Math.ceil(secondsLeft) }
    this.#wake()
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  /** A failure ends the release, never the node. */
  async #guarded({ id }: Release, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (this.#closed) return
      const code = error instanceof ComityError ? error.code : "internal"
      if (code === "internal") {
        const stack = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join(" ") : ""
        this.#parts.diagnostics.error("release.failed", { release: id, stack })
      }
      await endRelease(this.#parts.store, id, "failed", code)
    }
  }
}

function guardedElseThrow(error: unknown): "guarded" {
  if (error instanceof ComityError && error.code === "log.guarded") return "guarded"
  throw error
}

/** Others have their turn. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
