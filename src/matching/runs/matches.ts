import type { Diagnostics } from "../../kernel/diagnostics.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Clock, monotonic } from "../../kernel/time.ts"
import { findPeerByKey, isActive } from "../../parties/index.ts"
import { takeBack } from "../../peering/index.ts"
import { mayGoOn } from "../restricted/permitting.ts"
import { type Ending, endRun } from "./ending.ts"
import { hasEnded, type PauseReason, type Phase, type Run, type RunId, type RunState } from "./model.ts"
import type { RunParts } from "./operations.ts"
import {
  selectPointless,
  selectRun,
  selectUnerased,
  selectWords,
  setErased,
  setSeenDense,
  updateRun,
} from "./queries.ts"
import { speakerOf } from "./saying.ts"
import { loadRun } from "./standing.ts"

/** How often runs are looked at that nothing woke: for what expired, and for partners that are back. */
const LOOK_MS = 20_000
const RETRY_MS = 250
const RETRY_MOST_MS = 15_000

/** How far this side is in one phase; `waits` is a code that says for what, null while it works. */
export type RunProgress = {
  state: RunState
  phase: Phase
  done: number
  total: number
  secondsLeft: number | null
  waits: string | null
}

/** What a phase is given: what stops it, and whom it tells how far it is. */
export type Job = { signal: AbortSignal; tell(done: number, total: number): void }

/** `again`: there is more to do now; `idle`: until a word of the partner or a person comes. */
export type Turn = "again" | "idle"

export type MatchesParts = Omit<RunParts, "wake"> & {
  clock: Clock
  diagnostics: Diagnostics
  /** Takes one run one step further. Throws `unavailable` or `slow-down` for what may do better later. */
  advance(run: Run, job: Job): Promise<Turn>
  /** Overwrites and removes what lies in the folder of a run: keys, lists, tags. */
  erase(run: Run, but?: "labels-out"): Promise<void>
}

type Work = {
  stop: AbortController
  again: boolean
  /** Ends a wait early. */
  rouse: (() => void) | null
  progress: RunProgress
  began: { phase: Phase; at: number; done: number }
  over: Promise<void>
}

/**
 * The runs of matches: each goes on by itself whenever it can, whether or not anybody looks, also after a restart. It
 * waits for people where it is theirs to say, and for the partner where that has to come first.
 */
export class Matches {
  readonly #parts: MatchesParts
  readonly #works = new Map<string, Work>()
  /** Looks at single runs that nobody waits for. */
  readonly #asides = new Set<Promise<void>>()
  #changed = Promise.withResolvers<void>()
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(parts: MatchesParts) {
    this.#parts = parts
  }

