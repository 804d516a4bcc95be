import { createHash } from "node:crypto"

/** Addresses and names are those reserved for documentation (RFC 5737, RFC 2606): nothing here is anybody's. */
const NETWORKS = ["192.0.2", "198.51.100", "203.0.113"]
const FAMILIES = ["Paperlantern", "Slowtide", "Copperwire", "Northgate", "Reedbed", "Quietharbour"]
const DAY_MS = 86_400_000

export type Made = { id: string; type: string; [property: string]: unknown }

/**
 * Indicators of an invented campaign, always the same for the same team: mostly GREEN or CLEAR, each fiftieth AMBER, so
 * that a release has something to refuse.
 */
export function indicators(team: string, author: string, number: number, from: number): Made[] {
  return Array.from({ length: number }, (_, i) => {
    const created = new Date(from - ((i * 37) % 90) * DAY_MS).toISOString()
    const network = NETWORKS[i % NETWORKS.length]
    const host = `host-${i}.${team}.example`
    const value = i % 2 === 0 ? `[ipv4-addr:value = '${network}.${i % 256}']` : `[domain-name:value = '${host}']`
    return {
      ...{
        type: "indicator",
        spec_version: "2.1",
        id: `indicator--${uuid(`${team}/${i}`)}`,
        created,
        modified: created,
      },
      ...{
        created_by_ref: author,
        name: `EXERCISE ${FAMILIES[i % FAMILIES.length]} ${i}`,
        indicator_types: ["malicious-activity"],
      },
      ...{ pattern: value, pattern_type: "stix", valid_from: created, object_marking_refs: [markOf(i)] },
    }
  })
}

/** TLP 2.0: https://www.first.org/tlp/ */
export const MARKS = {
  clear: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
  green: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
  amber: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
}

function markOf(i: number): string {
  return i % 50 === 49 ? MARKS.amber : i % 5 === 0 ? MARKS.clear : MARKS.green
}

export function uuid(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex")
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
