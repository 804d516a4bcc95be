import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { type Headers, keyidOfSigner, signerOfSecret } from "../../../test/support/signed-messages.ts"
import { type Instant, parseInstant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import {
  readRequest,
  readResponse,
  type SignedRequest,
  signRequest,
  signResponse,
  type VerifiedRequest,
  verifyRequest,
  verifyResponse,
} from "./index.ts"

type Key = { secret: string; public: string; keyid: string }
type Message = { name: string; key: string; at: string; type: string; hex: string; base: string; headers: Headers }
type Request = Message & { url: string; from: PartyId; to: PartyId; nonce: string }
type Response = Message & { answers: string; status: number }
/** How it came, and by what it is read: `public` is the key that the reader holds, `at` its time. */
type Refused = { name: string; public: string; at: string; hex: string; headers: Headers; code: string }
type RefusedRequest = Refused & { method: string; url: string; to: PartyId }
type RefusedResponse = Refused & { answers: string; status: number }

const file = join(import.meta.dirname, "../../../vectors/peer/signatures.json")
const vectors = JSON.parse(readFileSync(file, "utf8")) as {
  keys: Record<string, Key>
  requests: Request[]
  responses: Response[]
  refused_requests: RefusedRequest[]
  refused_responses: RefusedResponse[]
}

const keyOf = (name: string) => vectors.keys[name] as Key
const signerOf = (name: string) => signerOfSecret(keyOf(name).secret)
const bytes = (hex: string) => Buffer.from(hex, "hex")
const instant = (text: string) => parseInstant(text) as Instant
const sent = (request: Request): SignedRequest =>
  signRequest(signerOf(request.key), { ...request, at: instant(request.at), body: bytes(request.hex) })

function requestNamed(name: string): Request {
  const found = vectors.requests.find((one) => one.name === name)
  assert.ok(found, name)
  return found
}

function read(request: Request) {
  const raw = { method: "POST", rawHeaders: request.headers.flat(), body: bytes(request.hex) }
  return readRequest(raw, { url: request.url, to: request.to, now: instant(request.at) })
}

function verified(request: Request): VerifiedRequest {
  return verifyRequest(read(request), bytes(keyOf(request.key).public))
}

test("the keys of the vectors are the ones that their secrets make", () => {
  for (const [name, key] of Object.entries(vectors.keys)) {
    assert.equal(signerOf(name).publicKey.toString("hex"), key.public)
    assert.equal(keyidOfSigner(signerOf(name)), key.keyid)
  }
})

test("requests come out as the vectors say, byte for byte, and are read again", () => {
  assert.ok(vectors.requests.length >= 4)
  for (const request of vectors.requests) {
    assert.deepEqual(Object.entries(sent(request).headers), request.headers, request.name)
    assert.equal(read(request).unproven.sealed.base, request.base, request.name)
    assert.equal(verified(request).from, request.from)
  }
})

test("answers come out as the vectors say, byte for byte, and are read again", () => {
  assert.ok(vectors.responses.length >= 4)
  for (const response of vectors.responses) {
    const request = requestNamed(response.answers)
    const body = bytes(response.hex)
    const now = instant(response.at)
    const headers = signResponse(signerOf(response.key), { ...response, at: now, body }, verified(request))
    assert.deepEqual(Object.entries(headers), response.headers, response.name)
    const raw = { status: response.status, rawHeaders: response.headers.flat(), body }
    const unverified = readResponse(raw, sent(request), now)
    assert.equal(unverified.unproven.sealed.base, response.base, response.name)
    assert.equal(verifyResponse(unverified, bytes(keyOf(response.key).public)).status, response.status)
  }
})

test("what the vectors call refused is refused, with their code", () => {
  assert.ok(vectors.refused_requests.length >= 60 && vectors.refused_responses.length >= 20)
  for (const { name, public: key, at, hex, headers, code, method, url, to } of vectors.refused_requests) {
    const raw = { method, rawHeaders: headers.flat(), body: bytes(hex) }
    const receive = () => verifyRequest(readRequest(raw, { url, to, now: instant(at) }), bytes(key))
    assert.throws(receive, { kind: "unauthenticated", code }, name)
  }
  for (const { name, public: key, at, hex, headers, code, status, answers } of vectors.refused_responses) {
    const raw = { status, rawHeaders: headers.flat(), body: bytes(hex) }
    const request = sent(requestNamed(answers))
    const hear = () => verifyResponse(readResponse(raw, request, instant(at)), bytes(key))
    assert.throws(hear, { kind: "unauthenticated", code }, name)
  }
})

test("the page on the protocol shows the first request and the first answer as they are", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/protocol/signatures.md"), "utf8")
  for (const { base, headers } of [vectors.requests[0], vectors.responses[0]] as Message[]) {
    const lines = headers.map(([name, value]) => `${name}: ${value}`).join("\n")
    for (const block of [base, lines]) assert.ok(page.includes(`\n\`\`\`\n${block}\n\`\`\`\n`), block)
  }
  for (const { public: key, keyid } of Object.values(vectors.keys))
    assert.ok(page.includes(key) && page.includes(keyid))
})