  /** After a start: what was under way goes on, and what is left of runs that ended is erased. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.look().catch(() => {}), LOOK_MS)
    this.#timer.unref()
    await this.look()
  }

  /** Looks at every run that is not wholly over. */
  async look(): Promise<void> {
    for (const { id } of await selectUnerased(this.#parts.store)) this.wake(id)
  }

  /** Something changed about a run; without effect while the node does not serve. */
  wake(id: RunId): void {
    if (this.#closed || this.#timer === null) return
    const work = this.#works.get(id)
    if (work === undefined) {
      this.#begin(id)
      return
    }
    work.again = true
    work.rouse?.()
    const aside = this.#stopIfOver(id, work).finally(() => this.#asides.delete(aside))
    this.#asides.add(aside)
  }

  /** What is under way here stops until somebody lets it go on. Throws `conflict match.state`. */
  async pause(id: string): Promise<void> {
    await this.#parts.store.write(async (tx) => {
      const run = await loadRun(tx, id)
      if (!isUnderWay(run)) throw new ComityError("conflict", "match.state", { state: run.state })
      await updateRun(tx, { ...run, paused: run.paused ?? ("person" satisfies PauseReason) })
    })
    await this.#stop(id)
  }

  /** Goes on; whoever lets go on what paused because of dense prefixes has seen why. Throws `conflict match.state`. */
  async resume(id: string): Promise<void> {
    await this.#parts.store.write(async (tx) => {
      const run = await loadRun(tx, id)
      if (run.paused === null || hasEnded(run)) throw new ComityError("conflict", "match.state", { state: run.state })
      if (run.paused === "dense") await setSeenDense(tx, run.key)
      await updateRun(tx, { ...run, paused: null })
    })
    this.wake(id as RunId)
  }

  /** Ends a run at any time; keys and lists are erased here now, and there when it is told. */
  async cancel(id: string, by: string | null): Promise<void> {
    const run = await loadRun(this.#parts.store, id)
    if (hasEnded(run)) throw new ComityError("conflict", "match.state", { state: run.state })
    await this.#stop(id)
    await this.#end(id, { state: "cancelled", reason: null, endedBy: "us", by })
    await this.#erase(await loadRun(this.#parts.store, id))
  }

  /** Runs on which something works now, and does not only wait to try again. */
  get busy(): number {
    return [...this.#works.values()].filter(({ rouse }) => rouse === null).length
  }

  progress(run: Run): RunProgress {
    return this.#works.get(run.id)?.progress ?? { ...still(run), waits: null }
  }

  /** How far a run is, whenever that changed, for as long as anybody looks. */
  async *watch(id: string, gone: AbortSignal): AsyncGenerator<RunProgress> {
    const left = new Promise<void>((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }))
    while (!gone.aborted) {
      const change = this.#changed.promise
      const run = await selectRun(this.#parts.store, id)
      if (run === null) return
      yield this.progress(run)
      if (hasEnded(run)) return
      await Promise.race([change, left])
    }
  }

  /** Once nothing works on it: it waits for somebody, or is over. */
  async settled(id: string): Promise<Run> {
    for (let work = this.#works.get(id); work !== undefined; work = this.#works.get(id)) await work.over
    return loadRun(this.#parts.store, id)
  }

  /** What is under way goes on with the next start. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    const works = [...this.#works.values()]
    for (const work of works) halt(work)
    await Promise.all([...works.map(({ over }) => over), ...this.#asides])
  }

  #begin(id: RunId): void {
    const work: Work = {
      ...{ stop: new AbortController(), again: false, rouse: null, over: Promise.resolve() },
      progress: { state: "running", phase: "gather", done: 0, total: 0, secondsLeft: null, waits: null },
      began: { phase: "gather", at: 0, done: 0 },
    }
    this.#works.set(id, work)
    work.over = this.#go(id, work).finally(() => {
      if (this.#works.get(id) === work) this.#works.delete(id)
      this.#tellAll()
      if (work.again && !work.stop.signal.aborted) this.wake(id)
    })
  }

  async #go(id: RunId, work: Work): Promise<void> {
    for (let failures = 0; !work.stop.signal.aborted; ) {
      work.again = false
      const turn = await this.#turn(id, work).catch((error: unknown) => this.#failed(id, work, error))
      this.#tellAll()
      if (turn === "again") failures = 0
      else if (work.again) continue
      else if (turn === "idle") return
      else await asleep(work, Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** failures++))
    }
  }

  async #turn(id: RunId, work: Work): Promise<Turn> {
    const { store, clock, advance } = this.#parts
    const run = await selectRun(store, id)
    if (run === null || run.erasedAt !== null) return "idle"
    if (hasEnded(run)) return this.#eraseEnded(run)
    if (run.expiresAt <= clock.now()) {
      await this.#end(id, { state: "expired", reason: null, endedBy: null, by: null })
      return "again"
    }
    if ((isUnderWay(run) || run.state === "counted") && !(await mayGoOn(store, run, clock.now()))) {
      await this.#end(id, { state: "cancelled", reason: "match.agreement", endedBy: "us", by: null })
      return "again"
    }
    if (run.paused !== null || !isUnderWay(run)) return "idle"
    const peer = await findPeerByKey(store, run.peer)
    if (peer === null || !isActive(peer)) throw new ComityError("unavailable", "peer.not-active")
    this.#tell(work, run, 0, 0)
    return advance(run, { signal: work.stop.signal, tell: (done, total) => this.#tell(work, run, done, total) })
  }

  /** A partner that was shown what it asked for may still fetch what we know about it; all else has done its work. */
  async #eraseEnded(run: Run): Promise<Turn> {
    const { store, clock } = this.#parts
    if (run.state === "done" && run.expiresAt > clock.now() && (await mayGoOn(store, run, clock.now()))) {
      if ((await selectWords(store, run.key)).theirs.close === undefined) {
        await this.#parts.erase(run, "labels-out")
        return "idle"
      }
    }
    await this.#erase(run)
    return "idle"
  }

  async #erase(run: Run): Promise<void> {
    await this.#parts.erase(run)
    await this.#parts.store.write(async (tx) => {
      await takeBack(tx, await selectPointless(tx, run.key))
      await setErased(tx, run.key)
    })
    this.#tellAll()
  }

  /** What may do better later is tried again; anything else ends the run, never the node. */
  async #failed(id: RunId, work: Work, error: unknown): Promise<Turn | "later"> {
    if (work.stop.signal.aborted) return "idle"
    const ending = endingFor(error)
    if (ending === null) {
      work.progress = { ...work.progress, waits: codeOf(error) }
      return "later"
    }
    // Where a bug is, without its message: that could name what the run works with.
    const whole = error instanceof Error && !(error instanceof ComityError) ? (error.stack ?? "") : ""
    const stack = whole.split("\n").slice(1, 6).join(" ")
    this.#parts.diagnostics.warn("match.failed", { run: id, code: ending.reason, stack })
    const over = hasEnded(await loadRun(this.#parts.store, id))
    await this.#end(id, ending)
    // What could not be erased is tried again, but not without a pause.
    return over ? "later" : "again"
  }

  async #end(id: string, ending: Ending): Promise<void> {
    const speaker = await speakerOf(this.#parts.self)
    await this.#parts.store.write(async (tx) => endRun(tx, speaker, await loadRun(tx, id), ending))
  }

  async #stop(id: string): Promise<void> {
    const work = this.#works.get(id)
    if (work === undefined) return
    halt(work)
    await work.over
  }

  /** A word of the partner's may have ended what is under way. */
  async #stopIfOver(id: string, work: Work): Promise<void> {
    const run = await selectRun(this.#parts.store, id)
    if (run === null || this.#works.get(id) !== work || !(hasEnded(run) || run.paused !== null)) return
    halt(work)
    await work.over
    if (hasEnded(run)) this.wake(run.id)
  }

  #tell(work: Work, { state, phase }: Run, done: number, total: number): void {
    if (work.began.phase !== phase || done < work.began.done) work.began = { phase, at: monotonic(), done }
    const since = done - work.began.done
    const seconds = since === 0 ? null : ((monotonic() - work.began.at) / since / 1000) * (total - done)
    const secondsLeft = seconds === null ? null : Math.ceil(seconds)
    work.progress = { state, phase, done, total, secondsLeft, waits: null }
    this.#tellAll()
  }

  #tellAll(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

