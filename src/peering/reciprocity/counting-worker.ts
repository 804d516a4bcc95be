import type { Instant } from "../../kernel/time.ts"
import { type SyncReader, serveScan } from "../../store/index.ts"
import {
  type Odd,
  readAskedOfThem,
  readAskedOfUs,
  readGiven,
  readGivenErased,
  readOdd,
  readReceived,
} from "./count-queries.ts"
import { answersOf, type Figures, flowsOf } from "./model.ts"

/** Whom to count, and from which moments on. */
export type CountJob = { parties: readonly string[]; beginnings: readonly Instant[]; now: Instant }

/** One partner, a set of figures for each beginning. */
export type Counted = { party: string; figures: Omit<Figures, "days" | "seenAgain">[] }

serveScan<CountJob, Counted>(function* (reader, job) {
  for (const party of job.parties) yield countOf(reader, party, job)
})

function countOf(reader: SyncReader, party: string, { beginnings, now }: CountJob): Counted {
  const given = flowsOf(readGiven(reader, party), beginnings)
  const received = flowsOf(readReceived(reader, party), beginnings)
  const erased = countFrom(readGivenErased(reader, party), beginnings)
  const odd = oddOf(readOdd(reader, party), beginnings)
  const theirs = answersOf(readAskedOfThem(reader, party), beginnings, now)
  const ours = answersOf(readAskedOfUs(reader, party), beginnings, now)
  const figures = given.map((flow, i) => ({
    given: { ...flow, erased: at(erased, i) },
    received: { ...at(received, i), ...at(odd, i) },
    theirAnswers: at(theirs, i),
    ourAnswers: at(ours, i),
  }))
  return { party, figures }
}

/** Every list has one item for each beginning. */
function at<Item>(items: readonly Item[], i: number): Item {
  return items[i] as Item
}

function countFrom(rows: Iterable<{ at: Instant }>, beginnings: readonly Instant[]): number[] {
  const counts = beginnings.map(() => 0)
  for (const row of rows) {
    for (const [i, beginning] of beginnings.entries()) if (row.at >= beginning) counts[i] = (counts[i] ?? 0) + 1
  }
  return counts
}

function oddOf(rows: Iterable<Odd>, beginnings: readonly Instant[]) {
  const counts = beginnings.map(() => ({ conflicts: 0, unread: 0, empty: 0 }))
  const names = { conflict: "conflicts", unread: "unread", empty: "empty" } as const
  for (const row of rows) {
    for (const [i, count] of counts.entries()) if (row.at >= (beginnings[i] ?? 0)) count[names[row.kind]] += 1
  }
  return counts
}
