import type { Signer } from "../../crypto/index.ts"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import { type Covered, component, ofRequest } from "./base.ts"
import { contentDigest, readSeal, requireDigest, requireSeal, type Sealed, type Stamp, seal } from "./envelope.ts"
import { readFields, requireSendable } from "./fields.ts"
import { isPartyId, LABEL, malformed, type ResponseHeaders, responseFields, targetOf } from "./profile.ts"
import { requestCovered, type SignedRequest, type VerifiedRequest } from "./request.ts"

export type ResponseToSign = {
  readonly status: number
  readonly at: Instant
  readonly type: string
  readonly body: Uint8Array
}

/** As it came; `rawHeaders` is Node's flat list. */
export type RawResponse = {
  readonly status: number
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

type Claims = Stamp & { readonly from: PartyId; readonly to: PartyId; readonly status: number }

/** Well written, timely and bound to the request, signed by nobody yet: good for looking up the key alone. */
export type UnverifiedResponse = Claims & {
  readonly unproven: { readonly headers: ResponseHeaders; readonly body: Uint8Array; readonly sealed: Sealed }
}

/** With the request, `headers` and `body` are the evidence of what was answered to what. */
export type VerifiedResponse = Claims & {
  readonly type: string
  readonly body: Uint8Array
  readonly headers: ResponseHeaders
  readonly verified: true
}

/** Only what answers a verified request is signed: else strangers choose what stands under our signature. */
export function signResponse(signer: Signer, response: ResponseToSign, request: VerifiedRequest): ResponseHeaders {
  const fields = {
    "content-type": response.type,
    "content-digest": contentDigest(response.body),
    "comity-from": request.to,
    "comity-to": request.from,
  }
  requireSendable(fields)
  const covered = responseCovered(response.status, fields, request.request)
  if (covered === null) throw new RangeError("signResponse: status")
  return { ...fields, ...seal(signer, covered, response.at) }
}

/** Throws `unauthenticated peer.signature-…` unless this is written as an answer to `request` from whom it was sent to. */
export function readResponse(raw: RawResponse, request: SignedRequest, now: Instant): UnverifiedResponse {
  const headers = readFields(raw.rawHeaders, responseFields)
  const { "comity-from": from, "comity-to": to } = headers
  const asked = request.headers
  if (!isPartyId(from) || !isPartyId(to) || from !== asked["comity-to"] || to !== asked["comity-from"]) {
    throw malformed()
  }
  const covered = responseCovered(raw.status, headers, request)
  if (covered === null) throw malformed()
  const sealed = readSeal(headers, covered, now)
  requireDigest(headers["content-digest"], raw.body)
  const { created, expires, keyid } = sealed
  return { from, to, status: raw.status, created, expires, keyid, unproven: { headers, body: raw.body, sealed } }
}

/** Throws unless the key is the one named and its signature fits this answer to this request. */
export function verifyResponse(unverified: UnverifiedResponse, publicKey: Uint8Array): VerifiedResponse {
  const { unproven, ...claims } = unverified
  requireSeal(unproven.sealed, publicKey)
  const { headers, body } = unproven
  return { ...claims, type: headers["content-type"], body, headers, verified: true }
}

function isFinal(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599
}

/**
 * The answer, then all that the request covers and its signature with the parameters: a signature alone does not
 * stand for what it signs, since a hostile key can make it fit other bytes (RFC 9421 sections 2.4 and 7.3.7).
 */
function responseCovered(
  status: number,
  fields: Omit<ResponseHeaders, "signature" | "signature-input">,
  request: SignedRequest,
): readonly Covered[] | null {
  const target = targetOf(request.url)
  if (target === null || !isFinal(status)) return null
  const member = new Map([["key", LABEL]])
  const memberOf = (field: string) => field.slice(`${LABEL}=`.length)
  const asked: readonly Covered[] = [
    ...requestCovered(target, request.headers),
    [component("signature-input", member), memberOf(request.headers["signature-input"])],
    [component("signature", member), memberOf(request.headers.signature)],
  ]
  return [
    [component("@status"), String(status)],
    [component("content-digest"), fields["content-digest"]],
    [component("content-type"), fields["content-type"]],
    [component("comity-from"), fields["comity-from"]],
    [component("comity-to"), fields["comity-to"]],
    ...asked.map(([identifier, value]): Covered => [ofRequest(identifier), value]),
  ]
}
