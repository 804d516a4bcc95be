import type { Visit } from "../../accounts/index.ts"
import type { FactBook } from "../../law/index.ts"
import type { Trials } from "../../policy/index.ts"
import type { ActingParts } from "../acts/acting.ts"
import type { Tabler } from "../tabled/audience.ts"
import type { Negotiation } from "../tabled/negotiation.ts"

export type AgreementParts = ActingParts & { trials: Trials; book: FactBook }

export function tablerOf({ person, may }: Visit): Tabler {
  const by = person().commitment
  return { by, actor: { is: "person", officer: may("role:officer"), by } }
}

/** Throws `not-found agreement.no-negotiation`. */
export function negotiationOf({ shelf, store }: AgreementParts, { ask }: Visit): Promise<Negotiation> {
  return shelf.negotiation(store, ask.params.id ?? "")
}

export function addressOf({ id }: Pick<Negotiation, "id">, rest = ""): string {
  return `/agree/negotiations/${id}${rest}`
}

/** A hash is base64, so it has signs that mean something in an address. */
export function query(values: Readonly<Record<string, string>>): string {
  return `?${new URLSearchParams(values)}`
}
