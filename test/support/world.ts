import type { Stix } from "./stix.ts"
import { lantern, known as threats } from "./world/lantern.ts"
import { idOf } from "./world/making.ts"
import { parties } from "./world/parties.ts"
import { reports } from "./world/reports.ts"

/**
 * A small invented world to show and test pages with: parties in eight places, a campaign with indicators that are
 * valid, expired and revoked, sightings that agree and one that does not, versions, a contradiction, every handling
 * mark, reports in five languages. Addresses and names are those reserved for documentation.
 */
export function world(): Stix[] {
  return [...parties(), ...lantern(), ...reports(), contradiction()]
}

/** The same version of an object with other words, as a careless sender makes it: kept aside, never shown as it. */
function contradiction(): Stix {
  const original = lantern().find(({ id }) => id === threats.campaign)
  return { ...original, type: "campaign", id: threats.campaign, name: "Autumn Freight (2)" }
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
