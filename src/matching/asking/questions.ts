import { setTimeout as pause } from "node:timers/promises"
import { ComityError } from "../../kernel/errors.ts"
import { monotonic } from "../../kernel/time.ts"
import { findPeerByKey, isActive } from "../../parties/index.ts"
import { askPeer, type GoingParts, hearOffers } from "./going.ts"
import { forgetOutputs, selectUnanswered } from "./question-queries.ts"

const LOOK_MS = 250
const REST_MOST_MS = 600_000
const HOUR_MS = 3_600_000

/**
 * Goes to partners with our questions: at once, and again until each has answered or somebody calls it off. One partner
 * that is slow or gone holds up no other; one question at a time goes to each.
 */
export class Questions {
  readonly #parts: GoingParts
  readonly #underWay = new Map<number, Promise<void>>()
  readonly #rest = new Map<number, { until: number; failures: number }>()
  readonly #offered = new Set<number>()
  #timer: NodeJS.Timeout | null = null
  #commits = -1
  #forgotten = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(parts: GoingParts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_MS)
    this.#timer.unref()
  }

  /** A partner told that there is something new to ask. */
  wake(peer: number): void {
    this.#offered.add(peer)
    this.#commits = -1
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await Promise.all(this.#underWay.values())
  }

  /** Begins what there is to begin. */
  async look(): Promise<void> {
    const { store, clock } = this.#parts
    const resting = [...this.#rest.values()].some(({ until }) => until <= monotonic())
    if (this.#closed || (store.commits === this.#commits && !resting)) return
    this.#commits = store.commits
    const peers = new Set(this.#offered)
    for (const { parts } of await selectUnanswered(store)) {
      for (const { peer, state } of parts) if (state === "waiting") peers.add(peer)
    }
    for (const peer of peers) this.#begin(peer)
    if (monotonic() - this.#forgotten < HOUR_MS) return
    this.#forgotten = monotonic()
    await store.write((tx) => forgetOutputs(tx, clock.now()))
  }

  /** All that can be done now is done when this resolves. */
  async settled(): Promise<void> {
    for (let rounds = 0; rounds < 20; rounds++) {
      this.#commits = -1
      await this.look()
      if (this.#underWay.size === 0) return
      await Promise.all(this.#underWay.values())
      await pause(0)
    }
  }

  #begin(peer: number): void {
    if (this.#closed || this.#underWay.has(peer) || monotonic() < (this.#rest.get(peer)?.until ?? 0)) return
    const done = this.#go(peer).finally(() => {
      this.#underWay.delete(peer)
      this.#commits = -1
    })
    this.#underWay.set(peer, done)
  }

  async #go(key: number): Promise<void> {
    const { store, diagnostics } = this.#parts
    try {
      const peer = await findPeerByKey(store, key)
      if (peer === null || !isActive(peer)) throw new ComityError("unavailable", "peer.not-active")
      if (this.#offered.delete(key)) await hearOffers(this.#parts, peer)
      for (const question of await selectUnanswered(store)) await askPeer(this.#parts, peer, question)
      this.#rest.delete(key)
    } catch (error) {
      const failures = (this.#rest.get(key)?.failures ?? 0) + 1
      this.#rest.set(key, { until: monotonic() + Math.min(REST_MOST_MS, 1000 * 2 ** failures), failures })
      const code = error instanceof ComityError ? error.code : "bug"
      const stack = error instanceof ComityError || !(error instanceof Error) ? "" : (error.stack ?? "")
      diagnostics.warn("match.question-failed", { peer: key, code, stack })
    }
  }
}
