import type { Instant } from "../../kernel/time.ts"
import type { Decision, ReleaseFacts, ReleaseReason } from "../release/model.ts"
import type { Terms } from "../terms/model.ts"

/** An object of which an outcome tells. */
export type Example = { key: number; id: string; type: string; name: string }
/** A reason, how often it holds, and the first objects for which it does. */
export type TriedReason = ReleaseReason & { count: number; examples: readonly Example[] }

/** What terms would do with the objects of a library. */
export type Tried = {
  counts: Readonly<Record<Decision["is"], number>>
  released: readonly Example[]
  redacted: readonly Example[]
  held: readonly Example[]
  /** Why some would wait, and why others would not go at all. */
  holds: readonly TriedReason[]
  reasons: readonly TriedReason[]
}

/** `gained` would go under the tried terms and does not under those in force; `lost` the other way round. */
export type Difference = { gained: number; lost: number; gains: readonly Example[]; losses: readonly Example[] }

/** How far a trial is, and what it found until there; `total` counts every version that is held. */
export type TrialStep = {
  done: number
  total: number
  over: boolean
  tried: Tried
  before: Tried | null
  difference: Difference | null
}

/** `before`: the terms in force; null where none are. */
export type TrialJob = {
  terms: Terms
  before: Terms | null
  facts: ReleaseFacts
  articlesBefore: ReleaseFacts["articles"]
  self: string
  time: Instant
}

export const EXAMPLES_MOST = 10
const REASONS_MOST = 60

/** An outcome that grows; a million objects must not make a million lists. */
export class Tally {
  readonly #counts = { release: 0, redact: 0, hold: 0, refuse: 0 }
  readonly #released: Example[] = []
  readonly #redacted: Example[] = []
  readonly #held: Example[] = []
  readonly #holds: Reasons = new Map()
  readonly #reasons: Reasons = new Map()

  add(example: Example, decision: Decision): void {
    this.#counts[decision.is] += 1
    if (decision.is === "release") few(this.#released, example)
    if (decision.is === "redact") few(this.#redacted, example)
    if (decision.is === "hold") few(this.#held, example)
    if (decision.is === "hold") for (const one of decision.reasons) count(this.#holds, one, example)
    if (decision.is === "refuse") for (const one of decision.reasons) count(this.#reasons, one, example)
  }

  tried(): Tried {
    return {
      ...{ counts: { ...this.#counts }, released: [...this.#released], redacted: [...this.#redacted] },
      ...{ held: [...this.#held], holds: listed(this.#holds), reasons: listed(this.#reasons) },
    }
  }
}

type Reasons = Map<string, { reason: ReleaseReason; count: number; examples: Example[] }>

function count(reasons: Reasons, reason: ReleaseReason, example: Example): void {
  const name = JSON.stringify([reason.code, reason.values])
  const known = reasons.get(name)
  if (known === undefined && reasons.size >= REASONS_MOST) return
  const found = known ?? { reason, count: 0, examples: [] }
  found.count += 1
  few(found.examples, example)
  reasons.set(name, found)
}

/** The most frequent first. */
function listed(reasons: Reasons): TriedReason[] {
  const all = [...reasons.values()].map(({ reason, ...rest }) => ({ ...reason, ...rest }))
  return all.toSorted((a, b) => b.count - a.count)
}

/** The first, but a relationship says nothing by itself: it gives way to what has a name. */
function few(list: Example[], example: Example): void {
  if (list.length < EXAMPLES_MOST) return void list.push(example)
  if (isRelationship(example)) return
  const at = list.findIndex(isRelationship)
  if (at >= 0) list.push(...list.splice(at, 1).map(() => example))
}

const isRelationship = ({ type }: Example): boolean => type === "relationship"

const goes = ({ is }: Decision) => is === "release" || is === "redact"

/** What goes under one of two decisions only. */
export class Comparison {
  #gained = 0
  #lost = 0
  readonly #gains: Example[] = []
  readonly #losses: Example[] = []

  add(example: Example, after: Decision, before: Decision): void {
    if (goes(after) === goes(before)) return
    if (goes(after)) {
      this.#gained += 1
      few(this.#gains, example)
    } else {
      this.#lost += 1
      few(this.#losses, example)
    }
  }

  difference(): Difference {
    return { gained: this.#gained, lost: this.#lost, gains: [...this.#gains], losses: [...this.#losses] }
  }
}
