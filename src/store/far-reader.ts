import { Worker } from "node:worker_threads"
import type { Sql } from "sql-template-tag"
import type { Answer, Question } from "./reading-worker.ts"
import type { Reader } from "./store.ts"

type Waiting = { resolve: (rows: unknown[]) => void; reject: (error: unknown) => void }

/** A reader in a thread of its own: for large results, so that the thread that answers is free meanwhile. */
export class FarReader implements Reader {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0

  constructor(path: string, onFatal: (error: unknown) => void) {
    this.#worker = new Worker(new URL("./reading-worker.ts", import.meta.url), {
      workerData: path,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    })
    this.#worker.on("message", (answer: Answer) => this.#take(answer))
    this.#worker.on("error", onFatal)
    this.#worker.unref()
  }

  all<Row>(query: Sql): Promise<Row[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Row[]>()
    const id = this.#asked++
    this.#waiting.set(id, { resolve: (rows) => resolve(rows as Row[]), reject })
    this.#worker.ref()
    this.#worker.postMessage({ id, strings: query.strings, values: query.values } satisfies Question)
    return promise
  }

  async get<Row>(query: Sql): Promise<Row | undefined> {
    return (await this.all<Row>(query))[0]
  }

  shrink(): void {
    this.#worker.postMessage("shrink")
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ("rows" in answer) waiting?.resolve(answer.rows)
    else waiting?.reject(Object.assign(new Error(answer.failure.message), { errcode: answer.failure.errcode }))
  }
}
