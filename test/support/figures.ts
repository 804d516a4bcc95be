import type { Answers, Figures } from "../../src/peering/reciprocity/model.ts"

const answers: Answers = { asked: 5, inTime: 3, late: 1, overdue: 0, running: 1, median: 30 * 60_000_000 }

/** Figures of one span, with so many objects seen again. */
export function figures(again: number, looked = 500): Figures {
  return {
    days: null,
    given: { versions: 300, objects: 240, recalled: 2, bytes: 99_999, erased: 0 },
    received: { versions: 600, objects: 500, recalled: 0, bytes: 88_888, conflicts: 7, unread: 1, empty: 0 },
    ...{ theirAnswers: answers, ourAnswers: answers },
    seenAgain: { looked, again, spoken: again, brought: 0, sameValue: 0, cut: false, atLeast: false },
  }
}
