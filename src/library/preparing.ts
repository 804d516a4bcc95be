import { Worker } from "node:worker_threads"
import { ComityError } from "../kernel/errors.ts"
import { release } from "../kernel/memory.ts"
import type { Prepared, Rejected } from "./model.ts"
import { type Fault, unpack } from "./preparation.ts"
import type { Delivery, Order } from "./prepare-worker.ts"

/**
 * What a chunk gave; after a `fault` nothing more comes. `release` gives the memory of the objects' bytes back when
 * they are stored: bodies come faster than garbage is collected.
 */
export type PreparedBatch = { objects: Prepared[]; rejected: Rejected[]; fault: Fault | null; release(): void }

/** One body or file on its way through a worker, chunk by chunk, answered in order. A chunk pushed is given away. */
export type Session = {
  push(chunk: Uint8Array): Promise<PreparedBatch>
  end(): Promise<PreparedBatch>
  close(): void
}

type Waiting = { resolve: (batch: PreparedBatch) => void; reject: (error: unknown) => void }
type Bench = { worker: Worker; waiting: Map<number, Waiting[]> }

/** Heap limits: a body that makes a worker larger ends that worker, not the node. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 }

/** The workers that cut, parse, check and hash what comes in, so that the thread that answers never does. */
export class Preparer {
  readonly #benches: Bench[]
  readonly #maxObjectBytes: number
  #sessions = 0
  #closed = false

  constructor(options: { workers: number; maxObjectBytes: number }) {
    this.#maxObjectBytes = options.maxObjectBytes
    this.#benches = Array.from({ length: options.workers }, () => this.#bench())
  }

  open(lift: boolean): Session {
    const session = this.#sessions++
    const bench = this.#benches.reduce((least, one) => (one.waiting.size < least.waiting.size ? one : least))
    bench.waiting.set(session, [])
    const ask = (chunk: Uint8Array | null) => this.#ask(bench, { session, lift, chunk, close: false })
    return {
      push: (chunk) => ask(wholeBuffer(chunk)),
      end: () => ask(null),
      close: () => {
        bench.waiting.delete(session)
        bench.worker.postMessage({ session, lift, chunk: null, close: true } satisfies Order)
      },
    }
  }

  /** A body that is here as a whole. */
  async whole(body: Uint8Array, lift: boolean): Promise<PreparedBatch> {
    const session = this.open(lift)
    try {
      const [first, last] = await Promise.all([session.push(body), session.end()])
      return { ...first, fault: first.fault ?? last.fault }
    } finally {
      session.close()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#benches.map(({ worker }) => worker.terminate()))
  }

  #ask(bench: Bench, order: Order): Promise<PreparedBatch> {
    const waiting = bench.waiting.get(order.session)
    if (waiting === undefined) return Promise.reject(new ComityError("unavailable", "worker.gone"))
    const { promise, resolve, reject } = Promise.withResolvers<PreparedBatch>()
    waiting.push({ resolve, reject })
    bench.worker.postMessage(order, order.chunk === null ? [] : [order.chunk.buffer as ArrayBuffer])
    return promise
  }

  #bench(): Bench {
    const bench: Bench = { worker: this.#start(), waiting: new Map() }
    this.#attend(bench)
    return bench
  }

  #start(): Worker {
    return new Worker(new URL("./prepare-worker.ts", import.meta.url), {
      workerData: { maxObjectBytes: this.#maxObjectBytes },
      resourceLimits: LIMITS,
    })
  }

  #attend(bench: Bench): void {
    bench.worker.on("message", ({ session, batch }: Delivery) => {
      const { rejected, fault } = batch
      bench.waiting
        .get(session)
        ?.shift()
        ?.resolve({ objects: unpack(batch), rejected, fault, release: () => release(batch.data) })
    })
    bench.worker.on("error", (error) => {
      for (const waiting of bench.waiting.values()) {
        for (const one of waiting) one.reject(new ComityError("unavailable", "worker.gone", {}, error))
      }
      bench.waiting.clear()
      if (this.#closed) return
      bench.worker = this.#start()
      this.#attend(bench)
    })
  }
}

/** A buffer that nothing else lies in, as threads hand over whole ones only. */
function wholeBuffer(chunk: Uint8Array): Uint8Array {
  return chunk.byteLength === chunk.buffer.byteLength ? chunk : new Uint8Array(chunk)
}
