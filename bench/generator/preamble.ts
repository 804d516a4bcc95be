/** A STIX object on its way to JSON text. */
export type Plain = Record<string, unknown>

const TLP1: readonly (readonly [string, string])[] = [
  ["white", "613f2e26-407d-48c7-9eca-b8e91df99dc9"],
  ["green", "34098fce-860f-48ae-8e50-ebd3cc5e41da"],
  ["amber", "f88d31f6-486f-44da-b317-01333bde0b82"],
  ["red", "5e57c739-391a-4eb3-b6be-7d15ca92d5ed"],
]

const TLP2: readonly (readonly [string, string])[] = [
  ["clear", "94868c89-83c2-464b-929b-a1a8aa3c8487"],
  ["green", "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
  ["amber", "55d920b0-5e8b-4f79-9ee9-91f868d9b421"],
  ["amber+strict", "939a9414-2ddd-4d32-a0cd-375ea402b003"],
  ["red", "e828b379-4e03-4974-9ac4-e53a884c97c1"],
]

const TLP2_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

/** STIX 2.1 section 7.2.1.4: these four objects and no others. */
const oldMarkings = TLP1.map(
  ([level, id]): Plain => ({
    type: "marking-definition",
    spec_version: "2.1",
    id: `marking-definition--${id}`,
    created: "2017-01-20T00:00:00.000Z",
    definition_type: "tlp",
    name: `TLP:${level.toUpperCase()}`,
    definition: { tlp: level },
  }),
)

const newMarkings = TLP2.map(
  ([level, id]): Plain => ({
    type: "marking-definition",
    spec_version: "2.1",
    id: `marking-definition--${id}`,
    created: "2022-10-01T00:00:00.000Z",
    name: `TLP:${level.toUpperCase()}`,
    extensions: { [TLP2_EXTENSION]: { extension_type: "property-extension", tlp_2_0: level } },
  }),
)

const statements = [
  "Copyright 2026, Example Threat Laboratory. Use is free with this line.",
  "Provided for network defence; no warranty of any kind.",
  "來源：範例資安聯防中心。轉載請註明出處。",
].map(
  (statement, number): Plain => ({
    type: "marking-definition",
    spec_version: "2.1",
    id: `marking-definition--7c0ff1ce-0000-4000-8000-00000000000${number}`,
    created: "2024-01-01T00:00:00.000Z",
    created_by_ref: "identity--7c0ff1ce-0000-4000-8000-0000000000a0",
    definition_type: "statement",
    definition: { statement },
  }),
)

const identities = ["Example Threat Laboratory", "範例資安聯防中心"].map(
  (name, number): Plain => ({
    type: "identity",
    spec_version: "2.1",
    id: `identity--7c0ff1ce-0000-4000-8000-0000000000a${number}`,
    created: "2024-01-01T00:00:00.000Z",
    modified: "2024-01-01T00:00:00.000Z",
    name,
    identity_class: "organization",
  }),
)

/** What every generated set begins with: all TLP markings of both versions, statements, and the authors. */
export const PREAMBLE: readonly Plain[] = [...identities, ...oldMarkings, ...newMarkings, ...statements]

export const AUTHORS = identities.map(({ id }) => String(id))
export const STATEMENTS = statements.map(({ id }) => String(id))
export const LEVELS = [...oldMarkings, ...newMarkings].map(({ id }) => String(id))
