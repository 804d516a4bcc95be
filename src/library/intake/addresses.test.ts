import assert from "node:assert/strict"
import { isIP } from "node:net"
import { describe, test } from "node:test"
import fc from "fast-check"
import { contains, normalAddress, parseAddress, parseRange, prefixOf, specialReason } from "./addresses.ts"

describe("an address has one spelling", () => {
  const cases: [text: string, normal: string | null][] = [
    ["198.51.100.7", "198.51.100.7"],
    ["198.51.100.7/32", "198.51.100.7"],
    ["198.51.100.7/24", "198.51.100.0/24"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::", "::"],
    ["::ffff:198.51.100.7", "::ffff:198.51.100.7"],
    ["2001:db8::1/32", "2001:db8::/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["198.51.100.7/33", null],
    ["198.51.100.7/", null],
    ["198.51.100.7/024", null],
    ["010.1.1.1", null],
    ["fe80::1%eth0", null],
    ["300.1.1.1", null],
    ["", null],
  ]
  for (const [text, normal] of cases) test(text, () => assert.equal(normalAddress(text), normal))
})

describe("an address that names nobody on the public network is known", () => {
  const cases: [text: string, reason: string | null][] = [
    ["8.8.8.8", null],
    ["127.0.0.1", "loopback"],
    ["::1", "loopback"],
    ["10.1.2.3", "private"],
    ["172.31.255.255", "private"],
    ["172.32.0.0", null],
    ["192.168.0.0/24", "private"],
    ["192.168.0.0/15", null],
    ["fd00::1", "private"],
    ["fe80::1", "link-local"],
    ["198.51.100.7", "documentation"],
    ["2001:db8::1", "documentation"],
    ["2606:4700:4700::1111", null],
    ["::ffff:10.0.0.1", "private"],
    ["::ffff:8.8.8.8", null],
    ["255.255.255.255", "reserved"],
    ["224.0.0.1", "multicast"],
    ["evil.example", null],
  ]
  for (const [text, reason] of cases) test(text, () => assert.equal(specialReason(text), reason))
})

test("for any address the spelling is the same as the number, and a range holds exactly what shares its prefix", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.nat({ max: 128 }),
      fc.oneof(fc.ipV4(), fc.ipV6()),
      (text, n, other) => {
        const address = parseAddress(text)
        const normal = normalAddress(text) ?? ""
        assert.ok(address)
        assert.deepEqual(parseAddress(normal), address)
        assert.equal(isIP(normal), address.version)
        const width = address.version === 4 ? 32 : 128
        const range = parseRange(`${text}/${n % (width + 1)}`)
        assert.ok(range)
        assert.equal(prefixOf(range), n % (width + 1))
        const second = parseAddress(other)
        assert.ok(second)
        const shift = BigInt(width - (n % (width + 1)))
        const same = second.version === address.version && second.bits >> shift === address.bits >> shift
        assert.equal(contains(range, { version: second.version, first: second.bits, last: second.bits }), same)
      },
    ),
    { numRuns: 500 },
  )
})
