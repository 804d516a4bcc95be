import { type Respelled, respell } from "../../stix/index.ts"
import {
  addressOf,
  asciiName,
  cveOf,
  domainOf,
  emailOf,
  hashOf,
  isKnownDomain,
  tooWide,
  urlOf,
  type Value,
} from "./values.ts"

/** A value found in a text, and where it stands there (UTF-16 units of the text as it was given). */
export type Sighted = Value & { start: number; end: number }

/** A run that may be a value, in the text whose spellings were turned back. */
type Candidate = { start: number; text: string /** It was broken on purpose, so it was meant. */; broken: boolean }

/** From the most to the least certain; what one has taken, no later one looks at. Every pattern is linear. */
const READERS: readonly [pattern: RegExp, read: (candidate: Candidate, text: string) => Taken | null][] = [
  [
    /(?<![a-z0-9])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>"'`{}|\\^\u3000-\u303f\uff01-\uff0f\uff1a-\uff20，。、；：]{1,2048}/giu,
    takeUrl,
  ],
  [/(?<![A-Za-z0-9.!#$%&*+/=?^_~-])[A-Za-z0-9.!#$%&*+/=?^_~-]{1,64}@[A-Za-z0-9.-]{1,253}/g, takeEmail],
  [/(?<![A-Za-z0-9:.])[0-9a-f]{0,4}:[0-9a-f:.]{1,40}(?:\/\d{1,3})?(?![A-Za-z0-9:])/gi, takeIpv6],
  [
    /(?<![\w.]|[A-Za-z]-)\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2}(?![\w/-]|\.\d)|:\d{1,5}(?!\d))?(?!\w|\.\d|-[A-Za-z])/g,
    takeIpv4,
  ],
  [/(?<![A-Za-z0-9])[0-9a-f]{32,128}(?![A-Za-z0-9])/gi, (one) => whole(one, hashOf(one.text))],
  [/(?<![A-Za-z0-9])CVE[-‐‑–]\d{4}[-‐‑–]\d{4,7}(?!\d)/gi, takeCve],
  [
    /(?<![A-Za-z0-9_.@/\\$-])[A-Za-z0-9_][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,63}){1,20}(?:\/[^\s<>"'`{}|\\^\u0080-\uffff]{0,2000})?/g,
    takeName,
  ],
  [
    /(?<![\p{L}\p{N}_.@/-])[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,62}(?:\.[\p{L}\p{M}\p{N}-]{1,63}){1,10}(?![\p{L}\p{M}\p{N}_@-])/gu,
    takeForeignName,
  ],
]

type Taken = { value: Value; length: number }

/** Every indicator in a text, in its order; the same value may come several times. */
export function extractIndicators(text: string): Sighted[] {
  const respelled = respell(text)
  const taken = new Uint8Array(respelled.text.length)
  const found: Sighted[] = []
  for (const [pattern, read] of READERS) {
    for (const match of respelled.text.matchAll(pattern)) {
      const start = match.index
      if (taken[start] === 1 || taken[start + match[0].length - 1] === 1) continue
      const broken = isBroken(text, respelled, start, match[0].length)
      const one = read({ start, text: match[0], broken }, respelled.text)
      if (one === null) continue
      taken.fill(1, start, start + one.length)
      if (tooWide(one.value)) continue
      found.push({
        ...one.value,
        start: respelled.placeBefore(start),
        end: respelled.placeBefore(start + one.length),
      })
    }
  }
  return found.sort((a, b) => a.start - b.start)
}

function isBroken(text: string, { text: plain, placeBefore }: Respelled, start: number, length: number): boolean {
  return text.slice(placeBefore(start), placeBefore(start + length)) !== plain.slice(start, start + length)
}

function whole({ text }: Candidate, value: Value | null): Taken | null {
  return value === null ? null : { value, length: text.length }
}

/** Sentences go on behind an address: signs that end one are not part of it, nor is a bracket that it did not open. */
function trimmed(text: string): string {
  let end = text.length
  for (; end > 0; end--) {
    const sign = text[end - 1] as string
    if (".,;:!?'*_~".includes(sign)) continue
    const opening = sign === ")" ? "(" : sign === "]" ? "[" : null
    if (opening === null || count(text, opening, end) >= count(text, sign, end)) break
  }
  return text.slice(0, end)
}

function count(text: string, sign: string, end: number): number {
  let sum = 0
  for (let at = 0; at < end; at++) if (text[at] === sign) sum++
  return sum
}

const NOT_ASCII = /[^!-~]/

/** Chinese goes on without a blank, so an address ends at the first such sign unless its host is written in it. */
function takeUrl(candidate: Candidate): Taken | null {
  const cut = candidate.text.search(NOT_ASCII)
  const ascii = trimmed(cut < 0 ? candidate.text : candidate.text.slice(0, cut))
  const [, host = ""] = /^[^:]+:\/\/([^/?#]*)/.exec(ascii) ?? []
  const foreign = cut >= 0 && !/[/?#]/.test(candidate.text.slice(candidate.text.indexOf("://") + 3, cut))
  if (!foreign || isUsable(host)) return whole({ ...candidate, text: ascii }, isUsable(host) ? urlOf(ascii) : null)
  const full = trimmed(candidate.text)
  return whole({ ...candidate, text: full }, urlOf(full))
}

function isUsable(host: string): boolean {
  const name = host.slice(host.lastIndexOf("@") + 1).replace(/:\d*$/, "")
  return addressOf(name) !== null || (name.includes(".") && asciiName(name) !== null)
}

function takeEmail(candidate: Candidate): Taken | null {
  const text = trimmed(candidate.text)
  const value = emailOf(text)
  if (value === null) return null
  const host = value.value.slice(value.value.lastIndexOf("@") + 1)
  return candidate.broken || isKnownDomain(host) ? whole({ ...candidate, text }, value) : null
}

const VERSION_BEFORE = /(?:version|ver\.?|v\.|release|build|版本|版)[\s:：]{0,3}$/i

function takeIpv4(candidate: Candidate, text: string): Taken | null {
  if (!candidate.broken && VERSION_BEFORE.test(text.slice(Math.max(0, candidate.start - 14), candidate.start)))
    return null
  return whole(candidate, addressOf(candidate.text))
}

/** `dead::beef` may be C++: somebody who means an address writes a digit. */
function takeIpv6(candidate: Candidate): Taken | null {
  const text = candidate.text.replace(/[.:]+$/, (end) => (end === "::" ? end : ""))
  const groups = text.split(/[:/]/).filter((group) => group !== "")
  if (groups.length === 0 || (groups.length < 3 && !/\d/.test(text))) return null
  return whole({ ...candidate, text }, addressOf(text))
}

function takeCve(candidate: Candidate): Taken | null {
  return whole(candidate, cveOf(candidate.text.replace(/[‐‑–]/g, "-")))
}

/** Endings of files that are also endings of domains, and names that look like domains. */
const FILE_ENDINGS = new Set(
  "ai app bat bz cab cc com.exe do in java la lib md mov pl ps py rs sh so st tm ws zip".split(" "),
)
const PRODUCTS = new Set(["asp.net", "vb.net", "ado.net", "paint.net", "system.net", "booking.com.pdf"])

/**
 * A name that was written plainly counts only if its ending is one of the public suffix list, is not rather a file's,
 * and is written as one writes domains: `readme.txt`, `run.sh`, `System.IO` and `e.g.` are none.
 */
function takeName(candidate: Candidate): Taken | null {
  const text = trimmed(candidate.text)
  const slash = text.indexOf("/")
  const host = slash < 0 ? text : text.slice(0, slash)
  const meant = candidate.broken ? domainOf(host, true) : plainDomain(host)
  if (meant === null) return null
  const path = slash < 0 ? "" : text.slice(slash)
  // A list such as `a.com/b.com` is two names; a path of one slash says nothing.
  if (path.length < 2 || plainDomain(path.slice(1)) !== null) return { value: meant, length: host.length }
  return whole({ ...candidate, text }, urlOf(text) ?? meant)
}

function plainDomain(host: string): Value | null {
  const labels = host.split(".")
  const ending = labels.at(-1) ?? ""
  if (PRODUCTS.has(host.toLowerCase())) return null
  if (labels.length === 2 && FILE_ENDINGS.has(ending.toLowerCase())) return null
  if (/[A-Z]/.test(ending) && /[a-z]/.test(host)) return null
  return domainOf(host, false)
}

/** Where blanks or signs stand on both sides, since Chinese alone does not tell where a name begins. */
function takeForeignName(candidate: Candidate): Taken | null {
  if (!/[^ -~]/.test(candidate.text)) return null
  return whole(candidate, domainOf(candidate.text, false))
}
