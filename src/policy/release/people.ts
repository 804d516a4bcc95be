import { formatInstant, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { compareTlp } from "../../stix/index.ts"
import type { Terms } from "../terms/model.ts"
import {
  APPROVAL_HOLDS,
  type Approval,
  type Approvals,
  type HoldFor,
  type ReleaseFacts,
  type ReleaseObject,
  type ReleaseReason,
  type Urgent,
} from "./model.ts"
import { byTerm, reason } from "./reasons.ts"

type Question = { terms: Terms | null; facts: ReleaseFacts; time: Instant }
type Asked =
  | { is: "go"; reasons: readonly ReleaseReason[] }
  | { is: "hold"; for: HoldFor; reasons: readonly ReleaseReason[] }
  | { is: "refuse"; reasons: readonly ReleaseReason[] }

/** Whether one pair of hands is enough for what the terms would let go; if not, whether there were two. */
export function askPeople(object: ReleaseObject, approvals: Approvals, question: Question): Asked {
  const { facts } = question
  const needs = needsTwo(object, question)
  const alone = facts.officers < 2
  const beyond = alone && (needs.length > 0 || isAboveGreen(object))
  if (needs.length === 0 && !beyond) return { is: "go", reasons: [] }
  const urgent = urgentNeed(question)
  if (urgent !== null) {
    return { is: "go", reasons: [byTerm(facts, "urgent", "people.urgent", { told: urgent.told, why: urgent.reason })] }
  }
  if (beyond) return { is: "refuse", reasons: [reason("people.too-few"), ...needs] }
  const second = secondYes(approvals, question)
  if (second !== null) {
    return { is: "go", reasons: [reason("people.approved", { by: second.by, at: formatInstant(second.at) })] }
  }
  const { actor } = facts
  return { is: "hold", for: { role: "officer", except: actor.is === "person" ? [actor.by] : [] }, reasons: needs }
}

/** Why a second person has to agree; empty if nobody has to. */
function needsTwo({ marking, strictest, personal }: ReleaseObject, { terms, facts }: Question): ReleaseReason[] {
  const kinds = [...new Set(personal.map(({ what }) => what))]
  return [
    ...(marking === "amber+strict" ? [reason("people.strict")] : []),
    // Under other terms nothing of it goes.
    ...(terms?.personal.is === "allow"
      ? kinds.map((what) => byTerm(facts, "personal", "people.personal", { what }))
      : []),
    ...(marking !== null && strictest !== null && compareTlp(strictest, marking) > 0
      ? [reason("people.looser", { marking, from: strictest })]
      : []),
    ...(facts.first && facts.officers >= 2 ? [reason("people.first")] : []),
  ]
}

function isAboveGreen({ marking }: ReleaseObject): boolean {
  return marking !== null && compareTlp(marking, "green") > 0
}

/** Only an officer has urgent need, where the terms know such a thing, and tells somebody else. */
function urgentNeed({ terms, facts: { actor, urgent } }: Question): Urgent | null {
  if (terms?.urgent !== true || urgent === null || actor.is !== "person") return null
  return urgent.told === actor.by || urgent.told === "" || urgent.reason.trim() === "" ? null : urgent
}

/** The yes of another officer, to exactly this, and not older than a day. */
function secondYes({ binding, given }: Approvals, { facts: { actor }, time }: Question): Approval | null {
  const found = given.find(
    (one) =>
      one.officer &&
      one.binding === binding &&
      (actor.is === "operator" || one.by !== actor.by) &&
      one.at <= time &&
      time < plusMicroseconds(one.at, APPROVAL_HOLDS),
  )
  return found ?? null
}
