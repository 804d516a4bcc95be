import assert from "node:assert/strict"
import { constants, createHmac, createPublicKey, verify } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { type Algorithm, httpbis } from "http-message-signatures"
import { type Item, parseItem } from "structured-headers"
import {
  answerer,
  asker,
  hear,
  keyidOfSigner,
  receive,
  sampleAnswer,
  sampleArrival,
  stranger,
  withHeaders,
} from "../../../test/support/signed-messages.ts"
import { rawPublicKey, type Signer, signerOf, verifySignature } from "../../crypto/index.ts"
import { signatureBase } from "./base.ts"
import { contentDigest } from "./envelope.ts"
import { readRequest } from "./index.ts"

type Key = { algorithm: string; public?: string; private?: string; secret?: string }
type Case = {
  section: string
  label: string
  key: string
  components: [identifier: string, value: string][]
  parameters: [name: string, value: string | number][]
  input: string
  base: string
  signature: string
}

const read = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../../vectors/rfc9421", name), "utf8"))
const { keys, cases } = read("signature-bases.json") as { keys: Record<string, Key>; cases: Case[] }

function isSignedBy(key: Key, base: string, signature: Buffer): boolean {
  if (key.secret !== undefined) {
    return createHmac("sha256", Buffer.from(key.secret, "base64")).update(base).digest().equals(signature)
  }
  const publicKey = createPublicKey(key.public ?? "")
  if (key.algorithm === "ed25519") return verifySignature(rawPublicKey(publicKey), Buffer.from(base), signature)
  return verify(
    key.algorithm.slice(-6),
    Buffer.from(base),
    {
      key: publicKey,
      dsaEncoding: "ieee-p1363",
      ...(key.algorithm.startsWith("rsa-pss") && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }),
    },
    signature,
  )
}

test("every signature base of the standard's examples comes out to the byte, and the published signature fits it", () => {
  assert.deepEqual(
    cases.map(({ section }) => section),
    ["2.4, first", "2.4, second", "B.2.1", "B.2.2", "B.2.3", "B.2.4", "B.2.5", "B.2.6", "B.3", "B.4"],
  )
  for (const one of cases) {
    const covered = one.components.map(([identifier, value]) => [parseItem(identifier), value] as [Item, string])
    const { input, base } = signatureBase(covered, new Map(one.parameters))
    assert.equal(input, one.input, one.section)
    assert.equal(base, one.base, one.section)
    const key = keys[one.key] as Key
    const signature = Buffer.from(one.signature, "base64")
    assert.equal(isSignedBy(key, base, signature), true, one.section)
    assert.equal(isSignedBy(key, `${base} `, signature), false, one.section)
    if (key.private !== undefined) assert.deepEqual(signerOf(key.private).sign(Buffer.from(base)), signature)
  }
})

test("where the standard says that there is no signature base, there is none", () => {
  const twice = [parseItem('"a"'), parseItem('"a"')] as Item[]
  assert.throws(
    () =>
      signatureBase(
        twice.map((one) => [one, "x"]),
        new Map(),
      ),
    RangeError,
  )
  for (const value of ["a\nb", "a\rb", "\u00e9", "\0", "\u2028"]) {
    assert.throws(() => signatureBase([[parseItem('"a"') as Item, value]], new Map()), RangeError)
  }
})

test("the standard's own Ed25519 request is well signed and still no message of ours", () => {
  const example = cases.find(({ section }) => section === "B.2.6") as Case
  const body = Buffer.from('{"hello": "world"}')
  const rawHeaders = [
    ...["content-type", "application/json", "content-digest", contentDigest(body)],
    ...["signature-input", `${example.label}=${example.input}`, "signature", `${example.label}=:${example.signature}:`],
  ]
  const { to, now } = sampleArrival()
  assert.throws(() => readRequest({ method: "POST", rawHeaders, body }, { url: "https://example.com/foo", to, now }), {
    kind: "unauthenticated",
    code: "peer.signature-malformed",
  })
})

