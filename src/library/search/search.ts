import { Worker } from "node:worker_threads"
import type { Diagnostics } from "../../kernel/diagnostics.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { AgainPage, AgainQuery } from "./again.ts"
import type {
  Found,
  Hit,
  Keys,
  Neighbourhood,
  NeighbourhoodOptions,
  Questions,
  Reference,
  References,
  ReferringOptions,
  SearchQuery,
  SearchState,
  Tallies,
  Tally,
} from "./model.ts"
import type { RelationGroup, RelationPage, RelationQuery } from "./relations.ts"
import type { Order, Report } from "./search-worker.ts"

export type SearchOptions = {
  /** Paths of the database and of the index beside it. */
  database: string
  index: string
  /** Number of transactions committed so far: whenever it moved, the index reads on. */
  commits: () => number
  diagnostics: Diagnostics
}

type Waiting = { resolve: (answer: unknown) => void; reject: (error: unknown) => void }

const LOOK_MS = 250
const CLOSING_MS = 5000
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 }

/**
 * The index of the library: words, references, tallies. It lies in a file that can be made again at any time, and one
 * thread of its own keeps it and answers from it; nothing that comes in waits for it. The thread goes when the node
 * rests and comes back with the next question or commit.
 */
export class Search {
  readonly #options: SearchOptions
  readonly #waiting = new Map<number, Waiting>()
  readonly #timer: ReturnType<typeof setInterval>
  #worker: Worker | null = null
  /** While a thread closes the file no other may open it: the first would call it whole that the second writes to. */
  #ending: Promise<void> | null = null
  #state: SearchState = { indexed: 0, behind: 0, rebuilding: false }
  /** The count of commits at which the thread was woken last. */
  #seen = -1
  #idle = true
  /** It may go when it is idle. */
  #tired = false
  #complaint: string | null = null
  #asked = 0
  #closed = false

  constructor(options: SearchOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  /** One page of what fits, the newest versions of objects only. No text that a person may write throws. */
  find(query: SearchQuery): Promise<Found> {
    return this.#ask("find", query)
  }

  /** The keys of what fits, the newest first, at most so many: for handing out a selection. */
  keys(query: SearchQuery, most: number): Promise<Keys> {
    return this.#ask("keys", { query, most })
  }

  /** How these objects are listed; ids that are not here are missing. */
  names(ids: readonly string[]): Promise<Map<string, Hit>> {
    return this.#ask("names", ids)
  }

  /** What came in last. */
  recent(limit: number): Promise<Hit[]> {
    return this.#ask("recent", limit)
  }

  /** What points at an object. */
  referring(id: string, options: ReferringOptions): Promise<References> {
    return this.#ask("referring", { ...options, id })
  }

  /** By which properties an object is pointed at, and how often; counted up to 10,000 each. */
  referringLabels(id: string): Promise<Tally[]> {
    return this.#ask("referringLabels", id)
  }

  /** What an object points at. */
  referred(id: string): Promise<Reference[]> {
    return this.#ask("referred", id)
  }

  /** The relationships of an object by word and direction: how many, and the newest of each. */
  relations(id: string): Promise<RelationGroup[]> {
    return this.#ask("relations", id)
  }

  /** One page of the relationships of one word and direction. */
  relationPage(query: RelationQuery): Promise<RelationPage> {
    return this.#ask("relationPage", query)
  }

  /** The objects one step around some others, at most `limit` with these, for a graph. */
  neighbourhood(ids: readonly string[], options: NeighbourhoodOptions): Promise<Neighbourhood> {
    return this.#ask("neighbourhood", { ...options, ids })
  }

  tallies(): Promise<Tallies> {
    return this.#ask("tallies", null)
  }

  /** Which objects of a party came up again here after they came; a page is some tens of milliseconds of the thread. */
  seenAgain(query: AgainQuery): Promise<AgainPage> {
    return this.#ask("seenAgain", query)
  }

  /** As the thread said it last; `find` says it exactly. */
  state(): SearchState {
    return this.#state
  }

  /** Counts what was asked, to tell whether it rests. */
  get work(): number {
    return this.#asked
  }

  /** Resolves when everything that was committed before can be found, and nothing that was erased is in the file. */
  async settled(): Promise<void> {
    const { promise, id } = this.#expect<null>()
    this.#post({ is: "settle", id })
    await promise
  }

  /** Ends the thread, with its memory, now or as soon as it has nothing to do. */
  async rest(): Promise<void> {
    this.#tired = true
    await this.#restIfIdle()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#end()
    this.#abandon(new ComityError("unavailable", "worker.gone"))
  }

  async #restIfIdle(): Promise<void> {
    const idle = this.#idle && this.#waiting.size === 0 && this.#seen === this.#options.commits()
    if (this.#tired && idle) await this.#end()
  }

  #look(): void {
    const commits = this.#options.commits()
    if (commits === this.#seen) return
    this.#seen = commits
    this.#idle = false
    this.#post({ is: "wake" })
  }

  #ask<What extends keyof Questions>(what: What, given: Questions[What]["given"]): Promise<Questions[What]["answer"]> {
    const { promise, id } = this.#expect<Questions[What]["answer"]>()
    this.#post({ is: what, id, given } as Order) // the two types belong together, which the compiler cannot follow
    return promise
  }

