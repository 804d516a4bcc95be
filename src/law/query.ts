import type { DataCategory, Measure, Urgency } from "./codes.ts"
import type { Day } from "./dates.ts"
import type { Condition } from "./model.ts"

/** What somebody wants to know. */
export type Query = {
  /** ISO code of the place that asks, or EU. */
  from: string
  to: string
  /** What is sought lies with a provider established or represented in `to`. */
  provider: boolean
  measure: Measure
  data: DataCategory
  urgency: Urgency
  /** Of the offence that it is about: its class, and the longest penalty in years where the request is made. */
  offence: { class: string | null; penaltyYears: number | null }
  /** What the person already answered of the questions that a finding asks. */
  answers: Readonly<Partial<Record<Condition, "yes" | "no">>>
  date: Day
}

/** A place that the own refusal list names; it only tightens. */
export type OwnRefusal = { source: string; since: string }
export type OwnRefusals = ReadonlyMap<string, OwnRefusal>

export const NO_REFUSALS: OwnRefusals = new Map()
