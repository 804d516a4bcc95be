import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { type Instant, parseInstant, plusMicroseconds } from "../../kernel/time.ts"
import { parseValue, patternComparisons, type Tlp, tlpMarkingId } from "../../stix/index.ts"
import { type Author, composeObject, ownId, patternOf, type Row } from "./compose.ts"
import { readValue, type Value } from "./values.ts"

const NOW = parseInstant("2026-03-01T00:00:00Z") as Instant
const author = (changes: Partial<Author> = {}): Author => ({
  ...{ secret: Buffer.alloc(32, 1), identity: null, tlp: null, now: NOW },
  ...changes,
})

function valueIn(text: string): Value {
  const read = readValue(text)
  assert.ok(read.ok, text)
  return read.value
}

function row(text: string, changes: Partial<Row> = {}): Row {
  const nothing = { name: null, description: null, confidence: null, validFrom: null, validUntil: null, tlp: null }
  return { value: valueIn(text), ...nothing, labels: [], ...changes }
}

describe("a pattern finds exactly the value", () => {
  const cases: [value: string, pattern: string][] = [
    ["198.51.100.7", "[ipv4-addr:value = '198.51.100.7']"],
    ["198.51.100.0/24", "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"],
    ["2001:db8::1", "[ipv6-addr:value = '2001:db8::1']"],
    ["evil.example", "[domain-name:value = 'evil.example']"],
    ["http://evil.example/a'b", "[url:value = 'http://evil.example/a\\'b']"],
    ["evil.com/a/b", "[url:value LIKE '%://evil.com/a/b']"],
    ["a@evil.example", "[email-addr:value = 'a@evil.example']"],
    ["D41D8CD98F00B204E9800998ECF8427E", "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"],
    ["a".repeat(40), `[file:hashes.'SHA-1' = '${"a".repeat(40)}']`],
    ["a".repeat(64), `[file:hashes.'SHA-256' = '${"a".repeat(64)}']`],
  ]
  for (const [value, pattern] of cases) test(value.slice(0, 40), () => assert.equal(patternOf(valueIn(value)), pattern))

  test("whatever stands in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (value) => {
        const pattern = patternOf({ kind: "url", value: `x://${value}`, special: null })
        assert.deepEqual(
          patternComparisons(pattern).map((one) => one.value),
          [`x://${value}`],
        )
      }),
    )
  })
})

test("what is made is valid STIX without a remark", () => {
  for (const text of ["198.51.100.7", "198.51.100.0/24", "evil.com/a", "CVE-2024-3094", "a".repeat(64)]) {
    const full = row(text, {
      description: "d",
      labels: ["l"],
      confidence: 50,
      validUntil: "2027-01-01T00:00:00.000Z",
      tlp: "amber",
    })
    const identity = "identity--11111111-1111-4111-8111-111111111111"
    const made = parseValue(composeObject(author({ identity }), full, null))
    assert.ok(made.ok, JSON.stringify(made))
    assert.deepEqual([made.parsed.warnings, made.parsed.marking, made.parsed.createdBy], [[], "amber", identity])
  }
})

test("an id is the value's at one node, and another at each other", () => {
  const [one, other] = [author(), author({ secret: Buffer.alloc(32, 2) })]
  assert.equal(ownId(one, valueIn("evil.com")), ownId(one, valueIn("EVIL[.]com")))
  assert.notEqual(ownId(one, valueIn("evil.com")), ownId(one, valueIn("evil.org")))
  assert.notEqual(ownId(one, valueIn("evil.com")), ownId(other, valueIn("evil.com")))
})

const levels = fc.constantFrom<(Tlp | null)[]>(null, "clear", "green", "amber", "amber+strict", "red")
const rows = fc.record({
  name: fc.constantFrom(null, "a", "b"),
  description: fc.constantFrom(null, "x"),
  labels: fc.uniqueArray(fc.constantFrom("l", "m", "n")),
  confidence: fc.constantFrom(null, 10, 90),
  tlp: levels,
})

test("for any rows of a value: nothing known is lost, marks only get stricter, and saying it again changes nothing", () => {
  const order = ["clear", "green", "amber", "amber+strict", "red"] as const
  const strictness = (refs: unknown) =>
    Array.isArray(refs) ? Math.max(...order.map((level, i) => (refs.includes(tlpMarkingId(level)) ? i : -1))) : -1
  fc.assert(
    fc.property(fc.array(rows, { minLength: 1, maxLength: 6 }), (said) => {
      let before: ReturnType<typeof composeObject> | null = null
      for (const [i, one] of said.entries()) {
        const at = author({ now: plusMicroseconds(NOW, i) })
        const after: ReturnType<typeof composeObject> = composeObject(at, row("evil.com", one), before)
        assert.equal(composeObject(author({ now: plusMicroseconds(NOW, i + 9) }), row("evil.com", one), after), after)
        for (const label of one.labels) assert.ok((after.labels as string[]).includes(label))
        if (before !== null) {
          assert.equal(after.created, before.created)
          assert.ok(strictness(after.object_marking_refs) >= strictness(before.object_marking_refs))
          for (const label of (before.labels ?? []) as string[]) assert.ok((after.labels as string[]).includes(label))
          assert.ok(after === before || String(after.modified) > String(before.modified))
          assert.ok(parseValue(after).ok)
        }
        before = after
      }
    }),
  )
})
