import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from "node:crypto"
import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"

/** Signs with a key it does not show. */
export type Signer = {
  /** Ed25519, 32 raw bytes (RFC 8032 section 5.1.5). */
  readonly publicKey: Buffer
  /** 64 bytes (RFC 8032 section 5.1.6); the same message always gives the same signature. */
  sign(message: Uint8Array): Buffer
}

/** An Ed25519 key of this node; `privateKey` never leaves the process but by `exportPrivate`. */
export type KeyPair = { readonly publicKey: Buffer; readonly privateKey: KeyObject }

/** RFC 8410 section 4: the DER of an Ed25519 SubjectPublicKeyInfo up to the key itself. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex")
/** RFC 8410 section 7: the same of a OneAsymmetricKey. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex")
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/** A fresh Ed25519 pair: a private key is 32 random bytes (RFC 8032 section 5.1.5). */
export function newKeyPair(): KeyPair {
  return pairFrom(random(KEY_BYTES))
}

/** Takes a pair, or its PKCS#8 PEM text as `importPrivate` does. */
export function signerOf(key: KeyPair | string): Signer {
  const pair = typeof key === "string" ? importPrivate(key) : key
  return { publicKey: pair.publicKey, sign: (message) => sign(null, message, pair.privateKey) }
}

/**
 * A key that follows from a secret of the node and a purpose (HKDF, RFC 5869): the same two always give the same key,
 * and nobody without the secret can tell that two such keys are of one node.
 */
export function derivedSigner(secret: Uint8Array, purpose: string): Signer {
  return signerOf(pairFrom(Buffer.from(hkdfSync("sha256", secret, "", purpose, KEY_BYTES))))
}

/** False, never an error, for anything malformed: wrong lengths, 32 bytes that are no key. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
  try {
    return verify(null, message, publicKeyObject(publicKey), signature)
  } catch {
    return false // 32 bytes that are no point of the curve
  }
}

/** PKCS#8 PEM, unencrypted: only for a file of mode 0600 or for `sealWithPassphrase`. */
export function exportPrivate(pair: KeyPair): string {
  return pair.privateKey.export({ type: "pkcs8", format: "pem" })
}

/** Throws `invalid key.malformed` for anything but an unencrypted Ed25519 key in PKCS#8 PEM. */
export function importPrivate(pem: string): KeyPair {
  return pairOf(readPrivate(pem))
}

/** The 32 bytes of an Ed25519 key, of a private one too; throws `invalid key.malformed` for other types. */
export function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== "ed25519") throw new ComityError("invalid", "key.malformed")
  const spki = (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "der" })
  return spki.subarray(SPKI_PREFIX.length)
}

/** The reverse of `rawPublicKey`; throws `invalid key.malformed` unless given 32 bytes. */
export function publicKeyObject(raw: Uint8Array): KeyObject {
  if (raw.length !== KEY_BYTES) throw new ComityError("invalid", "key.malformed")
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" })
}

function pairFrom(seed: Buffer): KeyPair {
  const key = Buffer.concat([PKCS8_PREFIX, seed])
  return pairOf(createPrivateKey({ key, format: "der", type: "pkcs8" }))
}

function pairOf(privateKey: KeyObject): KeyPair {
  return { publicKey: rawPublicKey(privateKey), privateKey }
}

function readPrivate(pem: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: "pem" })
  } catch (cause) {
    throw new ComityError("invalid", "key.malformed", {}, cause)
  }
}
