import assert from "node:assert/strict"
import { test } from "node:test"
import { newKeyPair, signerOf } from "../../crypto/index.ts"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import { readRequest, readResponse, signRequest, signResponse, verifyRequest, verifyResponse } from "./index.ts"

const asker = signerOf(newKeyPair())
const answerer = signerOf(newKeyPair())
const from = "identity--11111111-1111-4111-8111-111111111111" as PartyId
const to = "identity--22222222-2222-4222-8222-222222222222" as PartyId
const url = "https://peer.example/base/peer/v1/status"
const now = 1_790_000_000_123_456 as Instant
const nonce = "mZLjGJBpr7YeTGr59IiiIs"
const type = "application/json"

const flat = (headers: Readonly<Record<string, string>>) => Object.entries(headers).flat()

function ask(body = Buffer.from("{}")) {
  return signRequest(asker, { url, from, to, nonce, at: now, type, body })
}

function arrive(rawHeaders: readonly string[], body: Uint8Array = Buffer.from("{}"), at = now) {
  return readRequest({ method: "POST", rawHeaders, body }, { url, to, now: at })
}

test("a request says who signed what for whom, and its answer says to which request", () => {
  const request = ask()
  const unverified = arrive(flat(request.headers))
  assert.equal(unverified.from, from)
  const verified = verifyRequest(unverified, asker.publicKey)
  assert.deepEqual(
    { nonce: verified.nonce, type: verified.type, body: verified.body.toString() },
    { nonce, type, body: "{}" },
  )
  assert.equal(verified.expires - verified.created, 60_000_000)

  const body = Buffer.from('{"state":"active"}')
  const headers = signResponse(answerer, { status: 200, at: now, type, body }, verified)
  const answer = readResponse({ status: 200, rawHeaders: flat(headers), body }, request, now)
  assert.deepEqual(verifyResponse(answer, answerer.publicKey).body, body)
  assert.throws(() => verifyResponse(answer, asker.publicKey), { code: "peer.signature-wrong" })
})

test("an answer to one request is no answer to another", () => {
  const [first, second] = [ask(), ask(Buffer.from("{} "))]
  const body = Buffer.from("yes")
  const headers = signResponse(
    answerer,
    { status: 200, at: now, type, body },
    verifyRequest(arrive(flat(first.headers)), asker.publicKey),
  )
  const answer = readResponse({ status: 200, rawHeaders: flat(headers), body }, second, now)
  assert.throws(() => verifyResponse(answer, answerer.publicKey), { code: "peer.signature-wrong" })
})
