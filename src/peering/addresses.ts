import { BlockList, isIP } from "node:net"

/**
 * Which addresses partners may have: `public` ones always; `private` ones (RFC 1918, RFC 4193, RFC 6598) if the
 * operator says so; `loopback` if this node is reached there itself, as in an exercise on one machine.
 */
export type Reach = { private: boolean; loopback: boolean }

const loopback = listOf(["127.0.0.0", 8], ["::1", 128])
const closed = listOf(["10.0.0.0", 8], ["172.16.0.0", 12], ["192.168.0.0", 16], ["100.64.0.0", 10], ["fc00::", 7])
/** IANA special-purpose registries (RFC 6890): what is not globally reachable, and no network of an operator either. */
const never = listOf(
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  ["::", 96], // within it ::1, of which the loopback has the word
  ["::ffff:0:0:0", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 32], // Teredo, and 6to4 below: they lead to an IPv4 address within
  ["2001:2::", 48],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
)

/** False for anything that is no address. An IPv4 address within an IPv6 one is judged as what it leads to. */
export function isAllowed(address: string, reach: Reach): boolean {
  const plain = embedded(address)
  const family = isIP(plain) === 4 ? "ipv4" : isIP(plain) === 6 ? "ipv6" : null
  if (family === null) return false
  if (loopback.check(plain, family)) return reach.loopback
  if (never.check(plain, family)) return false
  return !closed.check(plain, family) || reach.private
}

/** `::ffff:10.0.0.1` (RFC 4291) and `64:ff9b::10.0.0.1` (RFC 6052), in either spelling, are `10.0.0.1`. */
function embedded(given: string): string {
  const address = isIP(given) === 6 && !given.includes("%") ? new URL(`http://[${given}]`).hostname.slice(1, -1) : given
  const inner = /^(?:::ffff:|64:ff9b::)(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address)
  if (inner === null) return address
  const [, dotted, high = "0", low = "0"] = inner
  if (dotted !== undefined) return dotted
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join(".")
}

function listOf(...subnets: readonly [address: string, prefix: number][]): BlockList {
  const list = new BlockList()
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, address.includes(":") ? "ipv6" : "ipv4")
  return list
}
