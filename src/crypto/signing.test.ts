import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { test } from "node:test"
import fc from "fast-check"
import {
  exportPrivate,
  importPrivate,
  newKeyPair,
  publicKeyObject,
  rawPublicKey,
  signerOf,
  verifySignature,
} from "./signing.ts"

/** RFC 8032 section 7.1, TEST 1 to 3: secret key, public key, message, signature. */
const RFC8032 = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
] as const

const hex = (text: string) => Buffer.from(text, "hex")

function pemOf(secret: string): string {
  const der = Buffer.concat([hex("302e020100300506032b657004220420"), hex(secret)])
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`
}

test("keys of RFC 8032 sign and verify as it says", () => {
  for (const [secret, publicKey, message, signature] of RFC8032) {
    const signer = signerOf(pemOf(secret))
    assert.deepEqual(signer.publicKey, hex(publicKey))
    assert.deepEqual(signer.sign(hex(message)), hex(signature))
    assert.equal(verifySignature(hex(publicKey), hex(message), hex(signature)), true)
  }
})

test("a signature fails once message, key or signature differs by a bit", () => {
  const pair = newKeyPair()
  const message = Buffer.from("what was signed")
  const signature = signerOf(pair).sign(message)
  assert.equal(verifySignature(pair.publicKey, message, signature), true)
  const flip = (bytes: Buffer, bit: number) => {
    const copy = Buffer.from(bytes)
    const at = (bit >> 3) % copy.length
    copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7))
    return copy
  }
  fc.assert(
    fc.property(fc.nat({ max: 511 }), (bit) => {
      assert.equal(verifySignature(flip(pair.publicKey, bit), message, signature), false)
      assert.equal(verifySignature(pair.publicKey, flip(message, bit), signature), false)
      assert.equal(verifySignature(pair.publicKey, message, flip(signature, bit)), false)
    }),
  )
})

test("malformed keys and signatures are a plain no, never an error", () => {
  const [, publicKey, message, signature] = RFC8032[1]
  const cases: [Buffer, Buffer][] = [
    [Buffer.alloc(0), hex(signature)],
    [hex(publicKey).subarray(1), hex(signature)],
    [Buffer.alloc(33), hex(signature)],
    [Buffer.alloc(32, 0xff), hex(signature)],
    [hex(publicKey), Buffer.alloc(0)],
    [hex(publicKey), Buffer.alloc(63)],
    [hex(publicKey), Buffer.alloc(64, 0xff)],
    [hex(publicKey), Buffer.concat([hex(signature), Buffer.of(0)])],
  ]
  for (const [key, sig] of cases) assert.equal(verifySignature(key, hex(message), sig), false)
})

test("a signature whose scalar is not reduced is refused, so that no one can make a second one from it", () => {
  const [, publicKey, message, signature] = RFC8032[1]
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const bytes = hex(signature)
  const scalar = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + order
  const raised = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex").reverse()
  assert.equal(verifySignature(hex(publicKey), hex(message), Buffer.concat([bytes.subarray(0, 32), raised])), false)
})

test("a private key survives its PEM, and nothing else is taken for one", () => {
  const pair = newKeyPair()
  const again = importPrivate(exportPrivate(pair))
  assert.deepEqual(again.publicKey, pair.publicKey)
  assert.deepEqual(signerOf(again).sign(Buffer.from("x")), signerOf(pair).sign(Buffer.from("x")))
  const other = generateKeyPairSync("ed448").privateKey.export({ type: "pkcs8", format: "pem" })
  const publicPem = publicKeyObject(pair.publicKey).export({ type: "spki", format: "pem" })
  for (const pem of ["", "nonsense", other, publicPem, exportPrivate(pair).slice(0, 60)]) {
    assert.throws(() => importPrivate(pem as string), { kind: "invalid", code: "key.malformed" })
  }
})

test("the raw public key is the same from either half of the pair and back", () => {
  const pair = newKeyPair()
  assert.equal(pair.publicKey.length, 32)
  assert.deepEqual(rawPublicKey(pair.privateKey), pair.publicKey)
  assert.deepEqual(rawPublicKey(publicKeyObject(pair.publicKey)), pair.publicKey)
  assert.throws(() => publicKeyObject(Buffer.alloc(31)), { code: "key.malformed" })
})
