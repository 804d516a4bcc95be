import { isIPv4 } from "node:net"
import { domainToASCII } from "node:url"
import { refang } from "../../stix/index.ts"
import type { Read } from "./refusals.ts"

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
/** RFC 1035, without the dot at the end. */
const NAME_MOST = 253
/** What the parser of URLs would cut off or decode instead of refusing it. */
const NOT_IN_NAMES = /[\s/\\?#@:%<>^|[\]]/

/** A name of a host: UTS 46 without transitions as browsers do it, in small ASCII, without the dot at its end. */
export function readDomain(text: string): Read {
  if (/^\*\.|^\./.test(text)) return "match-item.wildcard"
  const name = domainName(text)
  return name === null ? "match-item.domain" : { form: "domain", canonical: Buffer.from(name) }
}

/** Null for what is no name of at least two labels, and for what a browser would read as an address. */
function domainName(text: string): string | null {
  if (text === "" || NOT_IN_NAMES.test(text)) return null
  const ascii = /^[a-z0-9_.-]+$/i.test(text) && !/xn--/i.test(text) ? text.toLowerCase() : domainToASCII(text)
  const name = ascii.replace(/\.$/, "")
  const labels = name.split(".")
  const fits = name.length <= NAME_MOST && labels.length > 1 && labels.every((label) => LABEL.test(label))
  // A last label of digits makes an address of the whole (WHATWG URL, "ends in a number").
  return fits && !/(?:^|\.)(?:\d+|0x[\da-f]*)$/.test(name) ? name : null
}

/** Marks that an address of mail can only have in quotes, and whatever nobody sees. */
const NOT_IN_MAIL = /[\p{C}\p{Z}"(),:;<>@[\\\]]/u
const LOCAL_MOST = 64

/** NFC; the name of the host as for domains; the part before it in small letters. `+` and dots in it stay. */
export function readEmail(text: string): Read {
  const at = text.lastIndexOf("@")
  const local = text.slice(0, Math.max(0, at)).normalize("NFC").toLowerCase().normalize("NFC")
  const name = domainName(text.slice(at + 1))
  if (local === "" || name === null || NOT_IN_MAIL.test(local)) return "match-item.email"
  if (Buffer.byteLength(local) > LOCAL_MOST) return "match-item.email"
  return { form: "email", canonical: Buffer.from(`${local}@${name}`) }
}

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "ftp:", "ws:", "wss:"])
/** What the parser of URLs drops or turns without a word. */
const NOT_IN_URLS = /[\p{C}\p{Z}\\<>"]/u

/**
 * WHATWG URL: scheme and host small, default port, user and fragment gone, dots of the path resolved, what is not ASCII in
 * percents; else path and query byte for byte. Without a scheme nobody knows which is meant.
 */
export function readUrl(text: string): Read {
  if (NOT_IN_URLS.test(text)) return "match-item.url"
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return "match-item.scheme"
  const url = URL.parse(text)
  if (url === null) return "match-item.url"
  if (!SCHEMES.has(url.protocol)) return "match-item.scheme"
  const host = url.hostname.replace(/\.$/, "")
  if (isIPv4(host) && rawHost(text) !== host) return "match-item.leading-zero"
  if (!host.startsWith("[") && !isIPv4(host) && domainName(host) === null) return "match-item.url"
  Object.assign(url, { hostname: host, username: "", password: "", hash: "" })
  return { form: "url", canonical: Buffer.from(url.href) }
}

/** The host as it was written. */
function rawHost(text: string): string {
  const [, authority = ""] = /^[^/]*\/+([^/?#]*)/.exec(text) ?? []
  return authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d*$/, "")
}

/** Turned back only where scheme or host were defanged: brackets in the path of another URL are its own. */
export function refangUrl(text: string): string {
  const front = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(text)?.[0]
  return front !== undefined && refang(front) === front ? text : refang(text)
}
