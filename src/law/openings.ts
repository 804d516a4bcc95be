import type { Facts } from "./facts.ts"
import type { Opening, Reason } from "./findings.ts"
import type { Lookup } from "./standing.ts"

/** For each reason that closes: what would have to change. */
export function openingsOf(known: Lookup, reasons: readonly Reason[]): Opening[] {
  const found = reasons.filter(({ effect }) => effect === "closed").flatMap((reason) => openingOf(known, reason) ?? [])
  // What two reasons would open in the same way is said once.
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()]
}

function openingOf(known: Lookup, { code, values }: Reason): Opening | null {
  const { facts } = known
  switch (code) {
    case "not-party":
    case "not-on-list":
      return joining(known, values)
    case "not-in-force": {
      const { instrument = "" } = values
      const needed = facts.instruments.get(instrument)?.needed
      if (needed == null) return { code: "enter-into-force", values }
      return { code: "enter-into-force", values: { ...values, have: ratifications(facts, instrument), needed } }
    }
    case "not-yet-in-force":
      return { code: "wait", values }
    case "excluded":
      return { code: "withdraw", values }
    case "data-not-covered":
      return { code: "other-data", values }
    case "emergency-only":
      return { code: "emergency", values }
    case "condition-unmet":
      return { code: "answer", values }
    case "yields":
      return { code: "precedence", values }
    case "own-refusal":
      return { code: "refusal", values }
    default:
      return null
  }
}

/** A treaty is joined; an act of the Union binds its members, some of whom may opt in; an agreement of two is theirs. */
function joining({ facts, standing }: Lookup, values: Reason["values"]): Opening {
  const { instrument = "", place = "" } = values
  const kind = facts.instruments.get(instrument)?.kind
  if (kind === "agreement") return { code: "conclude", values: { instrument } }
  if (kind !== "eu-act") return { code: "ratify", values }
  return standing("eu", place).state === "bound"
    ? { code: "opt-in", values }
    : { code: "union", values: { instrument } }
}

/** Places and organisations with a verified ratification. */
export function ratifications(facts: Facts, instrument: string): number {
  const rows = facts.rows.participation.filter(
    (one) =>
      one.instrument === instrument &&
      one.verified === "yes" &&
      (one.status === "ratified" || one.status === "in force"),
  )
  return new Set(rows.map(({ place, name }) => (place === "" ? name : place))).size
}
