import assert from "node:assert/strict"
import { test } from "node:test"
import { isAllowed } from "./addresses.ts"

/** Addresses of the documentation ranges are refused too, so those that stand for "anywhere" are real ones. */
const table: [address: string, plain: boolean, inside: boolean, here: boolean][] = [
  ["1.1.1.1", true, true, true],
  ["2606:4700:4700::1111", true, true, true],
  ["10.1.2.3", false, true, false],
  ["172.31.255.255", false, true, false],
  ["192.168.0.1", false, true, false],
  ["100.64.0.1", false, true, false],
  ["fd00::1", false, true, false],
  ["::ffff:10.0.0.1", false, true, false],
  ["::ffff:a00:1", false, true, false],
  ["64:ff9b::10.0.0.1", false, true, false],
  ["127.0.0.1", false, false, true],
  ["127.9.9.9", false, false, true],
  ["::1", false, false, true],
  ["::ffff:7f00:1", false, false, true],
  ["0.0.0.0", false, false, false],
  ["169.254.169.254", false, false, false],
  ["::ffff:169.254.169.254", false, false, false],
  ["fe80::1", false, false, false],
  ["224.0.0.1", false, false, false],
  ["255.255.255.255", false, false, false],
  ["::", false, false, false],
  ["::127.0.0.1", false, false, false],
  ["::a00:1", false, false, false],
  ["::ffff:0:127.0.0.1", false, false, false],
  ["64:ff9b:0:0:0:0:a00:1", false, true, false],
  ["0:0:0:0:0:ffff:7f00:1", false, false, true],
  ["2002:7f00:1::1", false, false, false],
  ["2001::1", false, false, false],
  ["2001:4860:4860::8888", true, true, true],
  ["fec0::1", false, false, false],
  ["fe80::1%lo", false, false, false],
  ["3fff::1", false, false, false],
  ["192.88.99.1", false, false, false],
  ["2130706433", false, false, false],
  ["0x7f.1", false, false, false],
  ["localhost", false, false, false],
  ["", false, false, false],
]

test("a partner's address is public, or of a kind that the operator allowed", () => {
  for (const [address, plain, inside, here] of table) {
    const found = [
      isAllowed(address, { private: false, loopback: false }),
      isAllowed(address, { private: true, loopback: false }),
      isAllowed(address, { private: false, loopback: true }),
    ]
    assert.deepEqual(found, [plain, inside, here], address)
  }
})
