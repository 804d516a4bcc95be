import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { accepted, example, examples, refused } from "../../test/support/stix-examples.ts"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"
import { familyOf, type Indicator, isObservable, type JsonObject, parseObject, typeOfId } from "./index.ts"

const UUID = "00000001-0000-4000-8000-000000000001"
const MARKING = `marking-definition--${UUID}`

describe("every type of the standard is accepted without a warning", () => {
  for (const object of examples) {
    test(String(object.type), () => {
      const parsed = accepted(object)
      assert.deepEqual(parsed.warnings, [])
      assert.equal(parsed.type, object.type)
      assert.equal(parsed.id, object.id)
      assert.equal(parsed.spec, "2.1")
      assert.equal(parsed.marking, "green")
      assert.notEqual(familyOf(parsed.type), null)
      assert.deepEqual(parsed.object, object)
    })
  }
})

describe("what is known of an object", () => {
  test("the canonical hash is that of RFC 8785, whatever the spelling of the bytes", () => {
    const object = example("indicator")
    const one = parseObject(Buffer.from(JSON.stringify(object)))
    const other = parseObject(
      Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(object).reverse()), null, 2)),
    )
    assert.ok(one.ok && other.ok)
    assert.deepEqual(one.parsed.canonical, sha256(canonicalize(object)))
    assert.deepEqual(other.parsed.canonical, one.parsed.canonical)
  })

  test("versions are compared as instants, while the text of modified stays as sent", () => {
    const object = { ...example("tool"), modified: "2024-03-02T09:30:00.120Z" }
    const parsed = accepted(object)
    assert.equal(parsed.version, "2024-03-02T09:30:00.12")
    assert.equal(parsed.modified, "2024-03-02T09:30:00.120Z")
    assert.equal(accepted({ ...object, modified: "2024-03-02T09:30:00.120000Z" }).version, parsed.version)
    assert.equal(parsed.created, "2024-03-01T08:00:00.000Z")
    assert.equal(parsed.createdBy, example("tool").created_by_ref)
  })

  test("observables, marking definitions and unversioned custom objects are told apart by content", () => {
    for (const object of [example("url"), example("marking-definition"), { type: "x-thing", id: `x-thing--${UUID}` }]) {
      const parsed = accepted(object)
      assert.equal(parsed.version, parsed.canonical.toString("hex"))
      assert.equal(parsed.modified, null)
    }
    assert.equal(accepted(example("marking-definition")).created, "2024-03-01T08:00:00.000Z")
  })

  test("an observable has no times, author or revocation, even if custom properties say so", () => {
    const parsed = accepted({
      ...example("url"),
      modified: "2024-01-01T00:00:00Z",
      created: "x",
      revoked: true,
      created_by_ref: "me",
    })
    assert.deepEqual([parsed.modified, parsed.created, parsed.revoked, parsed.createdBy], [null, null, false, null])
    assert.ok(isObservable(parsed.type))
  })

  test("revoked is told", () => {
    assert.equal(accepted({ ...example("tool"), revoked: true }).revoked, true)
    assert.equal(accepted(example("tool")).revoked, false)
  })
})

describe("versions of the standard", () => {
  test("without spec_version an object is of STIX 2.0, but an observable of 2.1", () => {
    const spec = (object: JsonObject) => {
      delete object.spec_version
      return accepted(object).spec
    }
    assert.equal(spec(example("campaign")), "2.0")
    assert.equal(spec(example("relationship")), "2.0")
    assert.equal(spec(example("marking-definition")), "2.0")
    assert.equal(spec(example("url")), "2.1")
    const dated = { created: "2024-01-01T00:00:00.000Z", modified: "2024-01-01T00:00:00.000Z" }
    assert.equal(spec({ type: "x-thing", id: `x-thing--${UUID}`, ...dated }), "2.0")
    assert.equal(spec({ type: "x-thing", id: `x-thing--${UUID}` }), "2.1")
  })

  test("STIX 2.0 did not know pattern_type and is_family, 2.1 demands them", () => {
    for (const [type, name] of [
      ["indicator", "pattern_type"],
      ["malware", "is_family"],
    ] as const) {
      const object = example(type)
      delete object[name]
      assert.deepEqual(refused(object), ["stix.required", name])
      delete object.spec_version
      assert.equal(accepted(object).spec, "2.0")
    }
  })
})

describe("what the standard does not know", () => {
  test("custom types, unknown properties and unknown extensions are kept untouched", () => {
    const custom = {
      type: "x-thing",
      id: `x-thing--${UUID}`,
      labels: 5,
      deep: { a: [null, { b: 1.5 }] },
      extensions: { "any-ext": { x: null } },
    }
    assert.deepEqual(accepted(custom).object, custom)
    const extended = { ...example("tool"), x_more: { a: [null] }, extensions: { "foreign-ext": { list: [] } } }
    assert.deepEqual(accepted(extended).object, extended)
  })
})

