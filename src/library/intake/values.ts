import { domainToASCII } from "node:url"
import { parse } from "tldts"
import { respell } from "../../stix/index.ts"
import { normalAddress, parseRange, prefixOf, type SpecialReason, specialReason } from "./addresses.ts"

/** What an indicator can look for, as a person knows it. */
export const VALUE_KINDS = [
  "ipv4-addr",
  "ipv6-addr",
  "domain-name",
  "url",
  "email-addr",
  "md5",
  "sha1",
  "sha256",
  "sha512",
  "vulnerability",
] as const

export type ValueKind = (typeof VALUE_KINDS)[number]

/** One value in its normal spelling. `special` says why an address names nobody on the public network. */
export type Value = { kind: ValueKind; value: string; special: SpecialReason | null }

/** Why a text is no value that can be looked for. */
export type ValueFault = "intake.value-missing" | "intake.value-unknown" | "intake.value-kind" | "intake.range-too-wide"

export type ValueOutcome = { ok: true; value: Value } | { ok: false; code: ValueFault }

const VALUE_MOST = 4096
/** A wider range would look for a good part of the world. */
const SHORTEST_PREFIX = { 4: 8, 6: 19 } as const

const HASHES: ReadonlyMap<number, ValueKind> = new Map([
  [32, "md5"],
  [40, "sha1"],
  [64, "sha256"],
  [128, "sha512"],
])

/** Reads a text that should be one value, however it is defanged; with `kind`, no other kind will do. */
export function readValue(text: string, kind: ValueKind | null = null): ValueOutcome {
  const plain = respell(text).text.trim()
  if (plain === "") return { ok: false, code: "intake.value-missing" }
  if (plain.length > VALUE_MOST) return { ok: false, code: "intake.value-unknown" }
  const value = addressOf(plain) ?? hashOf(plain) ?? cveOf(plain) ?? urlOf(plain) ?? emailOf(plain)
  const found = value ?? domainOf(plain, true)
  if (found === null) return { ok: false, code: kind === null ? "intake.value-unknown" : "intake.value-kind" }
  if (kind !== null && found.kind !== kind) return { ok: false, code: "intake.value-kind" }
  return tooWide(found) ? { ok: false, code: "intake.range-too-wide" } : { ok: true, value: found }
}

/** An IPv4 or IPv6 address or range; a port behind it is dropped, since a pattern names the address alone. */
export function addressOf(text: string): Value | null {
  const bare = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(text)?.[1] ?? text.replace(/^(\d+(?:\.\d+){3}):\d{1,5}$/, "$1")
  const value = normalAddress(bare)
  if (value === null) return null
  return { kind: value.includes(":") ? "ipv6-addr" : "ipv4-addr", value, special: specialReason(value) }
}

export function tooWide({ kind, value }: Value): boolean {
  if (kind !== "ipv4-addr" && kind !== "ipv6-addr") return false
  const range = parseRange(value)
  return range !== null && prefixOf(range) < SHORTEST_PREFIX[range.version]
}

export function hashOf(text: string): Value | null {
  const kind = HASHES.get(text.length)
  const fits = kind !== undefined && /^[0-9a-f]+$/i.test(text) && /[a-f]/i.test(text)
  return fits ? { kind, value: text.toLowerCase(), special: null } : null
}

export function cveOf(text: string): Value | null {
  return /^CVE-(?:19|20)\d\d-\d{4,7}$/i.test(text)
    ? { kind: "vulnerability", value: text.toUpperCase(), special: null }
    : null
}

/** With a scheme; or a known host with a path behind it, as reports often write it. */
export function urlOf(text: string): Value | null {
  if (/[\s<>"{}|\\^`]/.test(text)) return null
  const [, scheme, host = "", rest = ""] = /^(?:([a-z][a-z0-9+.-]{0,30}):\/\/)?([^/?#]*)(.*)$/is.exec(text) ?? []
  if (scheme === undefined && !rest.startsWith("/")) return null
  if (scheme === undefined && /^\/\d{1,3}$/.test(rest)) return null
  const name = hostOf(host)
  if (name === null) return null
  const special = specialReason(name)
  const known = special !== null || scheme !== undefined || addressOf(name) !== null || isKnownDomain(name)
  if (!known) return null
  return { kind: "url", value: `${scheme === undefined ? "" : `${scheme.toLowerCase()}://`}${host}${rest}`, special }
}

/** The host of an authority, without user and port; null if it cannot be one. */
function hostOf(authority: string): string | null {
  const host = authority.slice(authority.lastIndexOf("@") + 1)
  const inBrackets = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(host)?.[1]
  if (inBrackets !== undefined) return normalAddress(inBrackets)
  const name = host.replace(/:\d{0,5}$/, "")
  return normalAddress(name) ?? asciiName(name)
}

export function emailOf(text: string): Value | null {
  const [, user, host = ""] = /^([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@([^@\s]{1,253})$/.exec(text) ?? []
  const name = user === undefined ? null : asciiName(host)
  if (name === null || !name.includes(".")) return null
  return { kind: "email-addr", value: `${user}@${name}`, special: null }
}

/** With `trusted`, somebody meant it as a domain; otherwise its ending must be one that exists. */
export function domainOf(text: string, trusted: boolean): Value | null {
  const name = asciiName(text)
  if (name === null || !name.includes(".") || /^\d+$/.test(name.slice(name.lastIndexOf(".") + 1))) return null
  if (!(trusted ? looksNamed(name) : isKnownDomain(name))) return null
  return { kind: "domain-name", value: name, special: null }
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/** The form of a name that tools compare: lower case, IDNA's ASCII, no closing dot. Null if it is no host name. */
export function asciiName(text: string): string | null {
  const bare = text.replace(/\.$/, "").replace(/^\*\./, "")
  if (bare === "" || bare.length > 253 || /[\s/:@?#%]/.test(bare)) return null
  const ascii = /[^ -~]/.test(bare) ? domainToASCII(bare) : bare.toLowerCase()
  return ascii !== "" && ascii.length <= 253 && ascii.split(".").every((label) => LABEL.test(label)) ? ascii : null
}

function looksNamed(name: string): boolean {
  return /\.(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/.test(name)
}

/** Its ending stands in the public suffix list, and there is a name before it. */
export function isKnownDomain(name: string): boolean {
  const { domain, isIcann } = parse(name, { allowPrivateDomains: false })
  return isIcann === true && domain !== null
}
