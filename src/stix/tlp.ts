import type { Json } from "../kernel/canonical.ts"

/** How far an object may travel (FIRST, Traffic Light Protocol 2.0). TLP 1's WHITE is `clear`. */
export type Tlp = "clear" | "green" | "amber" | "amber+strict" | "red"

/** From the widest audience to the narrowest. */
export const TLP_LEVELS: readonly Tlp[] = ["clear", "green", "amber", "amber+strict", "red"]

const TLP2_IDS: Readonly<Record<Tlp, string>> = {
  clear: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
  green: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
  amber: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
  "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
  red: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

/** STIX 2.1 section 7.2.1.4, under the words of TLP 1. */
export const TLP1_LEVEL_BY_ID: ReadonlyMap<string, string> = new Map([
  ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white"],
  ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green"],
  ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber"],
  ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red"],
])

const LEVEL_BY_ID: ReadonlyMap<string, Tlp> = new Map([
  ...TLP_LEVELS.map((level) => [TLP2_IDS[level], level] as const),
  ...[...TLP1_LEVEL_BY_ID].map(([id, word]) => [id, word === "white" ? "clear" : (word as Tlp)] as const),
])

const EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

/** Negative if the first lets an object travel further than the second; 0 if they are equal. */
export function compareTlp(a: Tlp, b: Tlp): number {
  return TLP_LEVELS.indexOf(a) - TLP_LEVELS.indexOf(b)
}

/** The narrower of the two; null means "says nothing" and yields to the other. */
export function joinTlp(a: Tlp | null, b: Tlp | null): Tlp | null {
  if (a === null || b === null) return a ?? b
  return compareTlp(a, b) >= 0 ? a : b
}

/** The level behind the id of a TLP 1 or TLP 2.0 marking definition; null for every other marking. */
export function tlpOfMarking(id: string): Tlp | null {
  return LEVEL_BY_ID.get(id) ?? null
}

/** The id of the TLP 2.0 marking definition. */
export function tlpMarkingId(level: Tlp): string {
  return TLP2_IDS[level]
}

/** Accepts what people write: `TLP:AMBER+STRICT`, `amber`, `white`, with any capitals. */
export function parseTlp(text: string): Tlp | null {
  const word = text.trim().toLowerCase().replace(/^tlp:/, "")
  return TLP_LEVELS.find((level) => level === word) ?? (word === "white" ? "clear" : null)
}

/**
 * The standard TLP 2.0 object (OASIS common objects, extension `tlp-2.0`), as JSON text to be kept and sent as it is:
 * the same bytes everywhere, so that no two nodes hold different versions of it.
 */
export function tlpObjectText(level: Tlp): string {
  return JSON.stringify(tlpObject(level))
}

function tlpObject(level: Tlp): Json {
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id: TLP2_IDS[level],
    created: "2022-10-01T00:00:00.000Z",
    name: `TLP:${level.toUpperCase()}`,
    extensions: { [EXTENSION]: { extension_type: "property-extension", tlp_2_0: level } },
  }
}
