import { ComityError } from "../kernel/errors.ts"

/** What is asked of the other side. The codes are Comity's own: no standard taxonomy of requests exists. */
export const measures = [
  "preserve",
  "disclose",
  "produce",
  "intercept",
  "takedown",
  "freeze",
  "technical",
  "notify",
  "serve",
  "spontaneous",
  "joint-team",
] as const
export type Measure = (typeof measures)[number]

/** What kind of data it is about; `none` where no data are asked for. */
export const dataCategories = ["subscriber", "identification", "traffic", "content", "none"] as const
export type DataCategory = (typeof dataCategories)[number]

export const urgencies = ["normal", "urgent"] as const
export type Urgency = (typeof urgencies)[number]

export const verdicts = ["open", "conditional", "unknown", "closed"] as const
export type Verdict = (typeof verdicts)[number]

/** What a result may be used for: as evidence in court, as a lead that needs confirming, for technical defence. */
export const uses = ["evidence", "lead", "technical"] as const
export type Use = (typeof uses)[number]

/** Throws `invalid path.measure`. */
export function parseMeasure(text: string): Measure {
  return oneOf(measures, text) ?? fail("path.measure", text, measures)
}

/** Throws `invalid path.category`. */
export function parseDataCategory(text: string): DataCategory {
  return oneOf(dataCategories, text) ?? fail("path.category", text, dataCategories)
}

export function oneOf<Code extends string>(codes: readonly Code[], text: string): Code | null {
  return codes.find((code) => code === text) ?? null
}

function fail(code: "path.measure" | "path.category", text: string, codes: readonly string[]): never {
  if (code === "path.measure") throw new ComityError("invalid", "path.measure", { text, codes: codes.join(" ") })
  throw new ComityError("invalid", "path.category", { text, codes: codes.join(" ") })
}
