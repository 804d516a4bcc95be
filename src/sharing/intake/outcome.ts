import { monotonic } from "../../kernel/time.ts"
import type { Composed } from "../../library/index.ts"
import type { Summary } from "../importing.ts"
import type { ImportState, Outcome, Progress } from "./model.ts"

export function withoutLines(composed: Composed | null): Omit<Composed, "lines"> | null {
  if (composed === null) return null
  const { lines: _, ...rest } = composed
  return rest
}

/** What became of a file: objects, and the lines of a table that gave none. */
export function outcomeOf(summary: Summary, composed: Composed | null): Outcome {
  const { accepted, duplicate, conflicting, rejected, lifted, warnings, problems, omitted } = summary
  return {
    accepted,
    duplicate: duplicate + (composed?.repeated ?? 0),
    conflicting,
    rejected: rejected + (composed?.refused ?? 0),
    ...{ lifted, warnings, omitted },
    problems: problems.map((problem) => ({ ...problem, line: composed?.lines[problem.position - 1] ?? null })),
    composed: withoutLines(withoutValues(composed)),
  }
}

/** A value that came twice is in the library, and kept nowhere else. */
function withoutValues(composed: Composed | null): Composed | null {
  if (composed === null) return null
  const blank = composed.problems.map((one) => (one.code === "intake.value-repeated" ? { ...one, text: "" } : one))
  return { ...composed, problems: blank }
}

const SETTLED_SECONDS = 0.5

/** How fast work goes, from its own start on. */
export class Pace {
  readonly #started = monotonic()

  after(state: ImportState, done: number, total: number | null): Progress {
    const seconds = (monotonic() - this.#started) / 1000
    const perSecond = seconds < SETTLED_SECONDS ? 0 : Math.round(done / seconds)
    const secondsLeft = total === null || perSecond === 0 ? null : Math.max(0, Math.ceil((total - done) / perSecond))
    return { state, done, total, perSecond, secondsLeft }
  }
}
