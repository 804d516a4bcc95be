import type { Visit } from "../../accounts/index.ts"
import type { Clock } from "../../kernel/time.ts"
import {
  type Check,
  checkFacts,
  type Day,
  dayAt,
  type FactBook,
  type Facts,
  type Lookup,
  lookup,
} from "../../law/index.ts"
import type { Store } from "../../store/index.ts"

export type FactPageParts = { store: Store; book: FactBook; clock: Clock }

/** One look at the facts that count now: who looks, at what, on which day. */
export type Look = { visit: Visit; facts: Facts; today: Day; at: Lookup }

export async function lookOf({ book, clock }: FactPageParts, visit: Visit): Promise<Look> {
  const facts = await book.current()
  const today = dayAt(clock.now())
  return { visit, facts, today, at: keptFor(lookups, facts, today, () => lookup(facts, today)) }
}

/** What is wrong with the facts; looked up once for each day and set. */
export function checkOf({ facts, today }: Pick<Look, "facts" | "today">): Check {
  return keptFor(checks, facts, today, () => checkFacts(facts, today))
}

type Kept<Value> = WeakMap<Facts, { day: Day; value: Value }>
const lookups: Kept<Lookup> = new WeakMap()
const checks: Kept<Check> = new WeakMap()

function keptFor<Value>(kept: Kept<Value>, facts: Facts, day: Day, make: () => Value): Value {
  const found = kept.get(facts)
  if (found?.day === day) return found.value
  const value = make()
  kept.set(facts, { day, value })
  return value
}
