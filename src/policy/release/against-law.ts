import type { Bound } from "../../law/index.ts"
import type { TermName } from "../terms/model.ts"
import type { Recipient, ReleaseFacts, ReleaseReason } from "./model.ts"
import { byTerm, nameOf } from "./reasons.ts"

/** The term that wants readers bound, and the group of its reasons. */
export type Wanting = { term: Extract<TermName, "bound" | "personal">; group: "audience" | "personal" }

const CODES = {
  "not-bound": "not-bound",
  unverified: "bound-unverified",
  open: "bound-open",
  unknown: "bound-unknown",
  "no-instrument": "instrument-unknown",
} as const satisfies Record<Exclude<Bound["state"], "bound">, string>

const UNKNOWN: Bound = { state: "unknown", rests: null }

/** Where one that reads is not bound by an instrument in one of its places, or nobody knows that it is. */
export function outsideLaw(
  recipient: Recipient,
  instrument: string,
  { term, group }: Wanting,
  facts: Pick<ReleaseFacts, "articles" | "law">,
): ReleaseReason[] {
  const who = { party: recipient.party, name: nameOf(recipient) }
  const places = recipient.places ?? []
  if (places.length === 0) return [byTerm(facts, term, `${group}.bound-unsaid`, { ...who, instrument })]
  return places.flatMap((place) => {
    const { state, rests } = facts.law.get(`${instrument}/${place}`) ?? UNKNOWN
    if (state === "bound") return []
    return [byTerm(facts, term, `${group}.${CODES[state]}`, { ...who, place, instrument, ...rests })]
  })
}
