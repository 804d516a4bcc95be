import { formatInstant } from "../../kernel/time.ts"
import type { Origin } from "../../library/index.ts"
import { isActive } from "../../parties/index.ts"
import { compareTlp } from "../../stix/index.ts"
import { comparedValue } from "../refusals/model.ts"
import {
  CEILING,
  type Decision,
  type Recipient,
  type ReleaseObject,
  type ReleaseQuestion,
  type ReleaseReason,
  type ReleaseReasonCode,
  type ReleaseTarget,
} from "./model.ts"

/**
 * May this object version enter this shared collection? Pure and total: an answer for every question, and every reason
 * against it at once, so that nobody mends one only to meet the next.
 */
export function decide(question: ReleaseQuestion): Decision {
  return decider(question)(question.object, question.origin)
}

/** The same for many objects of one release: what speaks against the target is found once. */
export function decider(target: ReleaseTarget): (object: ReleaseObject, origin: Origin) => Decision {
  const always = againstTarget(target)
  return (object, origin) => {
    const reasons = [...always, ...againstObject(object, origin, target)]
    return reasons.length === 0 ? { is: "release", reasons: [] } : { is: "refuse", reasons }
  }
}

/** What speaks against letting anything into a collection; empty if nothing does. */
export function againstTarget({ actor, collection, audience, refusals }: ReleaseTarget): ReleaseReason[] {
  return [
    ...(actor.is === "operator" || actor.officer ? [] : [reason("actor.not-officer")]),
    ...(collection.kind === "shared" ? [] : [reason("collection.not-shared")]),
    ...(collection.closedAt === null ? [] : [reason("collection.closed")]),
    ...(audience.length === 0 ? [reason("audience.empty")] : []),
    ...audience.flatMap((recipient) => againstRecipient(recipient, refusals)),
  ]
}

/** What speaks against letting anything go to this one party, in whatever way; empty if nothing does. */
export function againstRecipient(recipient: Recipient, refusals: ReleaseTarget["refusals"]): ReleaseReason[] {
  const { party, names, places, peer } = recipient
  const name = names[0] ?? party
  const called = [party, ...names].map(comparedValue)
  const refused = called.find((one) => refusals.parties.has(one))
  return [
    ...(peer === null ? [reason("audience.stranger", { party, name })] : []),
    ...(peer === null || isActive(peer) ? [] : [reason("audience.not-active", { party, name })]),
    ...(refused === undefined
      ? []
      : [reason("audience.refused", { party, name, ...why(refusals.parties.get(refused)) })]),
    ...(places ?? []).flatMap((place) => {
      const found = refusals.places.get(place)
      return found === undefined ? [] : [reason("audience.place-refused", { party, name, place, ...why(found) })]
    }),
    // Who never said where it is could be anywhere, so where places are refused it is too.
    ...(refusals.places.size > 0 && (places === null || places.length === 0)
      ? [reason("audience.place-unknown", { party, name })]
      : []),
  ]
}

function againstObject(object: ReleaseObject, origin: Origin, { refusals, again }: ReleaseTarget): ReleaseReason[] {
  const { type, kinds, recalledAt } = object
  const recalled = recalledAt !== null && !again
  return [
    ...(origin === "own" ? [] : [reason("object.received", { party: origin })]),
    ...(object.aside ? [reason("object.aside")] : []),
    ...(object.withdrawn && (recalledAt === null || !again) ? [reason("object.withdrawn")] : []),
    ...(recalled ? [reason("object.recalled", { at: formatInstant(recalledAt) })] : []),
    ...(object.revokedSince ? [reason("object.revoked-since")] : []),
    ...[type, ...kinds].flatMap((kind) => {
      const found = refusals.kinds.get(kind)
      return found === undefined ? [] : [reason("object.kind-refused", { kind, ...why(found) })]
    }),
    ...againstMarking(object),
  ]
}

/** A marking definition says how others may be handled and travels with them: it alone needs no mark of its own. */
function againstMarking({ type, marking, others }: ReleaseObject): ReleaseReason[] {
  const strange = others.filter(({ carried }) => !carried)
  return [
    ...(marking === null && type !== "marking-definition" ? [reason("marking.none")] : []),
    ...(marking !== null && compareTlp(marking, CEILING) > 0 ? [reason("marking.above", { marking })] : []),
    ...strange.map(({ id }) => reason("marking.without-rules", { marking: id })),
  ]
}

function reason(code: ReleaseReasonCode, values: Readonly<Record<string, string>> = {}): ReleaseReason {
  return { code, values }
}

function why(refused: { source: string; since: string } | undefined): { source: string; since: string } {
  return { source: refused?.source ?? "", since: refused?.since ?? "" }
}
