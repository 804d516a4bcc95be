import { isIPv4, isIPv6 } from "node:net"
import { normalAddress, parseRange, prefixOf } from "../../library/index.ts"
import type { Read } from "./refusals.ts"

/** `::ffff:0:0/96`, in which IPv6 writes addresses of IPv4. */
const MAPPED = 0xffff_0000_0000n
const MAPPED_BITS = 96

/**
 * An address or a range of version 4 or 6, as bytes. A range loses the bits behind its prefix and is of a type of its own;
 * one of full length is an address; IPv4 within IPv6 is IPv4. What names an interface of one machine (`%eth0`) is dropped.
 */
export function readAddress(text: string): Read {
  if (/^\[[^\]]*\]:\d+$|^\d+(?:\.\d+){3}:\d+$/.test(text)) return "match-item.port"
  if (/^[\da-fx.]+(?:\/\d+)?$/i.test(text) && /(?:^|\.)(?:0\d|0x)/i.test(text)) return "match-item.leading-zero"
  const bare = text.replace(/^\[([^\]]*)\]$/, "$1").replace(/^([\da-f:.]+)%[\w.-]{1,32}(?=\/|$)/i, "$1")
  const range = parseRange(bare)
  if (range === null) return "match-item.address"
  const prefix = prefixOf(range)
  const inside = range.version === 6 && prefix >= MAPPED_BITS && range.first >> 32n === MAPPED >> 32n
  const [first, length, width] = inside
    ? [range.first & 0xffff_ffffn, prefix - MAPPED_BITS, 32]
    : [range.first, prefix, range.version === 4 ? 32 : 128]
  const bytes = Buffer.from(first.toString(16).padStart(width / 4, "0"), "hex")
  if (length < width) return { form: "cidr", canonical: Buffer.concat([bytes, Buffer.from([length])]) }
  return { form: width === 32 ? "ipv4" : "ipv6", canonical: bytes }
}

/** Whether a text can only be meant as an address or a range, right or wrong. */
export function looksLikeAddress(text: string): boolean {
  const bare = text.replace(/\/\d+$/, "").replace(/%.*$/, "")
  return isIPv4(bare) || isIPv6(bare) || /^\d+(?:\.\d+){3}(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(bare)
}

/** 4 or 16 bytes as people write them (RFC 5952). */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".")
  const groups = Buffer.from(bytes).toString("hex").match(/.{4}/g) ?? []
  return normalAddress(groups.join(":")) ?? ""
}
