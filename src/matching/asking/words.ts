import type { Translate } from "../../http/index.ts"
import type { KnowingState, Part, PartState } from "./model.ts"

const STATES: Readonly<Record<PartState, string>> = {
  waiting: "match-question.waiting",
  answered: "match-question.answered",
  "not-offered": "match-question.not-offered",
  quota: "match-question.quota",
  refused: "match-question.refused",
  broken: "match-question.broken",
  cancelled: "match-question.cancelled",
}

/** What became of one type of items at one partner; a partner's reason is its own code. */
export function partText(t: Translate, { state, reason, left }: Pick<Part, "state" | "reason" | "left">): string {
  return t(STATES[state], { reason: reason ?? "", left: left ?? 0 })
}

const KNOWN: Readonly<Record<KnowingState, string>> = {
  waiting: "match-knowing.waiting",
  told: "match-knowing.told",
  declined: "match-knowing.declined",
}

export function knowingText(t: Translate, state: KnowingState): string {
  return t(KNOWN[state])
}

/** How a contact of two desks stands, seen from here. */
export function contactText(t: Translate, { ours, theirs }: { ours: boolean | null; theirs: boolean | null }): string {
  if (ours === false || theirs === false) return t("match-contact.declined")
  if (ours === true) return theirs === true ? t("match-contact.both") : t("match-contact.ours")
  return theirs === true ? t("match-contact.theirs") : t("match-contact.useful")
}