function isUnderWay({ state }: Run): boolean {
  return state === "running" || state === "opening"
}

function still({ state, phase }: Run): Omit<RunProgress, "waits"> {
  return { state, phase, done: 0, total: 0, secondsLeft: null }
}

function halt(work: Work): void {
  work.stop.abort()
  work.rouse?.()
}

function asleep(work: Work, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const rouse = () => {
      clearTimeout(timer)
      work.rouse = null
      resolve()
    }
    const timer = setTimeout(rouse, milliseconds)
    timer.unref()
    work.rouse = rouse
  })
}

function codeOf(error: unknown): string {
  if (!(error instanceof ComityError)) return "match.internal"
  const theirs = error.details.code
  return error.code === "peer.refused" && typeof theirs === "string" && theirs.startsWith("match.")
    ? theirs
    : error.code
}

/** How a run ends because of what happened in it; null for what may pass. */
function endingFor(error: unknown): Ending | null {
  const ours = { endedBy: "us", by: null } as const
  if (!(error instanceof ComityError)) return { state: "cancelled", reason: "match.internal", ...ours }
  const { kind, code } = error
  if (code === "match.lost") return { state: "cancelled", reason: code, ...ours }
  if (kind === "unavailable" || kind === "slow-down" || kind === "full") return null
  if (code.startsWith("match.list") || kind === "not-found")
    return { state: "cancelled", reason: codeOf(error), ...ours }
  // The partner's refusal of a request: it will say in a word of its own what is wrong.
  return code.startsWith("match.") ? { state: "broken", reason: code, ...ours } : null
}
