import assert from "node:assert/strict"
import { test } from "node:test"
import { effectiveMarking, type JsonObject, tlpMarkingId } from "../../stix/index.ts"
import { redactedCopy } from "./copying.ts"
import { personalData } from "./finding.ts"

const ORIGINAL = "report--11111111-1111-4111-8111-111111111111"
const copy = { id: "report--22222222-2222-4222-8222-222222222222", author: "identity--1", marking: "green" } as const
const green = tlpMarkingId("green")
const report: JsonObject = {
  ...{ type: "report", spec_version: "2.1", id: ORIGINAL, created: "2026-01-01T00:00:00.000Z", name: "R" },
  created_by_ref: "identity--2",
  description: "by ada@example.org",
  external_references: [{ source_name: "ada@example.org" }, { source_name: "b" }, { source_name: "bo@example.org" }],
  object_marking_refs: [green],
}
const taken = (object: JsonObject) => personalData(object).map(({ path, what }) => ({ path, what }))

test("a copy is an object of its own, by who lets it out, in which nothing of what was taken out is found", () => {
  const made = redactedCopy(report, taken(report), copy)
  assert.ok(made !== null)
  const { description: _, ...rest } = report
  const references = [{ source_name: "b" }]
  assert.deepEqual(made, { ...rest, id: copy.id, created_by_ref: "identity--1", external_references: references })
  assert.deepEqual(personalData(made), [])
  assert.equal(report.id, ORIGINAL)
})

test("a list or an extension of which nothing is left goes too, and names may hold slashes and tildes", () => {
  const object = { ...report, external_references: [{ source_name: "ada@example.org" }], extensions: { "a/~b": {} } }
  const what = [...taken(object), { path: "/extensions/a~1~0b", what: "text" as const }]
  const made = redactedCopy(object, what, copy)
  assert.equal(made?.external_references, undefined)
  assert.equal(made?.extensions, undefined)
})

test("a mark on a part that is gone stays on the whole: no copy travels further than its original", () => {
  const amber = tlpMarkingId("amber")
  const granular_markings = [
    { marking_ref: amber, selectors: ["description"] },
    { marking_ref: green, selectors: ["name", "description"] },
  ]
  const object = { ...report, granular_markings }
  const made = redactedCopy(object, taken(object), { ...copy, marking: "amber" })
  assert.deepEqual(made?.granular_markings, [{ marking_ref: green, selectors: ["name"] }])
  assert.equal(effectiveMarking(made ?? {}).level, "amber")
})

test("places in a list move when something is taken out of it, and marks on them hold for the whole from then on", () => {
  const [actions, statement] = ["marking-definition--1", "marking-definition--2"]
  const granular_markings = [
    { marking_ref: actions, selectors: ["external_references.[1]", "name"] },
    { marking_ref: statement, selectors: ["description"] },
    { lang: "de", selectors: ["external_references.[2].description"] },
  ]
  const object = { ...report, granular_markings }
  const made = redactedCopy(object, taken(object), copy)
  assert.deepEqual(made?.granular_markings, [{ marking_ref: actions, selectors: ["name"] }])
  assert.deepEqual(made?.object_marking_refs, [green, actions, statement])
})

test("an observable has no author, and a mark that was chosen for what has none goes with the copy", () => {
  const file: JsonObject = { type: "file", id: "file--1", hashes: { MD5: "0" }, x_owner: "ada@example.org" }
  const made = redactedCopy(file, taken(file), { ...copy, id: "file--2" })
  assert.deepEqual(made, { type: "file", id: "file--2", hashes: { MD5: "0" }, object_marking_refs: [green] })
})

test("there is no copy of what would still name its original, nor of what is nothing without what is taken out", () => {
  const object = { ...report, labels: [ORIGINAL.slice(8)] }
  assert.equal(redactedCopy(object, taken(object), copy), null)
  assert.equal(redactedCopy(report, [{ path: "", what: "name" }], copy), null)
})
