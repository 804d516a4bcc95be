import { isIP } from "node:net"

/** An address as a number, so that ranges can be compared: 32 or 128 bits. */
export type Address = { version: 4 | 6; bits: bigint }
/** All addresses from `first` to `last`. */
export type AddressRange = { version: 4 | 6; first: bigint; last: bigint }

/** Null for what is no address; zones (`fe80::1%eth0`) mean something on one machine only, so they are none. */
export function parseAddress(text: string): Address | null {
  const version = isIP(text)
  if (version === 4) return { version, bits: BigInt(ipv4Number(text)) }
  if (version === 6 && !text.includes("%")) return { version, bits: ipv6Bits(text) }
  return null
}

/** An address with an optional prefix length; bits behind the prefix are ignored. */
export function parseRange(text: string): AddressRange | null {
  const slash = text.indexOf("/")
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (address === null) return null
  const width = address.version === 4 ? 32 : 128
  const prefix = slash < 0 ? String(width) : text.slice(slash + 1)
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > width) return null
  const rest = (1n << BigInt(width - Number(prefix))) - 1n
  const first = address.bits & ~rest
  return { version: address.version, first, last: first | rest }
}

/** The one spelling of an address or range: RFC 5952 for IPv6, bits behind the prefix zero, no prefix of full length. */
export function normalAddress(text: string): string | null {
  const range = parseRange(text)
  if (range === null) return null
  const { version, first, last } = range
  const plain = version === 4 ? ipv4Text(first) : ipv6Text(first)
  return first === last ? plain : `${plain}/${prefixOf(range)}`
}

export function prefixOf({ version, first, last }: AddressRange): number {
  const free = (last - first).toString(2).replace(/^0$/, "").length
  return (version === 4 ? 32 : 128) - free
}

/** IANA's registries of special addresses: values that point at nobody in particular. */
const SPECIAL: readonly [reason: SpecialReason, range: string][] = [
  ["loopback", "127.0.0.0/8"],
  ["loopback", "::1"],
  ["private", "10.0.0.0/8"],
  ["private", "172.16.0.0/12"],
  ["private", "192.168.0.0/16"],
  ["private", "100.64.0.0/10"],
  ["private", "fc00::/7"],
  ["link-local", "169.254.0.0/16"],
  ["link-local", "fe80::/10"],
  ["documentation", "192.0.2.0/24"],
  ["documentation", "198.51.100.0/24"],
  ["documentation", "203.0.113.0/24"],
  ["documentation", "2001:db8::/32"],
  ["documentation", "3fff::/20"],
  ["multicast", "224.0.0.0/4"],
  ["multicast", "ff00::/8"],
  ["reserved", "0.0.0.0/8"],
  ["reserved", "192.0.0.0/24"],
  ["reserved", "198.18.0.0/15"],
  ["reserved", "240.0.0.0/4"],
  ["reserved", "::"],
  ["reserved", "64:ff9b:1::/48"],
  ["reserved", "100::/64"],
]

export type SpecialReason = "loopback" | "private" | "link-local" | "documentation" | "multicast" | "reserved"

const specialRanges = SPECIAL.map(([reason, text]) => ({ reason, range: parseRange(text) as AddressRange }))

/** Why an address or range names no machine on the public network; null if it does. */
export function specialReason(text: string): SpecialReason | null {
  const range = parseRange(text)
  if (range === null) return null
  const plain = mappedIpv4(range) ?? range
  return specialRanges.find(({ range: special }) => contains(special, plain))?.reason ?? null
}

export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.version === inner.version && outer.first <= inner.first && inner.last <= outer.last
}

const MAPPED = 0xffff00000000n

/** `::ffff:10.0.0.1` is 10.0.0.1. */
function mappedIpv4({ version, first, last }: AddressRange): AddressRange | null {
  const inside = version === 6 && first >= MAPPED && last <= MAPPED + 0xffffffffn
  return inside ? { version: 4, first: first - MAPPED, last: last - MAPPED } : null
}

function ipv4Number(text: string): number {
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0)
}

function ipv4Text(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join(".")
}

function ipv6Bits(text: string): bigint {
  const plain = text.replace(/[\d.]+$/, (end) => (end.includes(".") ? hexPair(ipv4Number(end)) : end))
  const [head = "", tail] = plain.split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail === undefined || tail === "" ? [] : tail.split(":")
  const groups = [...left, ...Array(8 - left.length - right.length).fill("0"), ...right]
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

function hexPair(number: number): string {
  return `${Math.floor(number / 65536).toString(16)}:${(number % 65536).toString(16)}`
}

/** RFC 5952: lower case, no leading zeros, the first longest run of zero groups shortened, one group alone never. */
function ipv6Text(bits: bigint): string {
  if (bits >= MAPPED && bits <= MAPPED + 0xffffffffn) return `::ffff:${ipv4Text(bits - MAPPED)}`
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  const runs = [
    ...groups
      .map((group) => (group === "0" ? "0" : "x"))
      .join("")
      .matchAll(/00+/g),
  ]
  const longest = runs.reduce<RegExpExecArray | null>(
    (best, run) => (best === null || run[0].length > best[0].length ? run : best),
    null,
  )
  if (longest === null) return groups.join(":")
  const before = groups.slice(0, longest.index).join(":")
  return `${before}::${groups.slice(longest.index + longest[0].length).join(":")}`
}
