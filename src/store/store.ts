import { statSync } from "node:fs"
import { Worker } from "node:worker_threads"
import sql, { type Sql } from "sql-template-tag"
import { type Clock, monotonic } from "../kernel/time.ts"
import { BUSY_MS, Connection } from "./connection.ts"
import { isBusy, isFatal, isFull, translated } from "./failures.ts"
import { FarReader } from "./far-reader.ts"
import { migrate } from "./migrations.ts"
import type { Reader, Tx } from "./transaction.ts"

export type StoreOptions = {
  /** Path of the database file. */
  path: string
  clock: Clock
  /** Runs last in every transaction that wrote; the ledger signs its checkpoints here. */
  beforeCommit: (tx: Tx) => Promise<void>
  /** Called once when the disk can't be trusted any more; must end the process. */
  onFatal: (error: unknown) => void
  /** Quota in MiB; 0 = as much as the disk holds. */
  maxMib: number
}

type Job = { run: (tx: Tx) => Promise<unknown>; resolve: (value: unknown) => void; reject: (error: unknown) => void }

const SLICE_MS = 8
const COMMITS_BETWEEN_LOOKS = 4
const PASSIVE_BYTES = 8 * 1024 * 1024
const TRUNCATE_BYTES = 64 * 1024 * 1024

/**
 * The one writer of a data folder, and a reader beside it. Writes queue up; those that wait together share one
 * transaction and one fsync (group commit), and each promise resolves when its effect is durable.
 */
export class Store implements Reader {
  readonly #writer: Connection
  readonly #reader: Connection
  readonly #options: StoreOptions
  readonly #queue: Job[] = []
  /** Comes when the WAL has first grown: most nodes rest for longer than it takes to start a thread. */
  #checkpointer: Worker | null = null
  /** The same data read in another thread: for large results. */
  readonly far: FarReader
  #draining: Promise<void> | null = null
  #checkpointing = false
  /** The checkpoint thread has just been through: there is little left to copy. */
  #copied = false
  #closed = false
  #queries = 0
  #commits = 0

