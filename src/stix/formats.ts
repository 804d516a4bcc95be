import { isIP } from "node:net"
import type { Json } from "../kernel/canonical.ts"
import { timestampKey } from "../kernel/time.ts"
import { type FaultCode, refuse, type Walk, warn, warnAt } from "./findings.ts"
import { dictionaryOf, formatted, type JsonObject, type Rule, type Spec } from "./spec.ts"
import { HASH_LENGTHS } from "./vocabularies.ts"

// Texts are hostile and up to 10 MiB: every test here is linear, and no group is repeated, since the regular
// expression machine keeps a step of its stack for each repetition.

/** STIX 2.1 section 3.1: letters, digits, hyphens; underscores are wrong but common. No hyphens side by side. */
const TYPE = /^[a-z][a-z0-9_-]{1,248}[a-z0-9_]$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
const UUID_LENGTH = 36

export function isTypeName(name: string): boolean {
  return TYPE.test(name) && !name.includes("--")
}

/** The type named by an id, or null if the text is no STIX identifier (STIX 2.1 section 2.9). */
export function typeOfId(id: string): string | null {
  const end = id.length - UUID_LENGTH - 2
  if (end < 3 || end > 250 || id[end] !== "-" || id[end + 1] !== "-") return null
  if (!UUID.test(id.slice(-UUID_LENGTH))) return null
  const type = id.slice(0, end)
  return isTypeName(type) ? type : null
}

/** STIX 2.1 section 2.16; the kernel knows which dates exist. */
export const timestamp: Spec<string> = {
  check(value, walk) {
    if (typeof value !== "string") return refuse(walk, "stix.wrong-type")
    return timestampKey(value) !== null || refuse(walk, "stix.timestamp")
  },
}

/** An id of any type; with `types`, another type is noted. */
export function reference(...types: string[]): Spec<string> {
  return referenceWhere(types.length === 0 ? () => true : (type) => types.includes(type))
}

/** An id of any type but these. */
export function referenceExcept(...types: string[]): Spec<string> {
  return referenceWhere((type) => !types.includes(type))
}

function referenceWhere(fits: (type: string) => boolean): Spec<string> {
  return {
    check(value, walk) {
      if (typeof value !== "string") return refuse(walk, "stix.wrong-type")
      const type = typeOfId(value)
      if (type === null) return refuse(walk, "stix.reference")
      return fits(type) || warn(walk, "stix.reference-type")
    },
  }
}

/** An id that must be of one type, since authorship and handling hang on it. */
export function strictReference(type: string, code: FaultCode): Spec<string> {
  return {
    check(value, walk) {
      if (typeof value !== "string") return refuse(walk, "stix.wrong-type")
      return typeOfId(value) === type || refuse(walk, code)
    },
  }
}

const NOT_URI = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/
const BAD_ESCAPE = /%(?![0-9A-Fa-f][0-9A-Fa-f])/
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]{0,63}:/
const TWO_FRAGMENTS = /#[^#]*#/

/** RFC 3986: a scheme and only the characters that a URI may have. */
export const url = formatted("stix.url", isUri)

function isUri(value: string): boolean {
  return SCHEME.test(value) && !NOT_URI.test(value) && !BAD_ESCAPE.test(value) && !TWO_FRAGMENTS.test(value)
}

export const hex = formatted(
  "stix.hex",
  (value) => value !== "" && value.length % 2 === 0 && !/[^0-9a-fA-F]/.test(value),
)

export const base64 = formatted("stix.base64", isBase64)

function isBase64(value: string): boolean {
  if (value === "" || value.length % 4 !== 0 || /[^A-Za-z0-9+/=]/.test(value)) return false
  const padding = value.indexOf("=")
  return padding === -1 || (padding >= value.length - 2 && value.endsWith("="))
}

/** RFC 5646 in outline: subtags of one to eight letters and digits, the first of letters. */
export const language = formatted("stix.language", isLanguageTag)

export function isLanguageTag(value: string): boolean {
  if (value.length > 100) return false
  return /^([A-Za-z]{2,8}|[ix]-[A-Za-z0-9]{1,8})(-[A-Za-z0-9]{1,8}){0,15}$/i.test(value)
}

/** CPE 2.3, formatted string: eleven attributes after the prefix, colons within them escaped. */
export const cpe = formatted("stix.cpe", (value) => {
  if (!/^cpe:2\.3:[aho*-]:/.test(value) || value.length > 2_000) return false
  return value.replace(/\\./g, "").split(":").length === 13
})

export const mediaType = formatted("stix.media-type", (value) =>
  /^(application|audio|font|image|message|model|multipart|text|video)\/[a-zA-Z0-9.+_-]{1,127}/.test(value),
)

export const characterSet = formatted("stix.co-constraint", (value) => /^[a-zA-Z0-9/.+_:-]{2,250}$/.test(value))

/** STIX 2.1 section 5.1: lower case, digits, hyphens. */
export const relationshipType = formatted("stix.vocabulary", (value) => value !== "" && !/[^a-z0-9-]/.test(value))

export const ipv4 = formatted("stix.address", (value) => isCidr(value, 4, 32))
export const ipv6 = formatted("stix.address", (value) => isCidr(value, 6, 128))

function isCidr(value: string, version: number, longest: number): boolean {
  if (value.length > 60 || value.includes("%")) return false
  const slash = value.indexOf("/")
  if (slash === -1) return isIP(value) === version
  const prefix = value.slice(slash + 1)
  return isIP(value.slice(0, slash)) === version && /^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= longest
}

export const macAddress = formatted("stix.address", (value) => /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(value))

export const emailAddress = formatted("stix.address", (value) => {
  const at = value.lastIndexOf("@")
  return at > 0 && at < value.length - 1 && value.length <= 320 && !/\s/.test(value)
})

/** RFC 1034 and 5890: at most 253 characters, labels of at most 63, none at an end that is a hyphen. */
export const domainName = formatted("stix.address", (value) => {
  if (value === "" || value.length > 254) return false
  const labels = (value.endsWith(".") ? value.slice(0, -1) : value).split(".")
  return labels.every((label) => label !== "" && label.length <= 63 && !/^-|-$|[\s/:@?#[\]]/.test(label))
})

const hashValue: Spec<string> = {
  check(value, walk) {
    if (typeof value !== "string") return refuse(walk, "stix.wrong-type")
    const name = String(walk.path.at(-1))
    const form = HASH_LENGTHS.get(name)
    if (form === undefined) return isCustomHash(name) || warn(walk, "stix.hash-name")
    const fits = value.length >= form.least && value.length <= form.most && !form.not.test(value)
    return fits || warn(walk, "stix.hash")
  },
}

function isCustomHash(name: string): boolean {
  return /^x_[a-zA-Z0-9_-]{1,248}$/.test(name)
}

/** STIX 2.1 section 2.7: names from the vocabulary, values as long as the algorithm makes them. */
export const hashes = dictionaryOf(hashValue, true)

/** The later time must not be before the earlier one; with `strictly` it must be after. */
export function inOrder(earlier: string, later: string, strictly = false): Rule {
  return (object: JsonObject, walk: Walk) => {
    const first = keyOf(object[earlier])
    const second = keyOf(object[later])
    if (first === null || second === null) return
    if (second < first || (strictly && second === first)) warnAt(walk, later, "stix.order")
  }
}

function keyOf(value: Json | undefined): string | null {
  return typeof value === "string" ? timestampKey(value) : null
}
