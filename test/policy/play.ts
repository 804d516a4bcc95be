import { decide } from "../../src/policy/index.ts"
import { oracle } from "./oracle.ts"
import { Dice, question } from "./questions.ts"
import { told } from "./told.ts"

/** Questions that follow from one seed. */
export const QUESTIONS = 10_000

export type PolicyPlayed = { answers: ReadonlyMap<string, number>; difference: string | null }

/** Asks both implementations of docs/release.md the questions of a seed, up to the first that they answer differently. */
export function playPolicy(seed: number): PolicyPlayed {
  const dice = new Dice(seed)
  const answers = new Map<string, number>()
  for (let i = 0; i < QUESTIONS; i++) {
    const asked = question(dice)
    const { object, origin, terms, facts, approvals, purpose, time } = asked
    const [first, second] = [decide(object, origin, terms, facts, approvals, purpose, time), oracle(asked)]
    answers.set(first.is, (answers.get(first.is) ?? 0) + 1)
    if (told(first) === told(second)) continue
    const lines = [`question ${i}: ${JSON.stringify(asked)}`, `code: ${told(first)}`, `oracle: ${told(second)}`]
    return { answers, difference: lines.join("\n") }
  }
  return { answers, difference: null }
}
