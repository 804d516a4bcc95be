import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { parseAddress, parseRange } from "../intake/addresses.ts"
import { valuesOf } from "../values.ts"
import { compileLookup } from "./lookup.ts"
import { linearExpression, parseWarningList } from "./model.ts"

function list(type: string, entries: readonly string[], attributes: readonly string[] = []) {
  return parseWarningList(
    JSON.stringify({ name: type, version: 1, description: "", type, list: entries, matching_attributes: attributes }),
  )
}

const hits = (type: string, entries: readonly string[], kind: string, value: string, attributes?: readonly string[]) =>
  compileLookup([list(type, entries, attributes)]).hits({ kind, value }).length

describe("a value is on a list by the list's own type", () => {
  const cases: [type: string, entries: string[], kind: string, value: string, hit: 0 | 1][] = [
    ["cidr", ["8.8.8.0/24", "2001:4860::/32"], "ipv4-addr", "8.8.8.8", 1],
    ["cidr", ["8.8.8.0/24"], "ipv4-addr", "8.8.9.8", 0],
    ["cidr", ["8.8.8.0/24"], "ipv4-addr", "8.8.8.128/25", 1],
    ["cidr", ["8.8.8.0/24"], "ipv4-addr", "8.8.0.0/16", 0],
    ["cidr", ["8.8.8.0/25", "8.8.8.128/25"], "ipv4-addr", "8.8.8.0/24", 1],
    ["cidr", ["2001:4860::/32"], "ipv6-addr", "2001:4860:4860::8888", 1],
    ["cidr", ["8.8.8.0/24"], "url", "http://8.8.8.8:53/x", 1],
    ["cidr", ["8.8.8.0/24"], "domain-name", "example.com", 0],
    ["hostname", ["example.com", ".cdn.example"], "domain-name", "www.example.com", 1],
    ["hostname", ["example.com"], "domain-name", "EXAMPLE.com", 1],
    ["hostname", ["example.com"], "domain-name", "notexample.com", 0],
    ["hostname", ["example.com"], "domain-name", "example.com.evil.net", 0],
    ["hostname", [".cdn.example"], "domain-name", "cdn.example", 1],
    ["hostname", ["example.com"], "url", "https://u@www.example.com:8443/a", 1],
    ["hostname", ["example.com"], "url", "https://evil.net/example.com", 0],
    ["hostname", ["壞人.台灣"], "domain-name", "www.xn--gmqz0w.xn--kpry57d", 1],
    ["string", ["d41d8cd98f00b204e9800998ecf8427e"], "md5", "D41D8CD98F00B204E9800998ECF8427E", 1],
    ["string", ["example.com"], "domain-name", "www.example.com", 0],
    ["substring", ["windowsupdate"], "url", "http://download.WindowsUpdate.com/x", 1],
    ["substring", ["windowsupdate"], "url", "http://example.com", 0],
  ]
  for (const [type, entries, kind, value, hit] of cases) {
    test(`${type}: ${value}`, () => assert.equal(hits(type, entries, kind, value), hit))
  }
})

test("a list speaks only of the kinds that it names, and of none if we know none of them", () => {
  assert.equal(hits("string", ["x.example"], "domain-name", "x.example", ["domain", "ip-dst|port"]), 1)
  assert.equal(hits("string", ["x.example"], "url", "x.example", ["domain"]), 0)
  assert.equal(hits("string", ["x.example"], "domain-name", "x.example", ["btc"]), 0)
})

const prefixed = (bits: number) => fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: bits })).map(([ip, n]) => `${ip}/${n}`)
const ranges = fc.oneof(
  prefixed(32),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([ip, n]) => `${ip}/${n}`),
  fc.integer({ min: 0, max: 255 }).map((n) => `10.0.0.${n}`),
)

test("for any ranges the lookup says what comparing with each of them says", () => {
  fc.assert(
    fc.property(
      fc.array(ranges, { minLength: 1, maxLength: 20 }),
      fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("10.0.0.7")),
      (entries, ip) => {
        const address = parseAddress(ip)
        const naive = entries.map(parseRange).some((range) => {
          assert.ok(range && address)
          return range.version === address.version && range.first <= address.bits && address.bits <= range.last
        })
        assert.equal(hits("cidr", entries, "ipv4-addr", ip), naive ? 1 : 0)
      },
    ),
    { numRuns: 1_000 },
  )
})

const names = fc
  .array(fc.constantFrom("a", "b", "com", "org", "x"), { minLength: 1, maxLength: 4 })
  .map((l) => l.join("."))

test("for any names the lookup says what comparing the endings says", () => {
  fc.assert(
    fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), names, (entries, name) => {
      const naive = entries.some((entry) => name === entry || name.endsWith(`.${entry}`))
      assert.equal(hits("hostname", entries, "domain-name", name), naive ? 1 : 0)
    }),
    { numRuns: 1_000 },
  )
})

test("an object's values are its pattern's texts, its value or its hashes", () => {
  const of = (object: Record<string, unknown>) =>
    valuesOf(JSON.parse(JSON.stringify(object))).map((one) => `${one.kind} ${one.value}`)
  const pattern =
    "[ipv4-addr:value = '8.8.8.8' AND file:hashes.'SHA-256' = 'ab' AND url:value LIKE '%://x.org/a' AND domain-name:value != 'not.org']"
  assert.deepEqual(of({ type: "indicator", pattern, pattern_type: "stix" }), [
    "ipv4-addr 8.8.8.8",
    "sha256 ab",
    "url x.org/a",
  ])
  assert.deepEqual(of({ type: "indicator", pattern: "alert ip any", pattern_type: "snort" }), [])
  assert.deepEqual(of({ type: "domain-name", value: "x.org" }), ["domain-name x.org"])
  assert.deepEqual(of({ type: "file", hashes: { MD5: "ab" } }), ["md5 ab"])
  assert.deepEqual(of({ type: "malware", name: "x" }), [])
})

describe("a list that cannot be used is refused with its reason", () => {
  const cases: [name: string, text: string, code: string][] = [
    ["no JSON", "{", "warning-list.malformed"],
    ["no list", '{"name":"x","type":"string"}', "warning-list.malformed"],
    ["an empty list", '{"name":"x","type":"string","list":[" "]}', "warning-list.malformed"],
    ["an unknown type", '{"name":"x","type":"magic","list":["a"]}', "warning-list.malformed"],
    ["no range", '{"name":"x","type":"cidr","list":["1.2.3.4","nonsense"]}', "warning-list.entry"],
  ]
  for (const [name, text, code] of cases) test(name, () => assert.throws(() => parseWarningList(text), { code }))

  test("expressions that would be run without a bound of time", () => {
    if (linearExpression("a+") !== null) return
    assert.throws(() => list("regex", ["^(a+)+$"]), { code: "warning-list.expression" })
  })
})
