import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { CollectionId } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Decision, Purpose, RedactedKind, Redaction, ReleaseReason, Urgent } from "../../policy/index.ts"
import type { Tlp } from "../../stix/index.ts"

export type ReleaseId = Id<"release">
export type ReleaseState = "looking" | "decided" | "running" | "done" | "cancelled" | "failed"

/** A collection that gets something, and who read it when that was prepared: nobody else may be among them later. */
export type Target = { collection: CollectionId; audience: readonly PartyId[] }

/** A reason against objects, and how many objects it holds for. */
export type Grounds = ReleaseReason & { count: number }

/** An object that stays, and the grounds by their places in the list. */
export type Withheld = { id: string; grounds: readonly number[] }

/** What became of the objects, or would become of them, in one collection. */
export type TargetOutcome = {
  released: number
  /** Were there already. */
  already: number
  refused: number
  /** Erased since they were chosen. */
  gone: number
  /** Got the mark that was chosen for those without one. */
  marked: number
  /** Marking definitions that go along with what names them. */
  along: number
  grounds: readonly Grounds[]
  withheld: readonly Withheld[]
  /** Wait for a second person: how many, why, and the first of them. */
  held: number
  holds: readonly Grounds[]
  waiting: readonly string[]
  /** Went without something of it, or would: how many objects, and what was taken out how often. */
  redacted: number
  redactions: readonly { what: RedactedKind; count: number }[]
  /** SHA-256 over each object version and what was decided of it, in base64: the ledger keeps it. */
  digest: string
}

/** One release: chosen objects, collections, and how far it is. */
export type Release = {
  key: number
  id: ReleaseId
  state: ReleaseState
  /** Commitment of the person; null where a command or the node itself did it. */
  by: string | null
  /** What the policy is told of who decided. */
  officer: boolean
  createdAt: Instant
  finishedAt: Instant | null
  targets: readonly Target[]
  /** Key of the collection whose content goes on to another one, decided anew; null where objects were chosen. */
  source: number | null
  /** The entry of `source` that was settled last. */
  cursor: number
  /** Pairs of object and collection, and how many of them are settled. */
  total: number
  settled: number
  /** The mark for those that have none; null leaves them out. */
  unmarked: Tlp | null
  again: boolean
  /** For what it goes; null: for the first purpose that the terms of each collection name. */
  purpose: Purpose | null
  /** Why one officer alone lets out what a second would have to agree to, and who is told of it. */
  urgent: Urgent | null
  outcome: readonly TargetOutcome[]
  failure: string | null
}

export const nothingYet: TargetOutcome = {
  ...{ released: 0, already: 0, refused: 0, gone: 0, marked: 0, along: 0 },
  ...{ grounds: [], withheld: [], held: 0, holds: [], waiting: [], redacted: 0, redactions: [], digest: "" },
}

/** What became of one object. */
export type Settled =
  | { is: "released"; marked: boolean; along: number; without: readonly Redaction[] }
  | { is: "held"; reasons: readonly ReleaseReason[]; without: readonly Redaction[] }
  | { is: "already" }
  | { is: "gone" }
  | { is: "refused"; reasons: readonly ReleaseReason[] }

const WITHHELD_MOST = 500
const GROUNDS_MOST = 60

/** The outcome with one more object in it. */
export function counted(outcome: TargetOutcome, id: string, settled: Settled): TargetOutcome {
  switch (settled.is) {
    case "released": {
      const { released, marked, along } = outcome
      return {
        ...redacted(outcome, settled.without),
        released: released + 1,
        marked: marked + (settled.marked ? 1 : 0),
        along: along + settled.along,
      }
    }
    case "held": {
      const waiting = outcome.waiting.length < WITHHELD_MOST ? [...outcome.waiting, id] : outcome.waiting
      const holds = settled.reasons.reduce((some, reason) => withGround(some, reason).grounds, outcome.holds)
      return { ...redacted(outcome, settled.without), held: outcome.held + 1, holds, waiting }
    }
    case "already":
      return { ...outcome, already: outcome.already + 1 }
    case "gone":
      return { ...outcome, gone: outcome.gone + 1 }
    case "refused":
      return withheld({ ...outcome, refused: outcome.refused + 1 }, id, settled.reasons)
  }
}

function redacted(outcome: TargetOutcome, without: readonly Redaction[]): TargetOutcome {
  if (without.length === 0) return outcome
  const counts = new Map(outcome.redactions.map(({ what, count }) => [what, count]))
  for (const { what } of without) counts.set(what, (counts.get(what) ?? 0) + 1)
  return {
    ...outcome,
    redacted: outcome.redacted + 1,
    redactions: [...counts].map(([what, count]) => ({ what, count })),
  }
}

/** The grounds with one more, and the place at which it stands; null where there is no room for another one. */
function withGround(before: readonly Grounds[], reason: ReleaseReason): { grounds: Grounds[]; place: number | null } {
  const grounds = [...before]
  const at = grounds.findIndex((one) => isSame(one, reason))
  const known = grounds[at]
  if (known !== undefined) {
    grounds[at] = { ...known, count: known.count + 1 }
    return { grounds, place: at }
  }
  if (grounds.length >= GROUNDS_MOST) return { grounds, place: null }
  grounds.push({ ...reason, count: 1 })
  return { grounds, place: grounds.length - 1 }
}

function withheld(outcome: TargetOutcome, id: string, reasons: readonly ReleaseReason[]): TargetOutcome {
  let grounds: readonly Grounds[] = outcome.grounds
  const places: number[] = []
  for (const reason of reasons) {
    const next = withGround(grounds, reason)
    grounds = next.grounds
    if (next.place !== null) places.push(next.place)
  }
  const list =
    outcome.withheld.length < WITHHELD_MOST ? [...outcome.withheld, { id, grounds: places }] : outcome.withheld
  return { ...outcome, grounds, withheld: list }
}

function isSame(a: ReleaseReason, b: ReleaseReason): boolean {
  const names = Object.keys(a.values)
  return (
    a.code === b.code &&
    names.length === Object.keys(b.values).length &&
    names.every((name) => a.values[name] === b.values[name])
  )
}

/** What was decided, as the digest has it: no word of what the object says. */
export function decidedText(decision: Decision): string {
  return [decision.is, ...decision.reasons.map(({ code }) => code)].join(" ")
}

/** Everybody who reads any of the collections. */
export function partiesOf(targets: readonly Target[]): PartyId[] {
  return [...new Set(targets.flatMap(({ audience }) => audience))]
}
