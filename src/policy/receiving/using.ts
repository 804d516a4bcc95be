import type { Use } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant, type Instant } from "../../kernel/time.ts"
import { DEFAULT_TERMS, ONWARD, readTerms } from "../terms/model.ts"

/** Why something received may not be used like this: a code of an error, and what its sentence needs. */
export type UseReason = {
  code: "use.terms-unknown" | "use.constituents" | "use.purpose" | "use.ended"
  values: Readonly<Record<string, string>>
}

/**
 * What speaks against reading what a partner shared, for somebody and for something. Constituents are those whom this
 * node's party serves and who have no node of their own: they get what its owner lets it tell them, as long as the terms
 * last. The party itself uses what it has for the purposes that were agreed. Where an owner says no terms, what holds is
 * what holds where nobody agreed on anything.
 */
export function againstUse({ serves, purpose }: Use, terms: { text: string } | null, now: Instant): UseReason[] {
  const read = terms === null ? DEFAULT_TERMS : readTerms(terms.text)
  if (read === null) return [{ code: "use.terms-unknown", values: {} }]
  const { purposes, onward, end } = read
  const passesOn = serves === "constituents"
  const over = end !== null && formatInstant(now).slice(0, 10) > end
  return [
    ...(purposes.some((one) => one === purpose) ? [] : [{ code: "use.purpose" as const, values: { purpose } }]),
    ...(passesOn && ONWARD.indexOf(onward) < ONWARD.indexOf("constituents")
      ? [{ code: "use.constituents" as const, values: {} }]
      : []),
    ...(passesOn && over ? [{ code: "use.ended" as const, values: { end } }] : []),
  ]
}

/** The error of a reason. `kind`: some nodes do not say that there is something. */
export function useError(kind: "refused" | "not-found", { code, values }: UseReason): ComityError {
  switch (code) {
    case "use.terms-unknown":
      return new ComityError(kind, "use.terms-unknown")
    case "use.purpose":
      return new ComityError(kind, "use.purpose", { purpose: values.purpose ?? "" })
    case "use.constituents":
      return new ComityError(kind, "use.constituents")
    case "use.ended":
      return new ComityError(kind, "use.ended", { end: values.end ?? "" })
  }
}
