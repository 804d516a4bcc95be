import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import fc from "fast-check"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import {
  compareTlp,
  effectiveMarking,
  granularMarkings,
  type JsonObject,
  joinTlp,
  parseObject,
  parseTlp,
  parseValue,
  resolveSelector,
  TLP_LEVELS,
  type Tlp,
  tlpMarkingId,
  tlpObjectText,
  tlpOfMarking,
} from "./index.ts"

type Vector = { level: Tlp; tlp1: string | null; tlp2: string; object: Json }

const file = new URL("../../vectors/stix/tlp.json", import.meta.url)
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[]

const OTHER = "marking-definition--00000001-0000-4000-8000-000000000001"
const [CLEAR, GREEN, AMBER, , RED] = TLP_LEVELS.map(tlpMarkingId) as [string, string, string, string, string]

describe("the Traffic Light Protocol", () => {
  for (const { level, tlp1, tlp2, object } of vectors) {
    test(`${level} is known by its ids and emitted as the standard's own object`, () => {
      assert.equal(tlpOfMarking(tlp2), level)
      assert.equal(tlpMarkingId(level), tlp2)
      if (tlp1 !== null) assert.equal(tlpOfMarking(tlp1), level)
      assert.equal(canonicalize(JSON.parse(tlpObjectText(level))), canonicalize(object))
    })

    test(`the object of ${level} is accepted without a warning`, () => {
      const outcome = parseObject(Buffer.from(tlpObjectText(level)))
      assert.ok(outcome.ok)
      assert.deepEqual(outcome.parsed.warnings, [])
      assert.equal(outcome.parsed.id, tlpMarkingId(level))
    })
  }

  test("levels are ordered from the widest audience to the narrowest", () => {
    assert.deepEqual(
      vectors.map(({ level }) => level),
      TLP_LEVELS,
    )
    assert.deepEqual([...TLP_LEVELS].reverse().sort(compareTlp), TLP_LEVELS)
  })

  test("a join never lets an object travel further than either part; saying nothing yields", () => {
    const level = fc.constantFrom(...TLP_LEVELS)
    fc.assert(
      fc.property(level, level, (a, b) => {
        const joined = joinTlp(a, b)
        assert.ok(joined !== null && compareTlp(joined, a) >= 0 && compareTlp(joined, b) >= 0)
        assert.equal(joined, joinTlp(b, a))
        assert.equal(joinTlp(a, null), a)
        assert.equal(joinTlp(null, a), a)
      }),
    )
    assert.equal(joinTlp(null, null), null)
  })

  test("levels are read as people write them", () => {
    assert.equal(parseTlp("TLP:AMBER+STRICT"), "amber+strict")
    assert.equal(parseTlp(" White "), "clear")
    assert.equal(parseTlp("tlp:clear"), "clear")
    for (const wrong of ["", "tlp:", "purple", "amber strict", "tlp:tlp:red"]) assert.equal(parseTlp(wrong), null)
  })
})

describe("the effective marking", () => {
  test("an object without marks says nothing", () => {
    assert.deepEqual(effectiveMarking({ name: "x" }), { level: null, others: [] })
  })

  test("of several marks on the object the strictest counts, TLP 1 and TLP 2.0 alike", () => {
    const amber1 = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
    assert.deepEqual(effectiveMarking({ object_marking_refs: [CLEAR, amber1, GREEN] }), { level: "amber", others: [] })
  })

  test("a mark on a part counts for the whole, even if its selector points nowhere", () => {
    const object = { object_marking_refs: [GREEN], granular_markings: [{ marking_ref: RED, selectors: ["gone"] }] }
    assert.equal(effectiveMarking(object).level, "red")
  })

  test("marks that are no TLP are listed once each, in order of appearance", () => {
    const second = OTHER.replace(/1$/, "2")
    const object = {
      object_marking_refs: [OTHER, GREEN, second],
      granular_markings: [{ marking_ref: OTHER, selectors: ["name"] }],
    }
    assert.deepEqual(effectiveMarking(object), { level: "green", others: [OTHER, second] })
  })

  test("a language is no marking", () => {
    assert.deepEqual(effectiveMarking({ granular_markings: [{ lang: "de", selectors: ["name"] }] }), {
      level: null,
      others: [],
    })
  })
})

const object: JsonObject = {
  name: "n",
  labels: ["a", "b"],
  external_references: [{ source_name: "s", hashes: { "SHA-256": "00" } }],
  x_nested: { deep: { list: [[1, 2]] } },
}

describe("selectors", () => {
  const found: readonly [string, string, Json][] = [
    ["name", "name", "n"],
    ["labels", "labels", ["a", "b"]],
    ["labels.[1]", "labels[1]", "b"],
    ["external_references.[0].hashes.SHA-256", "external_references[0].hashes.SHA-256", "00"],
    ["x_nested.deep.list.[0].[1]", "x_nested.deep.list[0][1]", 2],
  ]
  for (const [selector, path, value] of found) {
    test(`${selector} resolves`, () => assert.deepEqual(resolveSelector(object, selector), { path, value }))
  }

  const nowhere = [
    "",
    "nothing",
    "labels.[2]",
    "labels.[-1]",
    "labels.0",
    "labels[0]",
    "name.[0]",
    "name.x",
    ".name",
    "name.",
  ]
  for (const selector of [
    ...nowhere,
    "__proto__",
    "constructor",
    "labels.length",
    "labels.[0].length",
    "labels.[1e0]",
  ]) {
    test(`${JSON.stringify(selector)} points nowhere`, () => assert.equal(resolveSelector(object, selector), null))
  }

  test("granular markings are resolved to the parts they mark and the languages they name", () => {
    const marked = {
      ...object,
      granular_markings: [
        { marking_ref: AMBER, selectors: ["labels.[0]", "gone", "name"] },
        { lang: "de", selectors: ["name"] },
      ],
    }
    assert.deepEqual(granularMarkings(marked), [
      { kind: "marking", path: "labels[0]", value: "a", marking: AMBER },
      { kind: "marking", path: "name", value: "n", marking: AMBER },
      { kind: "language", path: "name", value: "n", language: "de" },
    ])
  })

  test("an object whose selector points nowhere is accepted with a warning at the selector", () => {
    const outcome = parseValue({
      type: "mutex",
      id: "mutex--00000001-0000-4000-8000-000000000001",
      name: "m",
      granular_markings: [{ marking_ref: RED, selectors: ["name", "gone.[3]"] }],
    })
    assert.ok(outcome.ok)
    assert.deepEqual(outcome.parsed.warnings, [{ code: "stix.selector", at: "granular_markings[0].selectors[1]" }])
    assert.equal(outcome.parsed.marking, "red")
  })
})
