import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import fc from "fast-check"
import { canonicalize, type Json } from "./canonical.ts"
import { JSON_LIMITS, JsonFault, parseStrictJson } from "./json.ts"
import { explainJson } from "./json-fault.ts"

type Good = { name: string; hex: string; canonical: string }
type Hostile = { name: string; hex: string; code: string; offset: number }

function vectors<T>(name: string): T[] {
  const file = new URL(`../../vectors/stix/${name}`, import.meta.url)
  return JSON.parse(readFileSync(file, "utf8")) as T[]
}

function faultOf(bytes: Uint8Array): JsonFault | null {
  try {
    parseStrictJson(bytes)
    return null
  } catch (fault) {
    assert.ok(fault instanceof JsonFault)
    return fault
  }
}

describe("JSON that two readers would understand alike is read", () => {
  for (const { name, hex, canonical } of vectors<Good>("json-good.json")) {
    test(name, () => {
      assert.equal(canonicalize(parseStrictJson(Buffer.from(hex, "hex"))), canonical)
    })
  }
})

describe("JSON that breaks a rule is refused with the rule and the byte", () => {
  for (const { name, hex, code, offset } of vectors<Hostile>("json-hostile.json")) {
    test(name, () => {
      const fault = faultOf(Buffer.from(hex, "hex"))
      assert.deepEqual({ code: fault?.code, offset: fault?.offset }, { code, offset })
    })
  }
})

describe("limits", () => {
  test("as many values as allowed are read, one more is refused where it stands", () => {
    const full = `[${Array.from({ length: JSON_LIMITS.nodes - 1 }, () => "0").join()}]`
    assert.equal((parseStrictJson(Buffer.from(full)) as Json[]).length, JSON_LIMITS.nodes - 1)
    const fault = faultOf(Buffer.from(`${full.slice(0, -1)},0]`))
    assert.deepEqual([fault?.code, fault?.offset], ["json.nodes", full.length])
  })

  test("keys do not count as values", () => {
    const limits = { depth: 2, nodes: 3 }
    assert.deepEqual(parseStrictJson(Buffer.from('{"a":1,"b":2}'), limits), { a: 1, b: 2 })
    assert.throws(() => parseStrictJson(Buffer.from('{"a":1,"b":2,"c":3}'), limits), { code: "json.nodes" })
  })

  test("ten million brackets are refused without being built", () => {
    const fault = faultOf(Buffer.alloc(10_000_000, "["))
    assert.deepEqual([fault?.code, fault?.offset], ["json.depth", JSON_LIMITS.depth])
  })

  test("the bytes may be a view into a larger buffer", () => {
    const whole = Buffer.from('xx{"a":[1,"é"]}yy')
    assert.deepEqual(parseStrictJson(whole.subarray(2, -2)), { a: [1, "é"] })
    assert.deepEqual(parseStrictJson(new Uint8Array(whole.buffer, whole.byteOffset + 2, whole.length - 4)), {
      a: [1, "é"],
    })
  })
})

/** Values that I-JSON can carry, with keys and texts that need escapes. */
const values: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n) || Math.abs(n) > 1e21),
    fc.string({ unit: "binary" }),
    fc.array(tie("value")),
    fc.dictionary(
      fc.string({ unit: "binary" }).filter((key) => key !== "__proto__"),
      tie("value"),
      { noNullPrototype: true },
    ),
  ),
})).value

const hostileBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .string({ unit: fc.constantFrom(...'{}[]:,"\\u0123456789abcdefDE+-. truefalsn\n'), maxLength: 40 })
    .map((s) => Buffer.from(s)),
  fc.tuple(values, fc.nat(), fc.nat(), fc.nat({ max: 255 })).map(([value, at, cut, byte]) => {
    const bytes = Buffer.from(JSON.stringify(value))
    bytes[at % bytes.length] = byte
    return cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
  }),
)

describe("for any input", () => {
  test("what JSON.stringify writes of an I-JSON value is read as JSON.parse reads it, however it is spaced", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0, 1, "\t"), (value, space) => {
        const text = JSON.stringify(value, null, space)
        assert.deepEqual(parseStrictJson(Buffer.from(text)), JSON.parse(text))
      }),
      { numRuns: 2_000 },
    )
  })

  test("what is read, JSON.parse reads too and equally", () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        if (faultOf(bytes) !== null) return
        assert.deepEqual(parseStrictJson(bytes), JSON.parse(Buffer.from(bytes).toString()))
      }),
      { numRuns: 10_000 },
    )
  })

  test("what JSON.parse refuses is refused", () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        try {
          JSON.parse(Buffer.from(bytes).toString())
        } catch {
          assert.notEqual(faultOf(bytes), null)
        }
      }),
      { numRuns: 10_000 },
    )
  })

  test("the fast path and the slow reader agree on what is a fault", () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        const slow = explainJson(bytes, JSON_LIMITS)
        const readToItsEnd = slow.code === "json.syntax" && slow.offset === bytes.length
        assert.equal(faultOf(bytes) === null, readToItsEnd)
      }),
      { numRuns: 10_000 },
    )
  })

  test("a repeated key is refused wherever it stands and however it is written", () => {
    const escaped = (key: string) =>
      `"${[...key].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`
    fc.assert(
      fc.property(values, fc.stringMatching(/^[a-z]{1,5}$/), fc.nat({ max: 5 }), (value, key, depth) => {
        const inner = `{${JSON.stringify(key)}:${JSON.stringify(value)},${escaped(key)}:1}`
        const text = `${'{"k":['.repeat(depth)}${inner}${"]}".repeat(depth)}`
        assert.equal(faultOf(Buffer.from(text))?.code, "json.duplicate-key")
      }),
      { numRuns: 500 },
    )
  })
})
