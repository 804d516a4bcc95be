import type { Diagnostics } from "../../kernel/diagnostics.ts"
import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { type Clock, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import {
  emptyPreview,
  loadCollection,
  type Mapping,
  type Preparer,
  previewStream,
  type WarningLists,
} from "../../library/index.ts"
import type { Store, Tx } from "../../store/index.ts"
import { importStream } from "../importing.ts"
import {
  type Choices,
  type Failure,
  type Foresight,
  forgotten,
  type Import,
  type ImportFormat,
  type ImportId,
  type ImportState,
  isEnded,
  NO_CHOICES,
  NO_FORESIGHT,
  needsMark,
  type Progress,
  totalOf,
} from "./model.ts"
import { outcomeOf, Pace, withoutLines } from "./outcome.ts"
import {
  findImport,
  findMapping,
  insertImport,
  interruptImports,
  listImports,
  rememberMapping,
  unfinishedImports,
  updateImport,
} from "./queries.ts"
import { lookAt, type Source, type SourceParts, sourceOf } from "./sources.ts"
import { type Uploads, uploadsAt } from "./uploads.ts"

export type ImportsParts = {
  store: Store
  preparer: Preparer
  clock: Clock
  warnings: WarningLists
  diagnostics: Diagnostics
  /** Where uploads lie while they are needed. */
  folder: string
  /** Largest upload, packed and unpacked. */
  bytesMost: number
  secret: Uint8Array
  /** Id of the own party's identity, if it is set up. */
  identity(): Promise<string | null>
}

/** What somebody sends in: `format` null lets the content decide. */
export type Upload = {
  collection: string
  name: string
  format: ImportFormat | null
  account: string
  input: AsyncIterable<Uint8Array>
}

/** How long a file waits for a person. */
const PATIENCE = 60 * 60 * 1_000_000
const SWEEP_MS = 5 * 60_000
const PENDING_MOST = 20
const FINDINGS_MOST = 1000
const LOOK_MS = 200

/** `begun`: it is not in line any more. */
type Job = { stop: AbortController; progress: Progress; over: Promise<void>; begun: boolean }

const UNFINISHED: readonly ImportState[] = ["previewing", "mapping", "previewed", "waiting", "running"]

/** Thrown into the stream of an import that somebody stops. */
class Stopped extends Error {}

/** Imports by people: each is previewed, waits for a decision, and then runs on whether or not anybody looks. */
export class Imports {
  readonly #parts: ImportsParts
  readonly #uploads: Uploads
  readonly #jobs = new Map<string, Job>()
  /** Imports that somebody is deciding about at this moment. */
  readonly #deciding = new Set<string>()
  readonly #sweep: NodeJS.Timeout
  /** Previews and imports wait for each other within their kind: both read a file as fast as they can. */
  #lastPreview: Promise<void> = Promise.resolve()
  #lastRun: Promise<void> = Promise.resolve()
  #closed = false

  /** Call once a node: removes what an earlier run left, and says so of its imports. */
  static async open(parts: ImportsParts): Promise<Imports> {
    const imports = new Imports(parts)
    imports.#uploads.clear()
    await parts.store.write((tx) => interruptImports(tx))
    return imports
  }

  private constructor(parts: ImportsParts) {
    this.#parts = parts
    this.#uploads = uploadsAt(parts.folder, parts.bytesMost)
    this.#sweep = setInterval(() => void this.sweep().catch(() => {}), SWEEP_MS)
    this.#sweep.unref()
  }

  /** Keeps what is sent and begins to look at it. Throws `too-large intake.too-large`, `full intake.too-many`. */
  async receive({ collection, name, format, account, input }: Upload): Promise<ImportId> {
    const { id: target, kind } = await loadCollection(this.#parts.store, collection)
    if (kind !== "inbox") throw new ComityError("refused", "collection.forbidden")
    if ((await unfinishedImports(this.#parts.store)).length >= PENDING_MOST) {
      throw new ComityError("full", "intake.too-many")
    }
    const id = newId("import")
    const size = await this.#uploads.receive(id, input)
    const now = this.#parts.clock.now()
    const base = { id, collection: target, name: name.slice(0, 300), size, account, createdAt: now, finishedAt: null }
    const state = { state: "previewing", format: format ?? "stix", choices: NO_CHOICES } as const
    const fresh: Import = { ...base, ...state, foresight: NO_FORESIGHT, outcome: null, failure: null }
    await this.#parts.store.write((tx) => insertImport(tx, fresh))
    this.#startPreview(fresh, format, true)
    return id
  }

  /** Throws `not-found import.unknown`. */
  async get(id: string): Promise<Import> {
    const found = await findImport(this.#parts.store, id)
    if (found === null) throw new ComityError("not-found", "import.unknown")
    return found
  }

  list(limit: number): Promise<Import[]> {
    return listImports(this.#parts.store, limit)
  }

  /** How a table is meant, or that it is none; the preview begins anew. */
  map(id: string, choices: Pick<Choices, "encoding" | "mapping">, format: ImportFormat): Promise<void> {
    return this.#decide(id, ["mapping", "previewed"], async (current) => {
      const changed: Import = { ...current, format, state: "previewing", choices: { ...current.choices, ...choices } }
      await this.#save(changed, async (tx) => {
        const { signature } = changed.foresight
        if (format === "csv" && signature !== null && choices.mapping !== null) {
          await rememberMapping(tx, signature, choices.mapping)
        }
      })
      this.#startPreview(changed, format, false)
    })
  }

  /** Looks at a table again, cut or decoded in another way, before its columns are named. */
  relook(id: string, encoding: Choices["encoding"], mapping: Mapping | null): Promise<void> {
    return this.#decide(id, ["mapping", "previewed"], async (current) => {
      const choices = { ...current.choices, encoding, mapping }
      const looked = await lookAt(this.#uploads, { ...current, choices }, "csv")
      const { lines, signature } = looked
      const foresight = { ...NO_FORESIGHT, lines, signature }
      await this.#save({ ...current, state: "mapping", format: "csv", choices: { ...choices, ...looked }, foresight })
    })
  }

  /**
   * Lets the import run. Throws `invalid intake.mark-missing` if objects carry no handling mark and none is given,
   * `conflict import.state` where there is nothing to decide any more.
   */
  start(id: string, choices: Pick<Choices, "tlp" | "skipSpecial" | "leftOut">): Promise<void> {
    return this.#decide(id, ["previewed"], async (current) => {
      if (choices.tlp === null && needsMark(current.foresight)) throw new ComityError("invalid", "intake.mark-missing")
      const waiting: Import = { ...current, state: "waiting", choices: { ...current.choices, ...choices } }
      await this.#save(waiting)
      this.#begin(waiting, (job) => {
        this.#lastRun = this.#lastRun.catch(() => {}).then(() => this.#run(waiting, job))
        return this.#lastRun
      })
    })
  }

  /** Stops what is under way or gives up what waits; objects that are in stay. */
  async cancel(id: string): Promise<void> {
    const current = await this.get(id)
    if (isEnded(current)) return
    const job = this.#jobs.get(id)
    if (job === undefined) return this.#decide(id, UNFINISHED, (one) => this.#end(one, "cancelled"))
    job.stop.abort()
    if (job.begun) await job.over
    const after = await this.get(id)
    if (!isEnded(after)) await this.#end(after, "cancelled")
    if (this.#jobs.get(id) === job) this.#jobs.delete(id)
  }

  /** As it stands once it waits for a person or has ended. */
  async settled(id: string): Promise<Import> {
    await this.#jobs.get(id)?.over
    return this.get(id)
  }

  /** How far an import is, whenever that changed, until it waits for a person or ends. */
  async *watch(id: string, gone: AbortSignal): AsyncGenerator<Progress> {
    let last = ""
    for (;;) {
      const job = this.#jobs.get(id)
      const progress = job?.progress ?? (await this.#standing(id))
      const text = JSON.stringify(progress)
      if (text !== last) yield progress
      if (gone.aborted || job === undefined) return
      last = text
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }

  /** Gives up what has waited for a person for an hour. */
  async sweep(): Promise<void> {
    const old = plusMicroseconds(this.#parts.clock.now(), -PATIENCE)
    for (const one of await unfinishedImports(this.#parts.store)) {
      if (one.createdAt >= old || this.#jobs.has(one.id) || this.#deciding.has(one.id)) continue
      const expired = { code: "intake.expired", details: {} }
      await this.#decide(one.id, UNFINISHED, (current) => this.#end(current, "cancelled", expired))
    }
  }

  /** Stops everything; what runs becomes `interrupted`. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#sweep)
    const jobs = [...this.#jobs.values()]
    for (const { stop } of jobs) stop.abort()
    await Promise.all(jobs.map(({ over }) => over))
    await this.#parts.store.write((tx) => interruptImports(tx))
    this.#uploads.clear()
  }

  /** How far it is at this moment. */
  progress(one: Import): Progress {
    const total = totalOf(one.foresight)
    const standing = { state: one.state, done: 0, total, perSecond: 0, secondsLeft: null }
    return this.#jobs.get(one.id)?.progress ?? standing
  }

  async #standing(id: string): Promise<Progress> {
    return this.progress(await this.get(id))
  }

  /** One decision at a time: who comes while another's is being taken finds nothing to decide any more. */
  async #decide(id: string, states: readonly ImportState[], take: (one: Import) => Promise<void>): Promise<void> {
    if (this.#deciding.has(id)) throw new ComityError("conflict", "import.state")
    this.#deciding.add(id)
    try {
      const current = await this.get(id)
      if (!states.includes(current.state) || this.#jobs.has(id)) throw new ComityError("conflict", "import.state")
      await take(current)
    } finally {
      this.#deciding.delete(id)
    }
  }

  #startPreview(one: Import, format: ImportFormat | null, ask: boolean): void {
    this.#begin(one, (job) => {
      this.#lastPreview = this.#lastPreview.catch(() => {}).then(() => this.#preview(one, job, format, ask))
      return this.#lastPreview
    })
  }

  #begin(one: Import, work: (job: Job) => Promise<void>): void {
    const stop = new AbortController()
    const job: Job = { stop, progress: this.progress(one), over: Promise.resolve(), begun: false }
    this.#jobs.set(one.id, job)
    job.over = work(job).catch(() => {}) // told to the operator where it was caught
  }

  /** `ask`: a table that was never seen waits until a person says what its columns are. */
  async #preview(one: Import, job: Job, format: ImportFormat | null, ask: boolean): Promise<void> {
    await this.#guarded(one, job, async () => {
      const { format: found, encoding, mapping, lines, signature } = await lookAt(this.#uploads, one, format)
      const known = signature === null || !ask ? null : await findMapping(this.#parts.store, signature)
      const choices = { ...one.choices, encoding, mapping: known ?? mapping }
      const looked: Import = { ...one, format: found, choices, foresight: { ...NO_FORESIGHT, lines, signature } }
      if (found === "csv" && ask && known === null) return this.#save({ ...looked, state: "mapping" })
      const foresight = await this.#foresee(looked, job)
      await this.#save({ ...looked, state: "previewed", foresight })
    })
  }

  async #foresee(one: Import, job: Job): Promise<Foresight> {
    const { store, preparer, warnings } = this.#parts
    const source = await sourceOf(await this.#sourceParts(), one, null)
    const pace = new Pace()
    const counted = (preview = emptyPreview()) => totalOf({ ...one.foresight, preview, composed: source.composed }) ?? 0
    const preview = await previewStream(
      {
        ...{ reader: store, preparer, lookup: await warnings.lookup() },
        collection: await loadCollection(store, one.collection),
        progress: (state) => {
          job.progress = pace.after("previewing", counted(state), null)
        },
      },
      stoppable(source, job),
    )
    const { composed, findings } = source
    return {
      ...one.foresight,
      preview,
      composed: withoutLines(composed),
      findings: findings.slice(0, FINDINGS_MOST),
      findingCount: findings.length,
    }
  }

  async #run(one: Import, job: Job): Promise<void> {
    await this.#guarded(one, job, async () => {
      const { store, preparer } = this.#parts
      const running: Import = { ...one, state: "running" }
      await this.#save(running)
      const source = await sourceOf(await this.#sourceParts(), one, one.choices.tlp)
      const pace = new Pace()
      const total = totalOf(one.foresight)
      const collection = await loadCollection(store, one.collection)
      const progress = async (state: unknown) => {
        const counts = Object.values(state as Record<string, number>)
        job.progress = pace.after(
          "running",
          counts.reduce((sum, count) => sum + count, 0),
          total,
        )
      }
      const parts = { store, preparer, collection, tlp: one.choices.tlp, progress }
      const summary = await importStream(parts, stoppable(source, job))
      await this.#finish(running, summary, source)
    })
  }

  async #finish(one: Import, summary: Parameters<typeof outcomeOf>[0], source: Source): Promise<void> {
    const outcome = outcomeOf(summary, source.composed)
    const { accepted, duplicate, conflicting, rejected } = outcome
    const done: Import = { ...forgotten(one), state: "done", finishedAt: this.#parts.clock.now(), outcome }
    await this.#save(done, (tx) =>
      record(tx, {
        what: "import.done",
        by: one.account,
        facts: { collection: one.collection, accepted, duplicate, conflicting, rejected },
      }),
    )
    this.#uploads.remove(one.id)
  }

  /** A failure ends the import, never the node; a stop is no failure. */
  async #guarded(one: Import, job: Job, work: () => Promise<void>): Promise<void> {
    try {
      if (job.stop.signal.aborted) throw new Stopped()
      job.begun = true
      await work()
    } catch (error) {
      const { code, details } = error instanceof ComityError ? error : { code: "internal", details: {} }
      if (code === "internal" && !(error instanceof Stopped)) this.#report(one, error)
      const current = (await findImport(this.#parts.store, one.id)) ?? one
      if (isEnded(current)) return // given up while it was in line
      if (!(error instanceof Stopped)) await this.#end(current, "failed", { code, details })
      else if (!this.#closed) await this.#end(current, "cancelled")
    } finally {
      if (this.#jobs.get(one.id) === job) this.#jobs.delete(one.id)
    }
  }

  #report({ id }: Import, error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join(" ") : ""
    this.#parts.diagnostics.error("import.bug", { id, name: error instanceof Error ? error.name : "unknown", stack })
  }

  async #end(one: Import, state: ImportState, failure: Failure | null = null): Promise<void> {
    this.#uploads.remove(one.id)
    await this.#save({ ...forgotten(one), state, finishedAt: this.#parts.clock.now(), failure })
  }

  async #save(one: Import, along?: (tx: Tx) => Promise<void>): Promise<void> {
    await this.#parts.store.write(async (tx) => {
      await updateImport(tx, one)
      await along?.(tx)
    })
  }

  async #sourceParts(): Promise<SourceParts> {
    const { store, secret, clock } = this.#parts
    return { reader: store, uploads: this.#uploads, secret, identity: await this.#parts.identity(), now: clock.now() }
  }
}

async function* stoppable({ bytes }: Source, { stop }: Job): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    if (stop.signal.aborted) throw new Stopped()
    yield chunk
  }
}
