import { Worker } from "node:worker_threads"
import { ComityError } from "../../kernel/errors.ts"
import type { Done, Order } from "./worker.ts"
import { type WorkName, type Works, works } from "./works.ts"

type Input<Name extends WorkName> = Parameters<Works[Name]>[0]
type Output<Name extends WorkName> = Awaited<ReturnType<Works[Name]>>

/** Where the work of questions is done. */
export type Bench = {
  run<Name extends WorkName>(name: Name, input: Input<Name>): Promise<Output<Name>>
  close(): Promise<void>
}

/** In the thread that asks: for tests, and for what is little. */
export const here: Bench = {
  run: async (name, input) => (await (works[name] as (given: typeof input) => Promise<unknown>)(input)) as never,
  close: async () => {},
}

const IDLE_MS = 30_000

type Waiting = { resolve(value: unknown): void; reject(error: unknown): void }

/** One thread that comes with the first order and goes when there was none for a while. Orders are done in their turn. */
export class Workbench implements Bench {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #idle: NodeJS.Timeout | null = null
  #orders = 0

  run<Name extends WorkName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const worker = this.#ready()
    const order = this.#orders++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.set(order, { resolve, reject })
    worker.postMessage({ order, name, input } satisfies Order)
    return promise.finally(() => this.#rest()) as Promise<Output<Name>>
  }

  async close(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = null
    this.#fail(new ComityError("unavailable", "worker.gone"))
    await worker?.terminate()
  }

  #ready(): Worker {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#worker ??= this.#start()
    return this.#worker
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url))
    worker.on("message", ({ order, is, value, kind, code, details }: Done) => {
      const one = this.#waiting.get(order)
      this.#waiting.delete(order)
      if (is === "done") one?.resolve(value)
      else one?.reject(kind === null ? new Error(code) : new ComityError(kind, code, details))
    })
    worker.on("error", (error) => {
      if (this.#worker === worker) this.#worker = null
      this.#fail(new ComityError("unavailable", "worker.gone", {}, error))
    })
    worker.unref()
    return worker
  }

  #fail(error: ComityError): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  #rest(): void {
    if (this.#waiting.size > 0 || this.#worker === null) return
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      if (this.#waiting.size > 0) return
      void this.#worker?.terminate()
      this.#worker = null
    }, IDLE_MS).unref()
  }
}
