import { type Signer, signerOf } from "../../src/crypto/index.ts"
import { sha256 } from "../../src/kernel/hash.ts"
import type { Instant } from "../../src/kernel/time.ts"
import type { PartyId } from "../../src/parties/index.ts"
import {
  readRequest,
  readResponse,
  type SignedRequest,
  signRequest,
  signResponse,
  type VerifiedRequest,
  type VerifiedResponse,
  verifyRequest,
  verifyResponse,
} from "../../src/peering/signatures/index.ts"

/** RFC 8410 section 7: the DER of an Ed25519 private key up to its 32 secret bytes. */
const PKCS8_PREFIX = "302e020100300506032b657004220420"

/** The signer whose 32 secret bytes are known: for vectors that must come out the same everywhere. */
export function signerOfSecret(hex: string): Signer {
  const der = Buffer.from(PKCS8_PREFIX + hex, "hex").toString("base64")
  return signerOf(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`)
}

/** RFC 8032 section 7.1, TEST 1 to 3. */
export const asker = signerOfSecret("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
export const answerer = signerOfSecret("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
export const stranger = signerOfSecret("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")

export const NOW = 1_790_000_000_250_000 as Instant
export const FROM = "identity--3f1c2b4a-5d6e-4f70-8192-a3b4c5d6e7f8" as PartyId
export const TO = "identity--9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d" as PartyId
export const OTHER = "identity--00000000-0000-4000-8000-000000000001" as PartyId
export const URL_OF_PEER = "https://node.example:8443/comity/peer/v1/status"
export const NONCE = "3q2-7wABAgMEBQYHCAkKCw"
export const JSON_TYPE = "application/json"

export type Headers = readonly (readonly [name: string, value: string])[]

/** A request on its way, and the reader that it meets. */
export type Arrival = {
  method: string
  headers: Headers
  body: Buffer
  publicKey: Buffer
  url: string
  to: PartyId
  now: Instant
}

/** An answer on its way to whom asked `request`. */
export type Answer = {
  status: number
  headers: Headers
  body: Buffer
  publicKey: Buffer
  request: SignedRequest
  now: Instant
}

export function sampleRequest(body = Buffer.from('{"checkpoints":[]}'), nonce = NONCE): SignedRequest {
  return signRequest(asker, { url: URL_OF_PEER, from: FROM, to: TO, nonce, at: NOW, type: JSON_TYPE, body })
}

export function sampleArrival(body = Buffer.from('{"checkpoints":[]}')): Arrival {
  const { url, headers } = sampleRequest(body)
  return {
    method: "POST",
    headers: Object.entries(headers),
    body,
    publicKey: asker.publicKey,
    url,
    to: TO,
    now: NOW,
  }
}

export function sampleAnswer(body = Buffer.from('{"state":"active"}')): Answer {
  const request = sampleRequest()
  const verified = receive(sampleArrival())
  const headers = signResponse(answerer, { status: 200, at: NOW, type: JSON_TYPE, body }, verified)
  return { status: 200, headers: Object.entries(headers), body, publicKey: answerer.publicKey, request, now: NOW }
}

export function receive({ method, headers, body, publicKey, url, to, now }: Arrival): VerifiedRequest {
  return verifyRequest(readRequest({ method, rawHeaders: headers.flat(), body }, { url, to, now }), publicKey)
}

export function hear({ status, headers, body, publicKey, request, now }: Answer): VerifiedResponse {
  return verifyResponse(readResponse({ status, rawHeaders: headers.flat(), body }, request, now), publicKey)
}

/** A signature as RFC 9421 allows it and the profile does not: all of it as it is written here. */
export type Loose = {
  label: string
  /** Serialised component identifiers with their values. */
  covered: readonly (readonly [identifier: string, value: string])[]
  /** Serialised parameters, in order, each with its semicolon. */
  parameters: readonly string[]
}

/** Signs it correctly, without a line of the code under test: so that strictness alone can refuse it. */
export function signLoosely(signer: Signer, { label, covered, parameters }: Loose): Headers {
  const input = `(${covered.map(([identifier]) => identifier).join(" ")})${parameters.join("")}`
  const base = [...covered.map(([name, value]) => `${name}: ${value}`), `"@signature-params": ${input}`].join("\n")
  const signature = signer.sign(Buffer.from(base)).toString("base64")
  return [
    ["signature-input", `${label}=${input}`],
    ["signature", `${label}=:${signature}:`],
  ]
}

export function keyidOfSigner(signer: Signer): string {
  return sha256(signer.publicKey).toString("hex")
}

export function headerOf(headers: Headers, name: string): string {
  const found = headers.find(([one]) => one === name)
  if (found === undefined) throw new Error(`no header ${name}`)
  return found[1]
}

/** The headers with those in `replaced` standing in the place of their namesakes. */
export function withHeaders(headers: Headers, replaced: Headers): Headers {
  const names = new Set(replaced.map(([name]) => name))
  return [...headers.filter(([name]) => !names.has(name)), ...replaced]
}
