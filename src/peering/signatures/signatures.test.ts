import assert from "node:assert/strict"
import { test } from "node:test"
import {
  answerer,
  asker,
  FROM,
  hear,
  JSON_TYPE,
  NONCE,
  NOW,
  receive,
  sampleAnswer,
  sampleArrival,
  sampleRequest,
  TO,
  URL_OF_PEER,
} from "../../../test/support/signed-messages.ts"
import type { Instant } from "../../kernel/time.ts"
import { CLOCK_TOLERANCE, readRequest, readResponse, signRequest, signResponse, verifyResponse } from "./index.ts"

const SECOND = 1_000_000
const CREATED = (NOW - 250_000) as Instant

const after = (seconds: number) => (CREATED + seconds * SECOND) as Instant

test("a request says who signed what for whom, and its answer says to which request", () => {
  const verified = receive(sampleArrival())
  assert.deepEqual(
    { from: verified.from, to: verified.to, nonce: verified.nonce, type: verified.type, body: `${verified.body}` },
    { from: FROM, to: TO, nonce: NONCE, type: JSON_TYPE, body: '{"checkpoints":[]}' },
  )
  assert.deepEqual([verified.created, verified.expires], [CREATED, after(60)])

  const answer = hear(sampleAnswer())
  assert.deepEqual(
    { from: answer.from, to: answer.to, status: answer.status, type: answer.type, body: `${answer.body}` },
    { from: TO, to: FROM, status: 200, type: JSON_TYPE, body: '{"state":"active"}' },
  )
})

test("before a key has signed for it, a message shows who claims to have sent it, but not what it says", () => {
  const { method, headers, body, url, to, now } = sampleArrival()
  const unverified = readRequest({ method, rawHeaders: headers.flat(), body }, { url, to, now })
  assert.deepEqual(Object.keys(unverified).toSorted(), [
    "created",
    "expires",
    "from",
    "keyid",
    "nonce",
    "to",
    "unproven",
  ])
})

test("a message counts from two minutes before it was made until two minutes after it expires", () => {
  for (const now of [after(-120), after(0), after(60), after(180)]) {
    assert.equal(receive({ ...sampleArrival(), now }).from, FROM)
    assert.equal(hear({ ...sampleAnswer(), now }).from, TO)
  }
  assert.equal(receive(sampleArrival()).expires + CLOCK_TOLERANCE * SECOND, after(180))
})

test("whatever headers a proxy adds, and in whatever case and order they come, the message stays good", () => {
  const arrival = sampleArrival()
  const added = [
    ["Host", "inside.example"],
    ["X-Forwarded-Host", "evil.example"],
    ["Forwarded", "host=evil.example"],
    ["Via", "1.1 a"],
    ["via", "1.1 b"],
    ["Accept-Encoding", "gzip"],
  ] as const
  const capitals = arrival.headers.map(([name, value]) => [name.toUpperCase(), value] as const)
  assert.equal(receive({ ...arrival, headers: [...added, ...capitals.toReversed()] }).from, FROM)
})

test("bodies of any bytes, none included, and every type that the profile can write", () => {
  for (const body of [Buffer.alloc(0), Buffer.from([0, 255, 13, 10]), Buffer.alloc(100_000, "x")]) {
    assert.deepEqual(receive(sampleArrival(body)).body, body)
  }
  for (const type of ["text/plain", "text/plain; charset=utf-8", "application/stix+json;version=2.1"]) {
    assert.equal(sign({ type }).headers["content-type"], type)
  }
})

function sign(change: Partial<Parameters<typeof signRequest>[1]>) {
  const body = Buffer.from("{}")
  return signRequest(asker, {
    url: URL_OF_PEER,
    from: FROM,
    to: TO,
    nonce: NONCE,
    at: NOW,
    type: JSON_TYPE,
    body,
    ...change,
  })
}

test("nothing is signed that its reader would refuse", () => {
  const upper = FROM.toUpperCase() as typeof FROM
  const wrong: Parameters<typeof sign>[0][] = [
    { url: "https://node.example" },
    { url: "https://node.example/peer/v1/status?x" },
    { url: "https://NODE.example/peer/v1/status" },
    { url: "https://node.example:443/peer/v1/status" },
    { url: "https://user@node.example/peer/v1/status" },
    { url: "ftp://node.example/peer/v1/status" },
    { url: "/peer/v1/status" },
    { url: `https://node.example/${"a".repeat(3_000)}` },
    { from: upper },
    { to: "account--9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d" as unknown as typeof TO },
    { nonce: "short" },
    { nonce: "=".repeat(22) },
    { nonce: "A".repeat(65) },
    { type: "" },
    { type: "application/json\r\nx: y" },
    { type: "Application/JSON" },
    { type: `a/${"b".repeat(200)}` },
  ]
  for (const change of wrong) assert.throws(() => sign(change), RangeError, JSON.stringify(change))
  const request = receive(sampleArrival())
  for (const status of [0, 100, 199, 600, 200.5]) {
    const response = { status, at: NOW, type: JSON_TYPE, body: Buffer.alloc(0) }
    assert.throws(() => signResponse(answerer, response, request), RangeError)
  }
})

test("an address on another port, with a base path or of numbers is signed as it is written", () => {
  for (const url of ["http://127.0.0.1:8080/peer/v1/join", "https://[2001:db8::1]/a%20b/peer/v1/join"]) {
    const { headers } = sign({ url })
    const raw = { method: "POST", rawHeaders: Object.entries(headers).flat(), body: Buffer.from("{}") }
    assert.equal(readRequest(raw, { url, to: TO, now: NOW }).from, FROM)
  }
})

test("an answer to one request is no answer to another", () => {
  const { status, headers, body, publicKey, now } = sampleAnswer()
  const other = sampleRequest(Buffer.from("{}"))
  assert.throws(
    () => verifyResponse(readResponse({ status, rawHeaders: headers.flat(), body }, other, now), publicKey),
    { kind: "unauthenticated" },
  )
})
