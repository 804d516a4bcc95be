import { DAY, formatInstant, plusMicroseconds } from "../../src/kernel/time.ts"
import type { PartyId } from "../../src/parties/index.ts"
import { CEILINGS, DEFAULT_TERMS, type Terms as RealTerms } from "../../src/policy/index.ts"
import { START } from "../support/node-in-process.ts"
import type { Terms } from "./oracle.ts"

const PERSONAL = [{ is: "forbid" }, { is: "redact" }, { is: "allow", safeguard: "the law", instrument: null }] as const
const ONWARD = { 0: "none", 3: "marked" } as const

/** The terms of the model in the words of the node. */
export function realTerms(terms: Terms, partyOf: (name: string) => PartyId): RealTerms {
  const { ceiling, personal, hidden, types, parties, onward, retention, end, urgent } = terms
  return {
    ...DEFAULT_TERMS,
    audience: { ...DEFAULT_TERMS.audience, parties: parties?.map(partyOf).sort() ?? null },
    objects: { ...DEFAULT_TERMS.objects, types: types === null ? null : [...types] },
    ...{ marking: CEILINGS[ceiling], personal: PERSONAL[personal], attribution: hidden ? "hidden" : "named" },
    ...{ onward: ONWARD[onward], retention, urgent },
    end: end === null ? null : formatInstant(plusMicroseconds(START, end * DAY)).slice(0, 10),
  }
}
