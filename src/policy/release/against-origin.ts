import { formatInstant, type Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import type { TermName, Terms } from "../terms/model.ts"
import { loosened } from "../terms/order.ts"
import type { ReleaseFacts, ReleaseObject, ReleaseOrigin, ReleaseReason } from "./model.ts"
import { reason } from "./reasons.ts"

/** How things are handled: whoever passes them on may ask for less of nothing among these. */
const HANDLING: readonly TermName[] = [
  ...(["purposes", "personal", "attribution", "onward", "retention", "sightings"] as const),
]

/** What speaks against passing on what another party owns: its terms hold for it wherever it goes. */
export function againstOrigin(
  origin: ReleaseOrigin,
  { marking }: Pick<ReleaseObject, "marking">,
  { terms, facts, time }: { terms: Terms | null; facts: ReleaseFacts; time: Instant },
): ReleaseReason[] {
  if (origin === "own") return []
  const { party, terms: under, agreement } = origin
  if (under === null) return [reason("object.received", { party })]
  const same = agreement !== null && agreement === facts.collection.agreement
  return [
    ...(same ? outsideSame(under, party) : outsideOther(under, party, marking)),
    ...(under.end !== null && formatInstant(time).slice(0, 10) > under.end
      ? [reason("onward.ended", { party, end: under.end })]
      : []),
    ...(terms === null ? [] : loosened(terms, under))
      .filter((term) => HANDLING.includes(term))
      .map((term) => reason("onward.wider", { party, term })),
  ]
}

/** Within one agreement. */
function outsideSame({ onward }: Terms, party: PartyId): ReleaseReason[] {
  return onward === "none" ? [reason("onward.none", { party })] : []
}

function outsideOther({ onward }: Terms, party: PartyId, marking: ReleaseObject["marking"]): ReleaseReason[] {
  if (onward === "none") return [reason("onward.none", { party })]
  if (onward !== "marked") return [reason("onward.agreement", { party })]
  return marking === "clear" || marking === "green" ? [] : [reason("onward.marked", { party })]
}
