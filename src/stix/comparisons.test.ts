import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { patternComparisons } from "./comparisons.ts"

const read = (pattern: string) =>
  patternComparisons(pattern).map(({ type, path, operator, value }) => `${type}:${path} ${operator} ${value}`)

describe("the texts that a pattern compares with are read", () => {
  const cases: [pattern: string, found: string[]][] = [
    ["[ipv4-addr:value = '198.51.100.7']", ["ipv4-addr:value = 198.51.100.7"]],
    ["[file:hashes.'SHA-256' = 'AB' OR file:hashes.MD5='CD']", ["file:hashes.'SHA-256' = AB", "file:hashes.MD5 = CD"]],
    [
      "[domain-name:value IN ('a.example', 'b.example')]",
      ["domain-name:value IN a.example", "domain-name:value IN b.example"],
    ],
    ["[ipv4-addr:value ISSUBSET '198.51.100.0/24']", ["ipv4-addr:value ISSUBSET 198.51.100.0/24"]],
    ["[url:value NOT LIKE '%x%']", ["url:value NOT LIKE %x%"]],
    [String.raw`[file:name = 'it\'s a \\ back']`, [String.raw`file:name = it's a \ back`]],
    ["[file:name = 'ipv4-addr:value = x']", ["file:name = ipv4-addr:value = x"]],
    [
      "[network-traffic:dst_ref.value = '1.1.1.1'] FOLLOWEDBY [process:pid = 4]",
      ["network-traffic:dst_ref.value = 1.1.1.1"],
    ],
    ["[a:b.c[*].d = 'x'] WITHIN 5 SECONDS", ["a:b.c[*].d = x"]],
    ["[ipv4-addr:value = 'unclosed", []],
    ["", []],
    ["no pattern at all", []],
  ]
  for (const [pattern, found] of cases) test(pattern, () => assert.deepEqual(read(pattern), found))
})

test("any text that a pattern names comes back as it was", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 20 }), { minLength: 1, maxLength: 4 }), (values) => {
      const quoted = values.map((value) => `'${value.replace(/[\\']/g, "\\$&")}'`)
      assert.deepEqual(
        patternComparisons(`[domain-name:value IN (${quoted.join(", ")})]`).map(({ value }) => value),
        values,
      )
    }),
  )
})

test("a text of megabytes is read", () => {
  const value = "x\\\\".repeat(1_000_000)
  assert.equal(patternComparisons(`[file:name = '${value}']`)[0]?.value.length, 2_000_000)
})

test("no pattern takes long", () => {
  for (const piece of ["a:b", "'", "a:'", "[", "a:b = '", "a:b IN (", "\\'"]) patternComparisons(piece.repeat(50_000))
})
