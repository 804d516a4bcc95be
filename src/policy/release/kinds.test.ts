import assert from "node:assert/strict"
import { test } from "node:test"
import { tlpMarkingId } from "../../stix/index.ts"
import { kindsOf, readMarking } from "./kinds.ts"

test("bytes that travel inside an object make it a sample and perhaps code, wherever they stand", () => {
  const carried = ["exploit-code", "malware-sample"]
  assert.deepEqual(kindsOf({ type: "artifact", payload_bin: "TVqQAA==" }), carried)
  assert.deepEqual(
    kindsOf({ type: "observed-data", objects: { 0: { type: "artifact", payload_bin: "TVqQAA==" } } }),
    carried,
  )
  const misp = {
    type: "x-misp-object",
    x_misp_attributes: [{ type: "malware-sample", value: "a.exe|0", data: "UEsD" }],
  }
  assert.deepEqual(kindsOf(misp), carried)
  assert.deepEqual(kindsOf({ type: "x-misp-attribute", x_misp_type: "attachment", x_misp_data: "UEsD" }), carried)
})

test("what only speaks of a file carries none", () => {
  assert.deepEqual(kindsOf({ type: "artifact", url: "https://example.org/a", hashes: { MD5: "0".repeat(32) } }), [])
  assert.deepEqual(kindsOf({ type: "malware", sample_refs: ["file--1"], is_family: false }), [])
  assert.deepEqual(
    kindsOf({ type: "x-misp-object", x_misp_attributes: [{ type: "malware-sample", value: "a.exe|0" }] }),
    [],
  )
})

test("what is nested too deep to be looked at counts as carrying a file", () => {
  const deep = JSON.parse(`${'{"a":'.repeat(40)}{}${"}".repeat(40)}`)
  assert.equal(kindsOf(deep).length, 2)
})

const marking = { type: "marking-definition", spec_version: "2.1" }

const read = (object: Parameters<typeof readMarking>[1]) => readMarking("marking-definition--1", object)

test("statements and permissible actions travel along; a marking with rules of its own does not", () => {
  const statement = { ...marking, definition_type: "statement", definition: { statement: "© Harbour CERT" } }
  assert.equal(read(statement).is, "statement")
  const pap = (text: string) => read({ ...marking, definition_type: "PAP", name: text, definition: { pap: text } })
  assert.deepEqual(
    ["pap:green", "PAP:WHITE", " amber ", "pap:violet"].map((text) => ({ actions: "?", ...pap(text) }).actions),
    ["green", "clear", "amber", null],
  )
  assert.equal(read({ ...marking, definition_type: "acme", definition: { acme: "level 3" } }).is, "unknown")
  assert.equal(read({ ...marking, name: "PAP:GREEN", definition_type: "acme", definition: { pap: "x" } }).is, "unknown")
  assert.equal(
    read({ ...statement, extensions: { "extension-definition--1": { extension_type: "property-extension" } } }).is,
    "unknown",
  )
  assert.equal(read(null).is, "unknown")
})

test("a statement says how far its own text may travel", () => {
  const inside = { ...marking, definition_type: "statement", definition: { statement: "for us" } }
  assert.equal(read(inside).marking, null)
  assert.equal(read({ ...inside, object_marking_refs: [tlpMarkingId("amber")] }).marking, "amber")
})
