import { Worker } from "node:worker_threads"
import type { Provider, Suite } from "../../crypto/matching/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Answer, type Job, perform } from "./jobs.ts"

/** What a stage of a run works with: threads, who may stop it, and who is told how far it is (elements). */
export type Work = {
  readonly pool: Pool
  readonly signal?: AbortSignal
  readonly progress?: (done: number, total: number) => void
}

type Waiting = { job: Job; resolve: (value: unknown) => void; reject: (error: unknown) => void }
type Bench = { worker: Worker; waiting: Map<number, Waiting> }

/** Of one thread: a partner's list that makes it larger ends that thread, not the node. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 }
/** Threads that had nothing to do for so long are given back. */
const IDLE_MS = 5000
/** Jobs that lie with one thread, so that it never waits for the next. */
const AHEAD = 2

/** Threads that compute for all runs of this node. They start with the first order; without `workers` all is done here. */
export class Pool {
  readonly workers: number
  readonly #provider: Provider | undefined
  readonly #benches: Bench[] = []
  readonly #queue: Waiting[] = []
  #idle: NodeJS.Timeout | null = null
  #here: Promise<Suite> | null = null
  #orders = 0
  #closed = false

  /** `suite`: for what is done here. */
  constructor(options: { workers: number; provider?: Provider; suite?: Suite }) {
    this.workers = options.workers
    this.#provider = options.provider
    if (options.suite !== undefined) this.#here = Promise.resolve(options.suite)
  }

  /** Jobs that are worth having under way at a time. */
  get width(): number {
    return Math.max(1, this.workers * AHEAD)
  }

  /** Throws `invalid match.…` for what a partner sent, `unavailable worker.gone`. Keys in a job are copied, and wiped there. */
  async run(job: Job): Promise<unknown> {
    if (this.#closed) throw new ComityError("unavailable", "worker.gone")
    if (this.workers === 0) return this.#doHere(job)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#queue.push({ job, resolve, reject })
    this.#hand()
    return promise
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#end()
  }

  async #doHere(job: Job): Promise<unknown> {
    this.#here ??= import("../../crypto/matching/index.ts").then(({ openSuite }) => openSuite(this.#provider))
    return perform(await this.#here, structuredClone(job))
  }

  #hand(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
    while (this.#queue.length > 0) {
      const bench = this.#free()
      if (bench === null) return
      const next = this.#queue.shift() as Waiting
      const order = this.#orders++
      bench.waiting.set(order, next)
      bench.worker.ref()
      bench.worker.postMessage({ order, job: next.job })
    }
    if (this.#benches.every(({ waiting }) => waiting.size === 0)) {
      this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref()
    }
  }

  #free(): Bench | null {
    const least = this.#benches.toSorted((a, b) => a.waiting.size - b.waiting.size)[0]
    if (least?.waiting.size === 0) return least
    if (this.#benches.length < this.workers) return this.#start()
    return least !== undefined && least.waiting.size < AHEAD ? least : null
  }

  #start(): Bench {
    const worker = new Worker(new URL("./pool-worker.ts", import.meta.url), {
      workerData: { provider: this.#provider },
      resourceLimits: LIMITS,
    })
    const bench: Bench = { worker, waiting: new Map() }
    worker.on("message", (answer: Answer) => this.#take(bench, answer))
    worker.on("error", (error) => this.#lose(bench, error))
    worker.on("exit", () => this.#lose(bench, undefined))
    this.#benches.push(bench)
    return bench
  }

  #take(bench: Bench, answer: Answer): void {
    const waiting = bench.waiting.get(answer.order)
    bench.waiting.delete(answer.order)
    if (bench.waiting.size === 0) bench.worker.unref()
    if ("value" in answer) waiting?.resolve(answer.value)
    else waiting?.reject("bug" in answer ? answer.bug : new ComityError("invalid", answer.failed.code))
    this.#hand()
  }

  #lose(bench: Bench, cause: unknown): void {
    const place = this.#benches.indexOf(bench)
    if (place >= 0) this.#benches.splice(place, 1)
    const lost = [...bench.waiting.values()]
    bench.waiting.clear()
    for (const { reject } of lost) reject(new ComityError("unavailable", "worker.gone", {}, cause))
    if (!this.#closed) this.#hand()
  }

  async #end(): Promise<void> {
    const ending = this.#benches.splice(0)
    for (const { reject } of this.#closed ? this.#queue.splice(0) : []) {
      reject(new ComityError("unavailable", "worker.gone"))
    }
    await Promise.all(ending.map(({ worker }) => worker.terminate()))
  }
}

/** Does a job for each of these, several at a time; what they give is kept in their order. */
export async function inOrder<Each>(
  { pool, signal, progress }: Work,
  each: readonly Each[],
  steps: { size(one: Each): number; job(one: Each): Promise<Job>; keep(value: Uint8Array, one: Each): Promise<void> },
  before = 0,
): Promise<void> {
  const total = before + each.reduce((sum, one) => sum + steps.size(one), 0)
  const underWay: Promise<unknown>[] = []
  let [asked, done] = [0, before]
  for (const one of each) {
    while (asked < each.length && underWay.length < pool.width) {
      const next = each[asked++] as Each
      const value = steps.job(next).then((job) => pool.run(job))
      value.catch(() => {}) // whoever waits for it is told
      underWay.push(value)
    }
    const value = await underWay.shift()
    signal?.throwIfAborted()
    if (!(value instanceof Uint8Array)) throw new TypeError("no bytes")
    await steps.keep(value, one)
    done += steps.size(one)
    progress?.(done, total)
  }
}