test("digests are those of RFC 9530", () => {
  const { digests } = read("digests.json") as { digests: { hex: string; "sha-512": string }[] }
  assert.ok(digests.length >= 6)
  for (const one of digests) assert.equal(contentDigest(Buffer.from(one.hex, "hex")), `sha-512=:${one["sha-512"]}:`)
})

const requestFields = [
  ...["@method", "@target-uri", "@authority", "content-digest", "content-type"],
  ...["comity-from", "comity-to", "comity-nonce"],
]
const answerFields = [
  ...["@status", "content-digest", "content-type", "comity-from", "comity-to"],
  ...requestFields.map((name) => `"${name}";req`),
  ...['"signature-input";key="comity";req', '"signature";key="comity";req'],
]

/** How the other implementation is told to sign as the profile does. */
function signingWith(signer: Signer, fields: string[]) {
  const [created, expires] = [new Date(1_790_000_000_000), new Date(1_790_000_060_000)]
  return {
    key: { id: keyidOfSigner(signer), alg: "ed25519" as Algorithm, sign: async (data: Buffer) => signer.sign(data) },
    name: "comity",
    fields,
    params: ["created", "expires", "keyid", "alg", "tag"],
    paramValues: { created, expires, tag: "comity-peer/1" },
  }
}

/** The tolerance makes it forget its own clock, which cannot be set. */
function verifyingWith(signer: Signer) {
  const check = async (data: Buffer, signature: Buffer) => verifySignature(signer.publicKey, data, signature)
  return {
    keyLookup: async ({ keyid }: { keyid?: string }) =>
      keyid === keyidOfSigner(signer) ? { id: keyid, algs: ["ed25519" as Algorithm], verify: check } : null,
    requiredFields: ["@method"],
    tolerance: 1e11,
    all: true,
  }
}

const isSigning = ([name]: readonly [string, string]) => name === "signature" || name === "signature-input"

test("http-message-signatures accepts our requests and answers, and not with another key", async () => {
  const arrival = sampleArrival()
  const request = { method: "POST", url: arrival.url, headers: Object.fromEntries(arrival.headers) }
  assert.equal(await httpbis.verifyMessage(verifyingWith(asker), request), true)
  await assert.rejects(httpbis.verifyMessage(verifyingWith(stranger), request))

  const answer = sampleAnswer()
  const response = { status: answer.status, headers: Object.fromEntries(answer.headers) }
  assert.equal(
    await httpbis.verifyMessage({ ...verifyingWith(answerer), requiredFields: ["@status"] }, response, request),
    true,
  )
  const other = { ...request, url: arrival.url.replace("status", "join") }
  assert.equal(await httpbis.verifyMessage({ ...verifyingWith(answerer), requiredFields: [] }, response, other), false)
})

test("what http-message-signatures signs as the profile says is accepted, and is the same to the byte", async () => {
  const arrival = sampleArrival()
  const headers = Object.fromEntries(arrival.headers.filter((one) => !isSigning(one)))
  const unsigned = { method: "POST", url: arrival.url, headers }
  const signed = await httpbis.signMessage(signingWith(asker, requestFields), unsigned)
  const theirs = Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const)
  assert.equal(receive({ ...arrival, headers: theirs }).nonce, "3q2-7wABAgMEBQYHCAkKCw")
  assert.deepEqual(Object.fromEntries(theirs), Object.fromEntries(arrival.headers))

  const answer = sampleAnswer()
  const plain = { status: 200, headers: Object.fromEntries(answer.headers.filter((one) => !isSigning(one))) }
  const request = { ...unsigned, headers: Object.fromEntries(arrival.headers) }
  const answered = await httpbis.signMessage(signingWith(answerer, answerFields), plain, request)
  const back = Object.entries(answered.headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const)
  assert.equal(hear({ ...answer, headers: withHeaders(answer.headers, back) }).status, 200)
  assert.deepEqual(Object.fromEntries(back), Object.fromEntries(answer.headers))
})