  #expect<Answer>(): { promise: Promise<Answer>; id: number } {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const id = this.#asked++
    this.#tired = false
    this.#waiting.set(id, { resolve: (answer) => resolve(answer as Answer), reject })
    return { promise, id }
  }

  #post(order: Order): void {
    if (this.#closed) {
      this.#abandon(new ComityError("unavailable", "worker.gone"))
      return
    }
    if (this.#ending !== null) {
      void this.#ending.then(() => this.#post(order))
      return
    }
    this.#worker ??= this.#start()
    if (this.#waiting.size > 0) this.#worker.ref()
    this.#worker.postMessage(order)
  }

  #start(): Worker {
    const { index: path, database } = this.#options
    const worker = new Worker(new URL("./search-worker.ts", import.meta.url), {
      workerData: { path, database },
      resourceLimits: LIMITS,
    })
    worker.on("message", (report: Report) => this.#take(report))
    worker.on("error", (error) => {
      if (worker !== this.#worker) return
      this.#worker = null
      this.#idle = true
      this.#options.diagnostics.error("search.thread-ended", { reason: nameOf(error) })
      this.#abandon(new ComityError("unavailable", "worker.gone", {}, error))
    })
    worker.unref()
    return worker
  }

  #take(report: Report): void {
    if (report.is === "state") {
      this.#state = report.state
      this.#idle = report.idle
      if (report.idle) this.#complaint = null
      void this.#restIfIdle()
    } else if (report.is === "remade") {
      this.#options.diagnostics.warn("search.remade", { why: report.why })
    } else if (report.id === null) {
      this.#idle = true
      this.#complain("message" in report ? report.message : "")
    } else this.#settle(report.id, report)
  }

  /** Once, however often the thread tries again in vain. */
  #complain(reason: string): void {
    if (reason === this.#complaint) return
    this.#complaint = reason
    this.#options.diagnostics.error("search.reading-failed", { reason })
  }

  #settle(id: number, report: Extract<Report, { is: "answer" | "failure" }>): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    if (report.is === "answer") waiting?.resolve(report.answer)
    else waiting?.reject(new Error(report.message))
  }

  #abandon(error: ComityError): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  /** Resolves when no thread is left that has the file open. */
  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    if (worker !== null) {
      this.#ending = ended(worker).then(() => {
        this.#ending = null
      })
    }
    await this.#ending
  }
}

/** Lets the thread close its file; one that does not answer is ended. */
async function ended(worker: Worker): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  worker.once("exit", () => resolve())
  const impatience = setTimeout(() => void worker.terminate(), CLOSING_MS)
  worker.ref()
  worker.postMessage({ is: "close" } satisfies Order)
  await promise
  clearTimeout(impatience)
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown"
}
