import { Worker } from "node:worker_threads"
import type { Sql } from "sql-template-tag"
import type { Connection } from "./connection.ts"
import { isFatal } from "./failures.ts"
import type { Answer, Question } from "./reading-worker.ts"
import type { Reader } from "./transaction.ts"

type Waiting = { resolve: (rows: unknown[]) => void; reject: (error: unknown) => void }

/**
 * Reads large results in a thread of its own, so that the thread that answers is free meanwhile. The thread comes with
 * the first such query, which is still read nearby, and goes when the node rests: its memory goes with it.
 */
export class FarReader implements Reader {
  readonly #path: string
  readonly #near: Connection
  readonly #onFatal: (error: unknown) => void
  readonly #waiting = new Map<number, Waiting>()
  /** The texts that the thread knows, by number: a query is asked for again and again. */
  readonly #statements = new Map<string, number>()
  #worker: Worker | null = null
  #ready = false
  #asked = 0

  constructor(path: string, near: Connection, onFatal: (error: unknown) => void) {
    this.#path = path
    this.#near = near
    this.#onFatal = onFatal
  }

  async all<Row>(query: Sql): Promise<Row[]> {
    this.#worker ??= this.#start()
    if (!this.#ready) return this.#near.all<Row>(query)
    const { promise, resolve, reject } = Promise.withResolvers<Row[]>()
    const id = this.#asked++
    this.#waiting.set(id, { resolve: (rows) => resolve(rows as Row[]), reject })
    this.#worker.ref()
    this.#worker.postMessage(this.#question(id, query))
    return promise
  }

  #question(id: number, { sql: text, values }: Sql): Question {
    const known = this.#statements.get(text)
    if (known !== undefined) return { id, statement: known, text: null, values }
    const statement = this.#statements.size
    this.#statements.set(text, statement)
    return { id, statement, text, values }
  }

  async get<Row>(query: Sql): Promise<Row | undefined> {
    return (await this.all<Row>(query))[0]
  }

  /** Ends the thread unless it is at work; the next query brings it back. */
  async rest(): Promise<void> {
    if (this.#waiting.size > 0) return
    const worker = this.#worker
    this.#worker = null
    this.#ready = false
    this.#statements.clear()
    await worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL("./reading-worker.ts", import.meta.url), {
      workerData: this.#path,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    })
    worker.on("message", (answer: Answer | "ready") => {
      if (answer !== "ready") this.#take(answer)
      else if (worker === this.#worker) this.#ready = true
    })
    worker.on("error", this.#onFatal)
    worker.unref()
    return worker
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    if ("rows" in answer) waiting?.resolve(answer.rows)
    else this.#refuse(waiting, Object.assign(new Error(answer.failure.message), { errcode: answer.failure.errcode }))
  }

  #refuse(waiting: Waiting | undefined, error: Error): void {
    if (isFatal(error)) this.#onFatal(error)
    waiting?.reject(error)
  }
}
