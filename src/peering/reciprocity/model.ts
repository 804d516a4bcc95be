import { DAY, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import type { Again } from "../../library/index.ts"

/** How many days before the moment of counting; null is all there is. */
export type Days = number | null

/** Spans of time that pages offer and partners tell each other. */
export const SPANS: readonly Days[] = [30, 90, 365, null]

/** From when on something counts. */
export function beginningOf(days: Days, now: Instant): Instant {
  return days === null ? (Number.MIN_SAFE_INTEGER as Instant) : plusMicroseconds(now, -days * DAY)
}

/** What went one way, as `docs/reciprocity.md` defines it. */
export type Flow = { versions: number; objects: number; recalled: number; bytes: number }
export type Given = Flow & { erased: number }
export type Received = Flow & { conflicts: number; unread: number; empty: number }

/** Receipts that one side owed the other. `median`: microseconds between telling and answer; null if nothing was answered. */
export type Answers = {
  asked: number
  inTime: number
  late: number
  overdue: number
  running: number
  median: number | null
}

/**
 * What came up again at home. `cut`: only the newest objects were looked at; `atLeast`: the index had not read
 * everything yet.
 */
export type SeenAgain = {
  looked: number
  again: number
  spoken: number
  brought: number
  sameValue: number
  cut: boolean
  atLeast: boolean
}

export type Figures = {
  days: Days
  given: Given
  received: Received
  theirAnswers: Answers
  ourAnswers: Answers
  /** Null: not known. */
  seenAgain: SeenAgain | null
}

/** Of one partner, for each span that was asked for, all of one moment. */
export type Report = { party: string; at: Instant; figures: readonly Figures[] }

/**
 * A version that went one way: of which object (by 48 bits of its id: of a million objects two meet once in five
 * hundred nodes), when it first went, whether a collection serves it still, whether it was recalled.
 */
export type Passed = { hash: number; first: Instant; standing: number; recalled: number; bytes: number }

/** Counts versions and objects; those of one object come one after the other. */
export function flowsOf(versions: Iterable<Passed>, beginnings: readonly Instant[]): Flow[] {
  const flows = beginnings.map(() => ({ versions: 0, objects: 0, recalled: 0, bytes: 0 }))
  let object: Passed[] = []
  const close = () => {
    if (object.length > 0) addObject(flows, object, beginnings)
  }
  for (const version of versions) {
    if (version.hash !== object[0]?.hash) {
      close()
      object = []
    }
    object.push(version)
  }
  close()
  return flows
}

function addObject(flows: Flow[], versions: readonly Passed[], beginnings: readonly Instant[]): void {
  const gone = versions.every(({ standing }) => standing === 0) && versions.some(({ recalled }) => recalled === 1)
  for (const [i, flow] of flows.entries()) {
    const counted = versions.filter(({ first }) => first >= (beginnings[i] ?? 0))
    if (counted.length === 0) continue
    flow.objects += 1
    flow.recalled += gone ? 1 : 0
    flow.versions += counted.length
    for (const { bytes } of counted) flow.bytes += bytes
  }
}

/** A receipt that was asked for. `until`: the day that who owes it named. */
export type Asked = { told: Instant; due: Instant; answered: Instant | null; until: Instant | null }

export function answersOf(asked: readonly Asked[], beginnings: readonly Instant[], now: Instant): Answers[] {
  return beginnings.map((beginning) => {
    const counted = asked.filter(({ told }) => told >= beginning)
    const answered = counted.flatMap(({ told, due, answered: at }) => (at === null ? [] : [{ told, due, at }]))
    const open = counted.filter(({ answered: at }) => at === null)
    const overdue = open.filter(({ due, until }) => (until ?? due) < now).length
    const inTime = answered.filter(({ due, at }) => at <= due).length
    return {
      asked: counted.length,
      inTime,
      late: answered.length - inTime,
      overdue,
      running: open.length - overdue,
      median: medianOf(answered.map(({ told, at }) => Math.max(0, at - told))),
    }
  })
}

/** The middle one, the lower of two; null of none. */
function medianOf(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? null
}

/** Those whose time has come: what is still running says nothing yet. */
export function dueOf({ inTime, late, overdue }: Pick<Answers, "inTime" | "late" | "overdue">): number {
  return inTime + late + overdue
}

export function seenAgainOf(
  objects: readonly Again[],
  beginning: Instant,
  { cut, atLeast }: { cut: boolean; atLeast: boolean },
): SeenAgain {
  const looked = objects.filter(({ since }) => since >= beginning)
  const count = (so: (one: Again) => boolean) => looked.filter(so).length
  return {
    looked: looked.length,
    again: count(({ spoken, brought, sameValue }) => spoken || brought || sameValue),
    spoken: count(({ spoken }) => spoken),
    brought: count(({ brought }) => brought),
    sameValue: count(({ sameValue }) => sameValue),
    ...{ cut, atLeast },
  }
}
