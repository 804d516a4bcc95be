import { formatInstant, type Instant } from "../../kernel/time.ts"
import { isActive } from "../../parties/index.ts"
import { comparedValue, type Refused } from "../refusals/model.ts"
import type { ReleaseRefusals } from "../refusals/operations.ts"
import type { Purpose, Terms } from "../terms/model.ts"
import { outsideLaw } from "./against-law.ts"
import type { Recipient, ReleaseFacts, ReleaseReason } from "./model.ts"
import { byTerm, nameOf, reason } from "./reasons.ts"

type Question = { terms: Terms | null; facts: ReleaseFacts; purpose: Purpose; time: Instant }

/** What speaks against letting anything into a collection now; empty if nothing does. */
export function againstFacts({ terms, facts, purpose, time }: Question): ReleaseReason[] {
  const { actor, collection, audience, refusals } = facts
  return [
    ...(actor.is === "operator" || actor.officer ? [] : [reason("actor.not-officer")]),
    ...(collection.kind === "shared" ? [] : [reason("collection.not-shared")]),
    ...(collection.closedAt === null ? [] : [reason("collection.closed")]),
    ...(audience.length === 0 ? [reason("audience.empty")] : []),
    ...audience.flatMap((recipient) => againstRecipient(recipient, refusals)),
    ...(terms === null ? [reason("terms.unknown")] : againstTerms(terms, { facts, purpose, time })),
  ]
}

/** What speaks against letting anything go to this one party, in whatever way; empty if nothing does. */
export function againstRecipient(recipient: Recipient, refusals: ReleaseRefusals): ReleaseReason[] {
  const { party, places, peer, names } = recipient
  const name = nameOf(recipient)
  const called = [party, ...names].map(comparedValue)
  const refused = called.map((one) => refusals.parties.get(one)).find((found) => found !== undefined)
  return [
    ...(peer === null ? [reason("audience.stranger", { party, name })] : []),
    ...(peer === null || isActive(peer) ? [] : [reason("audience.not-active", { party, name })]),
    ...(refused === undefined ? [] : [reason("audience.refused", { party, name, ...why(refused) })]),
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

function againstTerms(terms: Terms, { facts, purpose, time }: Omit<Question, "terms">): ReleaseReason[] {
  const { start, end } = terms
  const day = formatInstant(time).slice(0, 10)
  return [
    ...(start !== null && day < start ? [byTerm(facts, "start", "terms.not-begun", { start })] : []),
    ...(end !== null && day > end ? [byTerm(facts, "end", "terms.ended", { end })] : []),
    ...(terms.purposes.includes(purpose) ? [] : [byTerm(facts, "purposes", "purpose.outside", { purpose })]),
    ...facts.audience.flatMap((recipient) => outsideAudience(recipient, terms, facts)),
  ]
}

/** Where one that reads is none of those whom the terms let read. What it never said, it is not. */
export function outsideAudience(
  recipient: Recipient,
  { audience }: Terms,
  facts: Pick<ReleaseFacts, "articles" | "law">,
): ReleaseReason[] {
  const { party, kind } = recipient
  const name = nameOf(recipient)
  const reasons: ReleaseReason[] = []
  if (audience.parties !== null && !audience.parties.includes(party)) {
    reasons.push(byTerm(facts, "parties", "audience.not-named", { party, name }))
  }
  if (audience.kinds !== null && kind === null) {
    reasons.push(byTerm(facts, "kinds", "audience.kind-unknown", { party, name }))
  } else if (audience.kinds !== null && kind !== null && !audience.kinds.includes(kind)) {
    reasons.push(byTerm(facts, "kinds", "audience.kind-outside", { party, name }))
  }
  const law = (audience.bound ?? []).flatMap((one) => outsideLaw(recipient, one, BOUND, facts))
  return [...reasons, ...outsidePlaces(recipient, audience.places, facts), ...law]
}

const BOUND = { term: "bound", group: "audience" } as const

function outsidePlaces(
  recipient: Recipient,
  allowed: Terms["audience"]["places"],
  facts: Pick<ReleaseFacts, "articles">,
): ReleaseReason[] {
  if (allowed === null) return []
  const who = { party: recipient.party, name: nameOf(recipient) }
  const places = recipient.places ?? []
  if (places.length === 0) return [byTerm(facts, "places", "audience.place-unsaid", who)]
  const outside = places.filter((place) => !allowed.includes(place))
  return outside.map((place) => byTerm(facts, "places", "audience.place-outside", { ...who, place }))
}

function why({ source, since }: Refused): { source: string; since: string } {
  return { source, since }
}
