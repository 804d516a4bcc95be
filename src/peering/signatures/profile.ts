import { ComityError } from "../../kernel/errors.ts"
import { isUuid } from "../../kernel/ids.ts"
import type { PartyId } from "../../parties/index.ts"

/** The one signature of a message stands under this label (RFC 9421 section 4.1). */
export const LABEL = "comity"
export const TAG = "comity-peer/1"
export const ALGORITHM = "ed25519"

/** Seconds from `created` to `expires`, at most; what we sign uses all of them. */
export const LIFETIME = 60

/**
 * How far two clocks may be apart, in seconds, either way. A message is taken until this long after it expires, so
 * its nonce has to be remembered for longer than that.
 */
export const CLOCK_TOLERANCE = 120

/** What the message has to carry, each exactly once; its order is the order in which we send. */
export const requestFields = [
  "content-type",
  "content-digest",
  "comity-from",
  "comity-to",
  "comity-nonce",
  "signature-input",
  "signature",
] as const
export const responseFields = requestFields.filter((name) => name !== "comity-nonce")

export type FieldName = (typeof requestFields)[number]
export type RequestHeaders = Readonly<Record<FieldName, string>>
export type ResponseHeaders = Readonly<Record<Exclude<FieldName, "comity-nonce">, string>>

/** One code for everything that is not written as the profile says: who probes learns nothing from it. */
export function malformed(): ComityError {
  return new ComityError("unauthenticated", "peer.signature-malformed")
}

const PARTY = "identity--"

/** One spelling only, small letters: ids are compared as text. */
export function isPartyId(text: string): text is PartyId {
  return text.startsWith(PARTY) && isUuid(text.slice(PARTY.length))
}

export type Target = { readonly uri: string; readonly authority: string }

const LONGEST_URL = 2048

/**
 * `@target-uri` and `@authority` (RFC 9421 sections 2.2.2 and 2.2.3) of an address as `URL` writes it, without query,
 * fragment or user. Null for any other spelling: two nodes must never have to agree on how an address is normalised.
 */
export function targetOf(url: string): Target | null {
  if (url.length > LONGEST_URL || !URL.canParse(url)) return null
  const { href, protocol, host, username, password } = new URL(url)
  const plain = /^https?:$/.test(protocol) && username === "" && password === "" && !/[?#]/.test(href)
  return plain && href === url ? { uri: href, authority: host } : null
}
