import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { JsonFault } from "../kernel/json.ts"
import { ObjectSplitter, type Slice } from "./splitter.ts"

const LIMITS = { maxObjectBytes: 1_000 }

/** Feeds the bytes in pieces cut at the given places. */
function split(text: string | Uint8Array, cuts: readonly number[] = [], limits = LIMITS) {
  const bytes = Buffer.from(text)
  const splitter = new ObjectSplitter(limits)
  const slices: Slice[] = []
  const places = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  places.forEach((from, index) => {
    slices.push(...splitter.push(bytes.subarray(from, places[index + 1] ?? bytes.length)))
  })
  slices.push(...splitter.end())
  return { container: splitter.container, slices }
}

function texts(slices: readonly Slice[]): string[] {
  return slices.map((slice) => (slice.ok ? Buffer.from(slice.bytes).toString() : slice.code))
}

function faultOf(text: string | Uint8Array, cuts: readonly number[] = []): JsonFault {
  try {
    split(text, cuts)
  } catch (fault) {
    assert.ok(fault instanceof JsonFault)
    return fault
  }
  return assert.fail("no fault")
}

const ODD = '{"id":"a","t":"]},{[\\"\\\\"}'

describe("containers", () => {
  test("a bundle gives its objects with their places, and keeps its other members", () => {
    const body = `{"type":"bundle", "id":"bundle--1","objects":[ ${ODD} ,{"b":[{}]}],"spec_version":"2.0"} `
    const { container, slices } = split(body)
    assert.deepEqual(texts(slices), [ODD, '{"b":[{}]}'])
    assert.deepEqual(
      slices.map(({ position, offset }) => [position, offset]),
      [
        [0, body.indexOf(ODD)],
        [1, body.indexOf('{"b"')],
      ],
    )
    assert.deepEqual(container, {
      kind: "bundle",
      members: { type: "bundle", id: "bundle--1", spec_version: "2.0" },
      omitted: 0,
    })
  })

  test("an envelope has no type; its next may be nested and may come before the objects", () => {
    const { container, slices } = split('{"more":true,"next":{"a":["x"]},"objects":[{}]}')
    assert.deepEqual(texts(slices), ["{}"])
    assert.deepEqual(container, { kind: "envelope", members: { more: true, next: { a: ["x"] } }, omitted: 0 })
  })

  test("a list of objects is a container too", () => {
    const { container, slices } = split(` [${ODD},\n{}]\n`)
    assert.deepEqual(texts(slices), [ODD, "{}"])
    assert.equal(container.kind, "array")
  })

  test("an empty list of objects gives no slice and is no fault", () => {
    assert.deepEqual(split('{"objects":[]}').slices, [])
    assert.deepEqual(split("[]").slices, [])
  })

  test("the name of the list may be written with escapes", () => {
    assert.deepEqual(texts(split('{"\\u006fbjects":[{}]}').slices), ["{}"])
  })

  test("elements that are no objects are handed on, to be refused one by one", () => {
    assert.deepEqual(texts(split('[1,"x,]",null,[[1]],{}]').slices), ["1", '"x,]"', "null", "[[1]]", "{}"])
  })

  test("other members beyond 64 KiB are counted, not kept", () => {
    const { container } = split(`{"a":"x","big":"${"y".repeat(70_000)}","objects":[]}`, [30_000, 60_000])
    assert.deepEqual(container, { kind: "envelope", members: { a: "x" }, omitted: 1 })
  })
})

describe("faults of the container name the rule and the byte, wherever the body is cut", () => {
  const cases: readonly [string, string, string, number][] = [
    ["nothing", "", "json.truncated", 0],
    ["no JSON", "hello", "json.syntax", 0],
    ["a byte order mark", "\ufeff[]", "json.encoding", 0],
    ["a single object", '{"type":"tool","id":"tool--1"}', "json.no-objects", 29],
    ["objects that are no list", '{"objects":{"0":{}}}', "json.no-objects", 11],
    ["objects twice", '{"objects":[],"objects":[]}', "json.duplicate-key", 14],
    ["another member twice", '{"a":1,"\\u0061":1,"objects":[]}', "json.duplicate-key", 7],
    ["a prototype key", '{"__proto__":1,"objects":[]}', "json.forbidden-key", 1],
    ["a member that is no JSON", '{"a":tru,"objects":[]}', "json.truncated", 8],
    ["a member with a broken rule inside", '{"a":[1,1e999],"objects":[]}', "json.number", 8],
    ["two values", "[][]", "json.syntax", 2],
    ["garbage at the end", '{"objects":[]}x', "json.syntax", 14],
    ["a comma too many", "[{},]", "json.syntax", 4],
    ["a comma too few", "[{}{}]", "json.syntax", 3],
    ["a colon too few", '{"objects"[]}', "json.syntax", 10],
    ["a list closed by a brace", "[{}}", "json.syntax", 3],
    ["truncated in an object", '[{"a":"', "json.truncated", 7],
    ["truncated after an object", "[{}", "json.truncated", 3],
    ["truncated in the container", '{"objects":[]', "json.truncated", 13],
  ]
  for (const [name, body, code, offset] of cases) {
    test(name, () => {
      for (const cuts of [[], Array.from({ length: 40 }, (_, at) => at)]) {
        const fault = faultOf(body, cuts)
        assert.deepEqual([fault.code, fault.offset], [code, offset])
      }
    })
  }

  test("objects found before a fault in the same chunk are not lost: the next call throws", () => {
    const splitter = new ObjectSplitter(LIMITS)
    assert.deepEqual(texts(splitter.push(Buffer.from('[{"a":1}]x'))), ['{"a":1}'])
    assert.throws(() => splitter.end(), { code: "json.syntax" })
    assert.throws(() => splitter.push(Buffer.from("]")), { code: "json.syntax" })
  })
})

