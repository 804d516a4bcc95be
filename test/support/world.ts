import type { Stix } from "./stix.ts"
import { lantern, known as threats } from "./world/lantern.ts"
import { idOf } from "./world/making.ts"
import { parties } from "./world/parties.ts"
import { reports } from "./world/reports.ts"

/**
 * A small invented world to show and test pages with: parties in eight places, a campaign with indicators that are
 * valid, expired and revoked, sightings that agree and one that does not, versions, every handling mark, reports in
 * five languages. Addresses and names are those reserved for documentation.
 */
export function world(): Stix[] {
  return [...parties(), ...lantern(), ...reports()]
}

/** Ids of what pages are looked at. */
export const known = {
  ...threats,
  report: idOf("report", "zh-hant"),
  reportHans: idOf("report", "zh-hans"),
  reportArabic: idOf("report", "ar"),
  incident: idOf("incident", "terminal"),
  party: idOf("identity", "harbour"),
}
