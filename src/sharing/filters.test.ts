import assert from "node:assert/strict"
import { test } from "node:test"
import { random } from "../kernel/hash.ts"
import { parseInstant } from "../kernel/time.ts"
import { cursors } from "./cursor.ts"
import { type Filters, type MatchField, parseFilters } from "./filters.ts"

const ALL: readonly MatchField[] = ["id", "type", "version", "spec_version"]
const SIZES = { usual: 100, most: 1000 }

function parse(query: string, allowed = ALL): Filters {
  return parseFilters(new URLSearchParams(query), allowed, SIZES)
}

/** TAXII 2.1 section 3.4. */
test("what a client asks is read as the standard words it", () => {
  const table: [query: string, wanted: Partial<Filters>][] = [
    ["", { addedAfter: null, limit: 100, next: null, ids: null, types: null, specs: null, versions: null }],
    ["limit=1", { limit: 1 }],
    ["limit=1000", { limit: 1000 }],
    ["limit=1001", { limit: 1000 }],
    ["limit=999999999999999", { limit: 1000 }],
    ["limit=007", { limit: 7 }],
    ["next=abc", { next: "abc" }],
    ["added_after=2022-01-01T00:00:00Z", { addedAfter: parseInstant("2022-01-01T00:00:00Z") }],
    ["added_after=2022-01-01T01:00:00.5%2B01:00", { addedAfter: parseInstant("2022-01-01T00:00:00.500000Z") }],
    ["added_after=2022-01-01T01:00:00+01:00", { addedAfter: parseInstant("2022-01-01T00:00:00Z") }],
    ["match[id]=b,a,b", { ids: ["a", "b"] }],
    ["match%5Btype%5D=tool, malware", { types: ["malware", "tool"] }],
    ["match[spec_version]=2.0,2.1", { specs: ["2.0", "2.1"] }],
    ["match[version]=last", { versions: { first: false, last: true, at: [] } }],
    ["match[version]=first,last", { versions: { first: true, last: true, at: [] } }],
    ["match[version]=all", { versions: "all" }],
    ["match[version]=first,all", { versions: "all" }],
    [
      "match[version]=2022-01-01T00:00:00.120Z",
      { versions: { first: false, last: false, at: ["2022-01-01T00:00:00.12"] } },
    ],
    [
      "match[version]=2022-01-01T01:00:00%2B01:00",
      { versions: { first: false, last: false, at: ["2022-01-01T00:00:00"] } },
    ],
    [
      "match[version]=2022-01-01T00:00:00.123456789Z",
      { versions: { first: false, last: false, at: ["2022-01-01T00:00:00.123456789"] } },
    ],
    ["unknown=1&api_key=2", { limit: 100 }],
  ]
  for (const [query, wanted] of table) {
    const found = parse(query)
    assert.deepEqual({ ...found, ...wanted }, found, query)
  }
})

test("what the standard or the endpoint does not know is refused, and the answer names it", () => {
  const table: [query: string, code: string, name: string][] = [
    ["limit=0", "filter.limit", "limit"],
    ["limit=-1", "filter.limit", "limit"],
    ["limit=1.5", "filter.limit", "limit"],
    ["limit=1e3", "filter.limit", "limit"],
    ["limit=", "filter.limit", "limit"],
    ["limit=5&limit=6", "filter.repeated", "limit"],
    ["next=a&next=b", "filter.repeated", "next"],
    ["added_after=yesterday", "filter.time", "added_after"],
    ["added_after=2022-02-30T00:00:00Z", "filter.time", "added_after"],
    ["added_after=", "filter.time", "added_after"],
    ["added_after=2022-01-01T00:00:00Z&added_after=2022-01-01T00:00:00Z", "filter.repeated", "added_after"],
    ["match[id]=", "filter.value", "match[id]"],
    ["match[id]=a,,b", "filter.value", "match[id]"],
    ["match[id]=a&match[id]=b", "filter.repeated", "match[id]"],
    [`match[id]=${Array.from({ length: 501 }, (_, i) => i).join()}`, "filter.value", "match[id]"],
    ["match[version]=newest", "filter.time", "match[version]"],
    ["match[version]=all,newest", "filter.time", "match[version]"],
    ["match[version]=LAST", "filter.time", "match[version]"],
    ["match[colour]=red", "filter.unknown", "match[colour]"],
    ["match[]=x", "filter.unknown", "match[]"],
    ["match[__proto__]=x", "filter.unknown", "match[__proto__]"],
  ]
  for (const [query, code, name] of table) {
    assert.throws(() => parse(query), { kind: "invalid", code, details: { name } }, query)
  }
  for (const field of ALL) {
    const value = field === "version" ? "all" : "x"
    assert.throws(() => parse(`match[${field}]=${value}`, []), { code: "filter.unknown" }, field)
    assert.ok(parse(`match[${field}]=${value}`, [field]))
  }
})

test("a wish has one binding however it is spelled, and other wishes have others", () => {
  const same = [
    "match[id]=a,b&match[type]=x&added_after=2022-01-01T00:00:00Z",
    "added_after=2022-01-01T01:00:00%2B01:00&match[type]=x&match[id]=b,a",
    "limit=3&next=x&match[id]=a, b,a&match[type]=x&added_after=2022-01-01T00:00:00.000Z",
  ]
  assert.equal(new Set(same.map((query) => parse(query).binding)).size, 1)
  const others = [
    "",
    "match[id]=a",
    "match[type]=a",
    "match[version]=all",
    "match[version]=last",
    "match[spec_version]=2.1",
    "match[id]=a,b",
    'match[id]=a","b',
    "added_after=2022-01-01T00:00:00Z",
    "added_after=2022-01-01T00:00:00.000001Z",
  ]
  assert.equal(new Set(others.map((query) => parse(query).binding)).size, others.length)
})

test("a cursor is read back by the listing it was made for, and by no other; a changed one by none", () => {
  const [mine, theirs] = [cursors(random(32)), cursors(random(32))]
  for (const seq of [0, 1, 255, 1_000_000, 2 ** 48 - 1]) {
    const text = mine.write("c1 objects  {}", seq)
    assert.match(text, /^[\w-]+$/)
    assert.equal(mine.read("c1 objects  {}", text), seq)
    const bent = [...text].map((sign, i) => text.slice(0, i) + (sign === "A" ? "B" : "A") + text.slice(i + 1))
    const forged = [...bent, "", "A", text.slice(1), `${text}A`, `${text}=`, `${text}!`, text.toLowerCase()]
    for (const one of forged.filter((other) => other !== text)) {
      assert.throws(() => mine.read("c1 objects  {}", one), { kind: "invalid", code: "filter.next" }, one)
    }
    for (const listing of ["c2 objects  {}", "c1 manifest  {}", "c1 objects  {}x", ""]) {
      assert.throws(() => mine.read(listing, text), { code: "filter.next" }, listing)
    }
    assert.throws(() => theirs.read("c1 objects  {}", text), { code: "filter.next" })
  }
})