describe("large objects", () => {
  test("an object beyond the limit is skipped to its end and the rest goes on", () => {
    const large = `{"x":"${"]}".repeat(600)}"}`
    for (const cuts of [[], [500], [900, 1_100, 1_203], Array.from({ length: 1_300 }, (_, at) => at)]) {
      assert.deepEqual(texts(split(`[{},${large},{"y":1}]`, cuts).slices), ["{}", "object.too-large", '{"y":1}'])
    }
  })

  test("an object of exactly the limit is kept", () => {
    const exact = `{"x":"${"y".repeat(LIMITS.maxObjectBytes - 8)}"}`
    assert.equal(exact.length, LIMITS.maxObjectBytes)
    assert.deepEqual(texts(split(`[${exact}]`, [300]).slices), [exact])
    assert.deepEqual(texts(split(`[${exact.replace("y", "yy")}]`, [300]).slices), ["object.too-large"])
  })

  test("an endless object holds no more memory than the limit", () => {
    const splitter = new ObjectSplitter({ maxObjectBytes: 1_000_000 })
    const chunk = Buffer.alloc(65_536, "x")
    splitter.push(Buffer.from('[{"x":"'))
    const before = process.memoryUsage().arrayBuffers
    for (let at = 0; at < 2_000; at++) splitter.push(chunk)
    assert.ok(process.memoryUsage().arrayBuffers - before < 16_000_000)
    assert.deepEqual(texts(splitter.push(Buffer.from('"}]'))), ["object.too-large"])
    assert.deepEqual(splitter.end(), [])
  })
})

describe("chunks", () => {
  test("objects of a body that came in one piece are views of it, not copies", () => {
    const body = Buffer.from(`[${ODD},{}]`)
    for (const slice of new ObjectSplitter(LIMITS).push(body)) {
      assert.ok(slice.ok)
      assert.equal(slice.bytes.buffer, body.buffer)
      assert.equal(slice.bytes.byteOffset, body.byteOffset + slice.offset)
    }
  })

  test("a chunk may be reused by its owner once it was pushed", () => {
    const splitter = new ObjectSplitter(LIMITS)
    const chunk = Buffer.from('[{"a":"b')
    splitter.push(chunk)
    chunk.fill("!")
    assert.deepEqual(texts(splitter.push(Buffer.from('c"}]'))), ['{"a":"bc"}'])
  })

  test("wherever the body is cut, the objects are the same", () => {
    const member = fc.constantFrom('"id":"x"', '"more":false', '"t":{"a":[1,{}]}')
    const element = fc.oneof(fc.json(), fc.constant(ODD))
    const body = fc
      .tuple(fc.uniqueArray(member), fc.array(element, { maxLength: 5 }), fc.uniqueArray(member), fc.boolean())
      .map(([before, objects, after, bare]) => {
        const list = `[ ${objects.join(" ,\n")}]`
        const members = [...before, `"objects" : ${list}`, ...after.filter((one) => !before.includes(one))]
        return { objects, text: bare ? list : `{${members.join(" , ")} }` }
      })
    fc.assert(
      fc.property(body, fc.array(fc.nat({ max: 2_000 }), { maxLength: 30 }), ({ objects, text }, cuts) => {
        const limits = { maxObjectBytes: 1_000_000 }
        const whole = split(text, [], limits)
        const pieces = split(text, cuts, limits)
        assert.deepEqual(texts(whole.slices), objects)
        assert.deepEqual(texts(pieces.slices), objects)
        assert.deepEqual(pieces.container, whole.container)
        for (const slice of pieces.slices) {
          assert.ok(slice.ok && Buffer.from(text).subarray(slice.offset).indexOf(slice.bytes) === 0)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test("no bytes make it throw anything but a JsonFault", () => {
    const signs = fc.string({ unit: fc.constantFrom(...'{}[],:"\\ax1 ', '"objects":[', "é"), maxLength: 40 })
    fc.assert(
      fc.property(signs, fc.array(fc.nat({ max: 60 })), (text, cuts) => {
        try {
          split(text, cuts)
        } catch (fault) {
          assert.ok(fault instanceof JsonFault)
        }
      }),
      { numRuns: 5_000 },
    )
  })
})
