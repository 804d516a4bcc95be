import type { Instant } from "../../kernel/time.ts"
import type { Purpose, Terms } from "../terms/model.ts"
import { againstFacts } from "./against-facts.ts"
import { againstObject } from "./against-object.ts"
import { againstOrigin } from "./against-origin.ts"
import type {
  Approvals,
  Decision,
  Found,
  Redaction,
  ReleaseFacts,
  ReleaseObject,
  ReleaseOrigin,
  ReleaseReason,
} from "./model.ts"
import { askPeople } from "./people.ts"

/** What is the same for every object of one release. */
export type ReleaseQuestion = { terms: Terms | null; facts: ReleaseFacts; purpose: Purpose; time: Instant }
type Decide = (object: ReleaseObject, origin: ReleaseOrigin, approvals: Approvals) => Decision

/**
 * May this object version enter this shared collection, and how? Pure and total: an answer for every question, and
 * every reason against it at once, so that nobody mends one only to meet the next. docs/release.md says the same in
 * words. `terms` null: of a version that this node does not understand.
 */
export function decide(
  object: ReleaseObject,
  origin: ReleaseOrigin,
  terms: Terms | null,
  facts: ReleaseFacts,
  approvals: Approvals,
  purpose: Purpose,
  time: Instant,
): Decision {
  return decider({ terms, facts, purpose, time })(object, origin, approvals)
}

/** The same for many objects of one release: what speaks against all of them is found once. */
export function decider(question: ReleaseQuestion): Decide {
  const always = orNull(() => againstFacts(question))
  return (object, origin, approvals) => {
    const one = { object, origin, approvals }
    return (always === null ? null : orNull(() => decideOne(question, always, one))) ?? FAILED
  }
}

type One = { object: ReleaseObject; origin: ReleaseOrigin; approvals: Approvals }

function decideOne(question: ReleaseQuestion, always: readonly ReleaseReason[], one: One): Decision {
  const { object, origin, approvals } = one
  const { terms, facts } = question
  const reasons = [...always, ...againstOrigin(origin, object, question), ...againstObject(object, terms, facts)]
  if (terms === null || reasons.length > 0) return { is: "refuse", reasons }
  const what = takenOutBy(terms, object)
  const asked = askPeople(object, approvals, question)
  if (asked.is === "refuse") return asked
  if (asked.is === "hold") return { ...asked, what }
  return what.length === 0 ? { is: "release", reasons: asked.reasons } : { is: "redact", what, reasons: asked.reasons }
}

/** What these terms take out of an object before it goes, whatever else is decided of it. */
export function takenOutBy(
  terms: Terms,
  { personal, sources }: Pick<ReleaseObject, "personal" | "sources">,
): Redaction[] {
  return [
    ...(terms.personal.is === "redact" ? personal.map(redaction) : []),
    ...(terms.attribution === "hidden" ? sources.map(redaction) : []),
  ]
}

function redaction({ path, what }: Found): Redaction {
  return { path, what }
}

/** Who cannot decide does not release: a fault of ours is a refusal like any other (design 2.3). */
const FAILED: Decision = { is: "refuse", reasons: [{ code: "decision.failed", values: {} }] }

function orNull<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}
