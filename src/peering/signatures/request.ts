import type { Signer } from "../../crypto/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import { type Covered, component } from "./base.ts"
import { contentDigest, readSeal, requireDigest, requireSeal, type Sealed, type Stamp, seal } from "./envelope.ts"
import { readFields, requireSendable } from "./fields.ts"
import { isPartyId, malformed, type RequestHeaders, requestFields, type Target, targetOf } from "./profile.ts"

/** Every message between nodes is sent this way. */
const METHOD = "POST"

export type RequestToSign = {
  /** Address of the peer's endpoint with the verb, as `URL` writes it. */
  readonly url: string
  readonly from: PartyId
  readonly to: PartyId
  /** 22 to 64 characters of base64url, from 16 random bytes or more; never used twice. */
  readonly nonce: string
  readonly at: Instant
  readonly type: string
  readonly body: Uint8Array
}

/** What is sent besides the body; the sender keeps it until the response has been read. */
export type SignedRequest = { readonly url: string; readonly headers: RequestHeaders }

/** As it came: `rawHeaders` is Node's flat list, in which headers that came twice stand twice. */
export type RawRequest = {
  readonly method: string
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

/** `url`: where this node's configuration says that the request must be addressed to, never what a header says. */
export type RequestExpected = { readonly url: string; readonly to: PartyId; readonly now: Instant }

type Claims = Stamp & { readonly from: PartyId; readonly to: PartyId; readonly nonce: string }

/** Well written and timely, signed by nobody yet: good for looking up the key, and for nothing else. */
export type UnverifiedRequest = Claims & {
  readonly unproven: { readonly request: SignedRequest; readonly body: Uint8Array; readonly sealed: Sealed }
}

/** `request` and `body` are the evidence: whoever has the public key can check them again. */
export type VerifiedRequest = Claims & {
  readonly type: string
  readonly body: Uint8Array
  readonly request: SignedRequest
  readonly verified: true
}

/** The time is the caller's, and so is the nonce: the same arguments always give the same headers. */
export function signRequest(signer: Signer, message: RequestToSign): SignedRequest {
  const fields = {
    "content-type": message.type,
    "content-digest": contentDigest(message.body),
    "comity-from": message.from,
    "comity-to": message.to,
    "comity-nonce": message.nonce,
  }
  const target = targetOf(message.url)
  if (target === null) throw new RangeError("signRequest: url")
  requireSendable(fields)
  const headers = { ...fields, ...seal(signer, requestCovered(target, fields), message.at) }
  return { url: message.url, headers }
}

/** Throws `unauthenticated peer.signature-…` for everything that `signRequest` would not have written. */
export function readRequest(raw: RawRequest, expected: RequestExpected): UnverifiedRequest {
  const target = targetOf(expected.url)
  if (target === null || raw.method !== METHOD) throw malformed()
  const headers = readFields(raw.rawHeaders, requestFields)
  const { "comity-from": from, "comity-to": to, "comity-nonce": nonce } = headers
  if (!isPartyId(from) || !isPartyId(to)) throw malformed()
  const sealed = readSeal(headers, requestCovered(target, headers), expected.now)
  if (to !== expected.to) throw new ComityError("unauthenticated", "peer.signature-recipient")
  requireDigest(headers["content-digest"], raw.body)
  const { created, expires, keyid } = sealed
  const unproven = { request: { url: target.uri, headers }, body: raw.body, sealed }
  return { from, to, nonce, created, expires, keyid, unproven }
}

/** Throws unless the key is the one named and its signature fits. Whose key it is, the caller has to know. */
export function verifyRequest(unverified: UnverifiedRequest, publicKey: Uint8Array): VerifiedRequest {
  const { unproven, ...claims } = unverified
  requireSeal(unproven.sealed, publicKey)
  const { request, body } = unproven
  return { ...claims, type: request.headers["content-type"], body, request, verified: true }
}

/** What a request covers, in this order, no more and no less. */
export function requestCovered(
  target: Target,
  fields: Omit<RequestHeaders, "signature" | "signature-input">,
): readonly Covered[] {
  return [
    [component("@method"), METHOD],
    [component("@target-uri"), target.uri],
    [component("@authority"), target.authority],
    [component("content-digest"), fields["content-digest"]],
    [component("content-type"), fields["content-type"]],
    [component("comity-from"), fields["comity-from"]],
    [component("comity-to"), fields["comity-to"]],
    [component("comity-nonce"), fields["comity-nonce"]],
  ]
}
