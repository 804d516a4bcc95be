import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { example, refused } from "../../test/support/stix-examples.ts"
import type { Json } from "../kernel/canonical.ts"
import { parseObject, parseValue } from "./index.ts"
import { TYPES } from "./types.ts"

const UUID = "00000001-0000-4000-8000-000000000001"
const MARKING = `marking-definition--${UUID}`

const tool = example("tool")
const url = example("url")
const cases: readonly [string, Json, string, string][] = [
  ["what is no object", [], "stix.not-object", ""],
  ["no type", { id: tool.id as Json }, "stix.type-missing", "type"],
  ["a type that is no text", { ...tool, type: 5 }, "stix.type-missing", "type"],
  ["a type in capitals", { ...tool, type: "Tool" }, "stix.type-malformed", "type"],
  ["a type with two hyphens side by side", { ...tool, type: "x--y" }, "stix.type-malformed", "type"],
  ["a type that is too short", { ...tool, type: "ab" }, "stix.type-malformed", "type"],
  ["a type that is too long", { ...tool, type: "a".repeat(251) }, "stix.type-malformed", "type"],
  ["a bundle within a bundle", { type: "bundle", id: `bundle--${UUID}`, objects: [] }, "stix.bundle-nested", "type"],
  ["no id", { type: "tool" }, "stix.id-missing", "id"],
  ["an id that is no text", { ...tool, id: null }, "stix.id-missing", "id"],
  ["an id without a UUID", { ...tool, id: "tool--1" }, "stix.id-malformed", "id"],
  ["an id of the nil UUID", { ...tool, id: "tool--00000000-0000-0000-0000-000000000000" }, "stix.id-malformed", "id"],
  ["an id with more behind it", { ...tool, id: `${tool.id}x` }, "stix.id-malformed", "id"],
  ["an id of another type", { ...tool, id: `malware--${UUID}` }, "stix.id-of-other-type", "id"],
  ["a version of STIX to come", { ...tool, spec_version: "2.2" }, "stix.spec-version", "spec_version"],
  ["a version of STIX that is a number", { ...tool, spec_version: 2.1 }, "stix.spec-version", "spec_version"],
  ["a date that does not exist", { ...tool, created: "2023-02-29T00:00:00.000Z" }, "stix.timestamp", "created"],
  ["a time with an offset", { ...tool, modified: "2024-03-02T00:00:00.000+00:00" }, "stix.timestamp", "modified"],
  [
    "modified before created",
    { ...tool, modified: "2024-03-01T07:59:59.999Z" },
    "stix.modified-before-created",
    "modified",
  ],
  ["a time in a list of another type", { ...example("report"), published: 5 }, "stix.wrong-type", "published"],
  ["a text where a list belongs", { ...tool, aliases: "x" }, "stix.wrong-type", "aliases"],
  ["a number in a list of texts", { ...tool, labels: ["a", 5] }, "stix.wrong-type", "labels[1]"],
  ["null for a known property", { ...tool, description: null }, "stix.wrong-type", "description"],
  ["a fraction for an integer", { ...tool, confidence: 1.5 }, "stix.wrong-type", "confidence"],
  [
    "a known property of a nested object",
    { ...tool, external_references: [{ source_name: 5 }] },
    "stix.wrong-type",
    "external_references[0].source_name",
  ],
  [
    "a nested object without its name",
    { ...tool, kill_chain_phases: [{ phase_name: "x" }] },
    "stix.required",
    "kill_chain_phases[0].kill_chain_name",
  ],
  ["an author that is no identity", { ...tool, created_by_ref: `tool--${UUID}` }, "stix.created-by", "created_by_ref"],
  [
    "a marking that is no marking",
    { ...url, object_marking_refs: [MARKING, `tool--${UUID}`] },
    "stix.marking-ref",
    "object_marking_refs[1]",
  ],
  [
    "a granular marking that is no marking",
    { ...url, granular_markings: [{ marking_ref: "x", selectors: ["value"] }] },
    "stix.marking-ref",
    "granular_markings[0].marking_ref",
  ],
  ["a reference that is no id", { ...example("relationship"), source_ref: "x" }, "stix.reference", "source_ref"],
  [
    "a property of a predefined extension",
    { ...example("process"), extensions: { "windows-process-ext": { aslr_enabled: "yes" } } },
    "stix.wrong-type",
    "extensions.windows-process-ext.aslr_enabled",
  ],
  [
    "a definition that does not fit its type",
    { ...example("marking-definition"), definition: { statement: 5 } },
    "stix.wrong-type",
    "definition.statement",
  ],
  [
    "a marking that marks itself",
    { ...example("marking-definition"), id: MARKING, object_marking_refs: [MARKING] },
    "stix.marking-loop",
    "object_marking_refs",
  ],
  [
    "a custom object whose marks are no list",
    { type: "x-thing", id: `x-thing--${UUID}`, object_marking_refs: MARKING },
    "stix.wrong-type",
    "object_marking_refs",
  ],
  [
    "a custom object with a bad time",
    { type: "x-thing", id: `x-thing--${UUID}`, modified: "now" },
    "stix.timestamp",
    "modified",
  ],
]

describe("refused", () => {
  for (const [name, object, code, at] of cases) test(name, () => assert.deepEqual(refused(object), [code, at]))
})

describe("refused for what is missing", () => {
  for (const [type, { spec }] of TYPES) {
    test(`${type} without a property that it must have`, () => {
      assert.ok(spec.required.includes("id"))
      for (const name of spec.required) {
        const { [name]: _, ...rest } = example(type)
        const code = name === "type" || name === "id" ? `stix.${name}-missing` : "stix.required"
        assert.deepEqual(refused(rest), [code, name])
      }
    })
  }

  test("JSON that breaks a rule, with the code of the rule", () => {
    const outcome = parseObject(Buffer.from('{"type":"tool","type":"tool"}'))
    assert.deepEqual(outcome, { ok: false, id: null, code: "json.duplicate-key", at: "" })
  })

  test("the id is told, but not one that is absurdly long", () => {
    const outcome = (id: string) => parseValue({ type: "tool", id })
    assert.deepEqual(outcome("tool--x"), { ok: false, id: "tool--x", code: "stix.id-malformed", at: "id" })
    assert.deepEqual(outcome("x".repeat(1_000_000)), { ok: false, id: null, code: "stix.id-malformed", at: "id" })
  })
})
