import type { Facts } from "./facts.ts"
import type { Opening, Reason } from "./findings.ts"

/** For each reason that closes: what would have to change. */
export function openingsOf(facts: Facts, reasons: readonly Reason[]): Opening[] {
  return reasons.filter(({ effect }) => effect === "closed").flatMap((reason) => openingOf(facts, reason) ?? [])
}

function openingOf(facts: Facts, { code, values }: Reason): Opening | null {
  switch (code) {
    case "not-party":
    case "not-on-list":
      return { code: "ratify", values }
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
