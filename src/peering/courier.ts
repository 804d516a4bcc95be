import { ComityError } from "../kernel/errors.ts"
import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import type { PeeringParts } from "./model.ts"
import type { Couriers } from "./outbox.ts"
import { peersThatShare, peersToTell } from "./queries.ts"
import { round } from "./round.ts"

/** How often the courier looks whether something was written since; a look is one comparison of numbers. */
const LOOK_MS = 100
const SECOND = 1_000_000

/** `every`: seconds after which a peer is asked even if it told nothing. */
export type CourierOptions = PeeringParts & { couriers: Couriers; every: number }

/**
 * Goes to the peers: at once where something waits for them or they told of something new, else every few minutes. Each
 * peer has its own round, one at a time, so that one that is slow or gone holds up nobody else. The only timers of the
 * module are here.
 */
export class Courier {
  readonly #parts: CourierOptions
  /** Peers with a round under way, and whether another must follow. */
  readonly #underWay = new Map<number, Promise<void>>()
  readonly #wanted = new Set<number>()
  readonly #asked = new Map<number, Instant>()
  /** Not before: a peer that failed is left alone for a while. */
  readonly #rest = new Map<number, { until: Instant; failures: number }>()
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null
  #seen = -1
  #closed = false

  constructor(parts: CourierOptions) {
    this.#parts = parts
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null
      })
    }, LOOK_MS)
    this.#timer.unref()
  }

  /** The peer told of something new: it is asked now, whatever else was planned. */
  wake(peer: number): void {
    this.#wanted.add(peer)
    this.#rest.delete(peer)
    this.#begin(peer)
  }

  /** Rounds that are under way end first. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#looking
    await Promise.all(this.#underWay.values())
  }

  async #look(): Promise<void> {
    const { store, clock, every } = this.#parts
    const now = clock.now()
    const commits = store.commits
    const due = commits !== this.#seen ? await peersToTell(store, now) : []
    this.#seen = commits
    const ask = await this.#peersToAsk(now, every)
    for (const peer of new Set([...due, ...ask])) {
      if (now >= (this.#rest.get(peer)?.until ?? 0)) this.#begin(peer)
    }
  }

  #lastList: Instant = 0 as Instant
  #peers: number[] = []

  /** The list of peers is read once a second at most: it seldom changes. */
  async #peersToAsk(now: Instant, every: number): Promise<number[]> {
    if (now - this.#lastList >= SECOND || now < this.#lastList) {
      this.#lastList = now
      this.#peers = await peersThatShare(this.#parts.store)
      for (const peer of await peersToTell(this.#parts.store, now)) if (!this.#peers.includes(peer)) this.#begin(peer)
    }
    return this.#peers.filter((peer) => now - (this.#asked.get(peer) ?? 0) >= every * SECOND)
  }

  #begin(peer: number): void {
    if (this.#closed || this.#underWay.has(peer)) return
    const done = this.#go(peer).finally(() => {
      this.#underWay.delete(peer)
      if (this.#wanted.has(peer)) this.#begin(peer)
    })
    this.#underWay.set(peer, done)
  }

  async #go(peer: number): Promise<void> {
    const { clock, every, couriers, diagnostics } = this.#parts
    const now = clock.now()
    const wanted = this.#wanted.delete(peer)
    const ask = wanted || now - (this.#asked.get(peer) ?? 0) >= every * SECOND
    if (ask) this.#asked.set(peer, now)
    try {
      await round(this.#parts, couriers, peer, ask)
      this.#rest.delete(peer)
    } catch (error) {
      const failures = (this.#rest.get(peer)?.failures ?? 0) + 1
      const until = plusMicroseconds(clock.now(), Math.min(every, 2 ** Math.min(failures, 12)) * SECOND) as Instant
      this.#rest.set(peer, { until, failures })
      if (ask) this.#asked.delete(peer)
      const code = error instanceof ComityError ? error.code : "bug"
      const stack = error instanceof ComityError || !(error instanceof Error) ? "" : (error.stack ?? "")
      diagnostics.warn("peer.round-failed", { peer, code, stack })
    }
  }
}
