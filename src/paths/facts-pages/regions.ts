import type { Visit } from "../../accounts/index.ts"
import type { Facts } from "../../law/index.ts"

/** M49 codes by place; nothing but a filter. */
export function regionsOf({ rows }: Facts): ReadonlyMap<string, readonly string[]> {
  return new Map(rows.regions.map(({ place, region, subregion }) => [place, [region, subregion]]))
}

/** Name of an M49 code in the reader's language; the code where nobody knows it. */
export function regionName({ viewer }: Visit, code: string): string {
  if (!/^\d{3}$/.test(code)) return code
  return new Intl.DisplayNames(viewer.language, { type: "region", fallback: "code" }).of(code) ?? code
}

/** Every region and subregion that a place lies in, by name. */
export function regionCodes(visit: Visit, facts: Facts): string[] {
  const codes = new Set([...regionsOf(facts).values()].flat())
  return [...codes].toSorted((a, b) => visit.format.compare(regionName(visit, a), regionName(visit, b)))
}
