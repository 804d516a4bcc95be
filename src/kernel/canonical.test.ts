import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import fc from "fast-check"
import { canonicalize, type Json } from "./canonical.ts"

type Vector = { name: string; canonical: string | null } & ({ json: string } | { double: string })

const file = new URL("../../vectors/stix/canonical.json", import.meta.url)
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[]

function read(vector: Vector): Json {
  return "json" in vector ? (JSON.parse(vector.json) as Json) : Buffer.from(vector.double, "hex").readDoubleBE()
}

describe("canonical JSON is that of RFC 8785", () => {
  for (const vector of vectors) {
    test(vector.name, () => {
      if (vector.canonical === null) assert.throws(() => canonicalize(read(vector)), RangeError)
      else assert.equal(canonicalize(read(vector)), vector.canonical)
    })
  }
})

test("a lone surrogate has no canonical form, as text or as key", () => {
  assert.throws(() => canonicalize("\ud800"), RangeError)
  assert.throws(() => canonicalize({ "\udfff": 1 }), RangeError)
})

test("the order in which keys were written does not matter, reading the canonical form gives the same value", () => {
  const key = fc.string({ unit: "binary", maxLength: 4 }).filter((k) => k !== "__proto__")
  const entries = fc.uniqueArray(fc.tuple(key, fc.integer()), { selector: ([k]) => k, maxLength: 10 })
  fc.assert(
    fc.property(entries, (pairs) => {
      const forward = Object.fromEntries(pairs)
      const backward = Object.fromEntries([...pairs].reverse())
      assert.equal(canonicalize(forward), canonicalize(backward))
      assert.deepEqual(JSON.parse(canonicalize(forward)), forward)
    }),
  )
})