test("ten MiB of hostile text in any checked place are read without a stack overflow", () => {
  const size = 10 * 1024 * 1024
  const at = (type: string, name: string, value: Json) => accepted({ ...example(type), [name]: value })
  at("url", "value", `http:${"%".repeat(size)}`)
  at("artifact", "payload_bin", "A".repeat(size))
  at("file", "magic_number_hex", "a".repeat(size))
  at("indicator", "pattern", "[(".repeat(size / 2))
  at("indicator", "pattern", `[a = '${"\\'".repeat(size / 2)}']`)
  at("domain-name", "value", "a.".repeat(size / 2))
  at("note", "lang", "a-".repeat(size / 2))
  at("software", "cpe", `cpe:2.3:a:${":".repeat(size)}`)
  at("file", "hashes", { SSDEEP: ":".repeat(size) })
  at("tool", "granular_markings", [{ marking_ref: MARKING, selectors: ["a.".repeat(size / 2)] }])
  assert.deepEqual(refused({ ...example("relationship"), source_ref: "-".repeat(size) }), [
    "stix.reference",
    "source_ref",
  ])
  const fraction = `2024-01-01T00:00:00.${"0".repeat(size)}1Z`
  assert.deepEqual(refused({ ...example("tool"), created: fraction }), ["stix.timestamp", "created"])
  assert.deepEqual(refused({ ...example("tool"), created: "0".repeat(size) }), ["stix.timestamp", "created"])
})

test("many marks, selectors, properties and extensions at once cost no more than their number", () => {
  const many = Array.from({ length: 45_000 }, (_, at) => at)
  const id = (type: string, at: number) => `${type}--${at.toString(16).padStart(8, "0")}-0000-4000-8000-000000000001`
  const marked = accepted({ ...example("tool"), object_marking_refs: many.map((at) => id("marking-definition", at)) })
  assert.equal(marked.otherMarkings.length, many.length)
  const unknown = Object.fromEntries(many.map((at) => [`p${at}`, 1]))
  const extensions = Object.fromEntries(many.map((at) => [id("extension-definition", at), {}]))
  assert.equal(accepted({ ...example("tool"), ...unknown, extensions }).warnings.length, 101)
  const selectors = many.map((at) => `labels.[${at}]`)
  assert.equal(
    accepted({ ...example("tool"), granular_markings: [{ marking_ref: MARKING, selectors }] }).warnings.length,
    101,
  )
})

test("whatever the bytes, there is an outcome: accepted or refused, never an exception", () => {
  const change = fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\0129.eE-nulltrue \u0000é'))
  fc.assert(
    fc.property(
      fc.constantFrom(...examples),
      fc.array(change, { maxLength: 4 }),
      fc.nat({ max: 9 }),
      (object, changes, cut) => {
        const bytes = Buffer.from(JSON.stringify(object))
        for (const [at, sign] of changes) bytes.write(sign, at % bytes.length)
        const outcome = parseObject(cut === 0 ? bytes.subarray(0, bytes.length / 2) : bytes)
        if (changes.length === 0 && cut !== 0) assert.ok(outcome.ok)
        if (outcome.ok) assert.equal(outcome.parsed.canonical.length, 32)
      },
    ),
    { numRuns: 5_000 },
  )
})

test("the type is read from an id only if it is one", () => {
  assert.equal(typeOfId(`x-mitre-tactic--${UUID}`), "x-mitre-tactic")
  for (const wrong of [
    "",
    UUID,
    `--${UUID}`,
    `tool-${UUID}`,
    `tool--${UUID.slice(1)}`,
    `tool--x--${UUID}`,
    `Tool--${UUID}`,
  ]) {
    assert.equal(typeOfId(wrong), null)
  }
})

test("the types follow the tables: what is required, what may be absent, what a word may be", () => {
  const time = "2024-01-01T00:00:00.000Z"
  const common = { id: `indicator--${UUID}`, created: time, modified: time }
  const indicator: Indicator = { ...common, type: "indicator", pattern: "[a:b = 'c']", valid_from: time }
  // @ts-expect-error a pattern is required
  const withoutPattern: Indicator = { ...common, type: "indicator", valid_from: time }
  // @ts-expect-error labels are a list
  const oneLabel: Indicator = { ...indicator, labels: "x" }
  // @ts-expect-error the type is told by the table
  const otherType: Indicator = { ...indicator, type: "malware" }
  const nested: Indicator = { ...indicator, kill_chain_phases: [{ kill_chain_name: "a", phase_name: "b" }] }
  assert.equal(new Set([indicator, withoutPattern, oneLabel, otherType, nested]).size, 5)
})
