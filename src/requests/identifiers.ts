import { isIP } from "node:net"

export const identifierTypes = ["ipv4", "ipv6", "email", "url", "account", "phone", "domain"] as const
export type IdentifierType = (typeof identifierTypes)[number]

/** What is wrong with an identifier; null if it is what its type says. Each has its sentence, `request-fault.…`. */
export type IdentifierFault =
  | "request-fault.identifier-form"
  | "request-fault.identifier-network"
  | "request-fault.identifier-everything"
  | "request-fault.identifier-private"

const EMAIL = /^[^\s@<>,;"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u
const DOMAIN = /^(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?\.)+(?!\p{N}+$)[\p{L}\p{N}-]{2,63}$/u
/** E.164: the country's code first, fifteen digits at most. */
const PHONE = /^\+[1-9]\d{6,14}$/
const EVERYTHING =
  /^(?:\*+|%|n\/?a|any|all|every(?:thing|body|one)?|unknown|all (?:data|accounts?|users?|subscribers?|customers?|records?|traffic|content)|全部|所有|一切|任何|全部(?:数据|資料|帳號|账号|用户|使用者)|所有(?:数据|資料|帳號|账号|用户|使用者))$/iu

export function identifierFault(type: IdentifierType, given: string): IdentifierFault | null {
  const value = given.trim()
  if (EVERYTHING.test(value) || value.includes("*")) return "request-fault.identifier-everything"
  if (type === "ipv4" || type === "ipv6") return addressFault(type, value)
  return fitsType(type, value) ? null : "request-fault.identifier-form"
}

function addressFault(type: "ipv4" | "ipv6", value: string): IdentifierFault | null {
  const [address = "", length] = value.split("/")
  const version = type === "ipv4" ? 4 : 6
  if (isIP(address) !== version || address.includes("%")) return "request-fault.identifier-form"
  // A host written with its length is the host.
  if (length !== undefined && length !== (type === "ipv4" ? "32" : "128")) return "request-fault.identifier-network"
  return isPrivate(type, address) ? "request-fault.identifier-private" : null
}

function fitsType(type: Exclude<IdentifierType, "ipv4" | "ipv6">, value: string): boolean {
  if (type === "email") return EMAIL.test(value)
  if (type === "domain") return DOMAIN.test(value)
  if (type === "phone") return PHONE.test(value.replaceAll(/[\s().-]/g, ""))
  if (type === "account") return /^\S(?:.{0,298}\S)?$/u.test(value)
  const url = URL.parse(value)
  return url !== null && /^(?:https?|ftp):$/.test(url.protocol) && url.hostname.includes(".")
}

/**
 * Addresses that mean another host in every network, or none (RFC 1918, 3927, 4193, 4291, 5771): no provider can tell
 * whose it was.
 */
function isPrivate(type: "ipv4" | "ipv6", address: string): boolean {
  if (type === "ipv6") return /^(?:f[cdf]|fe[89ab]|::1?$)/i.test(address)
  const [a = 0, b = 0] = address.split(".").map(Number)
  return (
    a === 10 ||
    a === 127 ||
    a === 0 ||
    a >= 224 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254)
  )
}

/** RFC 6598, 100.64.0.0/10: many subscribers stand behind one such address, and only the port tells them apart. */
export function isShared(address: string): boolean {
  const [a, b = 0] = address.trim().split(".").map(Number)
  return a === 100 && b >= 64 && b < 128
}

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
}

export function isEmail(text: string): boolean {
  return EMAIL.test(text)
}

/** As people write numbers of offices, with an extension or two: digits enough to be called. */
export function isTelephone(text: string): boolean {
  return /^[+\d][\d\s().\-/x,;ext]*$/i.test(text) && (text.match(/\d/g)?.length ?? 0) >= 5
}
