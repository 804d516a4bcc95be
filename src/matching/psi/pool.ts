/** What a stage of a run works with: threads, who may stop it, and who is told how far it is (elements). */
export type Work = {
  readonly pool: Pool
  readonly signal?: AbortSignal
  readonly progress?: (done: number, total: number) => void
}

/** Threads that compute for all runs of this node. They start with the first order; without `workers` all is done here. */
export class Pool {
  readonly workers: number

  constructor(options: { workers: number; provider?: "native" | "wasm" }) {
    this.workers = options.workers
  }

  async close(): Promise<void> {}
}
