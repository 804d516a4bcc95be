import type { Decision } from "../../src/policy/index.ts"

/** A decision in one spelling; the order of its reasons says nothing. */
export function told(decision: Decision): string {
  const reasons = decision.reasons.map(
    ({ code, values }) => `${code} ${JSON.stringify(Object.entries(values).toSorted())}`,
  )
  return JSON.stringify({ ...decision, reasons: reasons.toSorted() }, (_, value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