  constructor(options: StoreOptions) {
    this.#options = options
    this.#writer = new Connection(options.path, { readOnly: false, cacheMib: 8 })
    this.#writer.exec("pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on")
    migrate(this.#writer)
    this.#writer.exec("pragma wal_autocheckpoint = 0")
    if (options.maxMib > 0) this.#writer.exec(`pragma max_page_count = ${options.maxMib * 256}`)
    this.#reader = new Connection(options.path, { readOnly: true, cacheMib: 2 })
    this.far = new FarReader(options.path, this.#reader, (error) => this.#fail(error))
  }

  /** Number of transactions committed; while it stands still, every answer stays true. */
  get commits(): number {
    return this.#commits
  }

  /** Counts what was asked of the store, to tell whether it rests. */
  get work(): number {
    return this.#queries
  }

  /** Gives memory back to the system until the next query. */
  async rest(): Promise<void> {
    this.#writer.rest()
    this.#reader.rest()
    await this.far.rest()
  }

  async all<Row>(query: Sql): Promise<Row[]> {
    this.#queries += 1
    return this.#watched(() => this.#reader.all<Row>(query))
  }

  async get<Row>(query: Sql): Promise<Row | undefined> {
    this.#queries += 1
    return this.#watched(() => this.#reader.get<Row>(query))
  }

  /**
   * Runs `work` in a write transaction and resolves once that is durable. `work` may run twice and must wait for
   * nothing but `tx`. Throws `full store.full` when there is no room; the transaction is then rolled back.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error("the store is closed"))
    this.#queries += 1
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#queue.push({ run: work, resolve: (value) => resolve(value as T), reject })
    this.#draining ??= this.#drain()
    return promise
  }

  /** Ends after the queue is empty; the WAL is folded into the database file. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
    await this.#checkpointer?.terminate()
    await this.far.rest()
    this.#foldWal()
    this.#reader.close()
    this.#writer.close()
  }

  /** A disk that can't be read can't be trusted to have kept what was written. */
  #watched<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (isFatal(error)) this.#fail(error)
      throw error
    }
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await new Promise((resolve) => setImmediate(resolve)) // readers first, and more jobs may join the group
      try {
        await this.#commitGroup()
      } catch (error) {
        // Not even a transaction could be begun or undone. Only a foreign lock passes by itself.
        if (!isBusy(error)) this.#fail(error)
        await new Promise((resolve) => setTimeout(resolve, BUSY_MS))
      }
    }
    this.#draining = null
  }

  async #commitGroup(): Promise<void> {
    const tx = this.#begin()
    const done: { job: Job; value: unknown }[] = []
    let current: Job | undefined
    try {
      while (this.#queue.length > 0 && tx.elapsed() < SLICE_MS) {
        current = this.#queue.shift() as Job
        done.push({ job: current, value: await current.run(tx) })
      }
      current = undefined
      await this.#commit(tx)
    } catch (error) {
      const jobs = [...done.map(({ job }) => job), ...(current ? [current] : [])]
      await this.#undo(error, jobs)
      return
    }
    for (const { job, value } of done) job.resolve(value)
    this.#keepWalSmall()
  }

  /** One job failed, so the group is rolled back; the jobs run again one by one, and the faulty one stands alone. */
  async #undo(error: unknown, jobs: Job[]): Promise<void> {
    this.#rollback()
    if (isFatal(error)) return this.#fail(error, jobs)
    if (jobs.length === 1) return jobs[0]?.reject(translated(error))
    for (const [i, job] of jobs.entries()) {
      const tx = this.#beginFor(jobs.slice(i))
      try {
        const value = await job.run(tx)
        await this.#commit(tx)
        job.resolve(value)
      } catch (again) {
        this.#rollback()
        if (isFatal(again)) return this.#fail(again, jobs)
        job.reject(translated(again))
      }
    }
  }

  /** Another program may have taken the lock in between; then the jobs wait in the queue as before. */
  #beginFor(jobs: readonly Job[]): Tx {
    try {
      return this.#begin()
    } catch (error) {
      this.#queue.unshift(...jobs)
      throw error
    }
  }

  #begin(): Tx {
    const started = monotonic()
    const writer = this.#writer
    writer.exec("begin immediate")
    return {
      now: this.#options.clock.now(),
      elapsed: () => monotonic() - started,
      all: async <Row>(query: Sql) => writer.all<Row>(query),
      get: async <Row>(query: Sql) => writer.get<Row>(query),
      run: async (query) => writer.run(query),
    }
  }

  async #commit(tx: Tx): Promise<void> {
    await this.#options.beforeCommit(tx)
    this.#writer.exec("commit")
    this.#commits += 1
  }

  #rollback(): void {
    if (this.#writer.inTransaction) this.#writer.exec("rollback")
  }

  #fail(error: unknown, jobs: Job[] = []): void {
    this.#closed = true
    this.#options.onFatal(error)
    for (const job of [...jobs, ...this.#queue.splice(0)]) job.reject(error)
  }

  /**
   * The checkpoint thread copies WAL frames back while writes go on. It can't start the WAL anew under constant
   * writing, so from 64 MiB on the writer does, when little is left to copy.
   */
  #keepWalSmall(): void {
    if (this.#commits % COMMITS_BETWEEN_LOOKS !== 0) return
    const size = statSync(`${this.#options.path}-wal`).size
    if (size < PASSIVE_BYTES || this.#checkpointing) return
    if (size > TRUNCATE_BYTES && this.#copied) {
      this.#copied = false
      this.#foldWal()
      return
    }
    this.#checkpointing = true
    this.#checkpointer ??= this.#startCheckpointer()
    this.#checkpointer.postMessage("passive")
  }

  #startCheckpointer(): Worker {
    const worker = new Worker(new URL("./checkpoint-worker.ts", import.meta.url), {
      workerData: this.#options.path,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    })
    worker.on("message", () => {
      this.#checkpointing = false
      this.#copied = true
    })
    worker.on("error", (error) => this.#fail(error))
    worker.unref()
    return worker
  }

  /** Without waiting for readers, and a full disk may leave it undone: what is in the WAL is safe there. */
  #foldWal(): void {
    this.#writer.exec("pragma busy_timeout = 0")
    try {
      this.#writer.get(sql`pragma wal_checkpoint(truncate)`)
    } catch (error) {
      if (!isFull(error)) this.#fail(error)
    }
    this.#writer.exec(`pragma busy_timeout = ${BUSY_MS}`)
  }
}
