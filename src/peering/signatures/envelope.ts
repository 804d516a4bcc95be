import { isInnerList, type Parameters, parseDictionary } from "structured-headers"
import { type Signer, verifySignature } from "../../crypto/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { sha256, sha512 } from "../../kernel/hash.ts"
import type { Instant } from "../../kernel/time.ts"
import { type Covered, signatureBase } from "./base.ts"
import { ALGORITHM, CLOCK_TOLERANCE, LABEL, LIFETIME, malformed, TAG } from "./profile.ts"

const SECOND = 1_000_000

/** What a signature says of itself. */
export type Stamp = { readonly created: Instant; readonly expires: Instant; readonly keyid: string }

/** A signature that nobody has checked yet, and the text it must fit. */
export type Sealed = Stamp & { readonly base: string; readonly signature: Buffer }

/** What names a key in a message: SHA-256 of its 32 raw bytes, lowercase hex. */
export function keyidOf(publicKey: Uint8Array): string {
  return sha256(publicKey).toString("hex")
}

/**
 * RFC 9530 `Content-Digest` of a body, an empty one too. SHA-512 alone: it is what Ed25519 rests on already, so the
 * profile depends on one hash for contents, and there is nothing to choose or to downgrade.
 */
export function contentDigest(body: Uint8Array): string {
  return `sha-512=:${sha512(body).toString("base64")}:`
}

export function seal(signer: Signer, covered: readonly Covered[], at: Instant) {
  const created = Math.floor(at / SECOND)
  const parameters = parametersOf(created, created + LIFETIME, keyidOf(signer.publicKey))
  const { input, base } = signatureBase(covered, parameters)
  const signature = signer.sign(Buffer.from(base)).toString("base64")
  return { "signature-input": `${LABEL}=${input}`, signature: `${LABEL}=:${signature}:` }
}

/**
 * Reads the two signature fields against what the profile covers. Only the three free parameters are taken from the
 * message; from them the one allowed spelling is built anew and compared, so that order, names, labels, parameters
 * and spelling need no rule each.
 */
export function readSeal(
  fields: Readonly<Record<"signature-input" | "signature", string>>,
  covered: readonly Covered[],
  now: Instant,
): Sealed {
  const { created, expires, keyid } = readParameters(fields["signature-input"])
  const { input, base } = signatureBase(covered, parametersOf(created, expires, keyid))
  if (fields["signature-input"] !== `${LABEL}=${input}`) throw malformed()
  if (created >= expires || expires > created + LIFETIME) throw malformed()
  const signature = readSignature(fields.signature)
  const tolerance = CLOCK_TOLERANCE * SECOND
  const timely = created * SECOND <= now + tolerance && expires * SECOND >= now - tolerance
  if (!timely) throw new ComityError("unauthenticated", "peer.signature-time")
  return { created: instantOf(created), expires: instantOf(expires), keyid, base, signature }
}

/** The key must be the one that the message names, so that a look-up gone wrong cannot lend it another's name. */
export function requireSeal(sealed: Sealed, publicKey: Uint8Array): void {
  const fits =
    keyidOf(publicKey) === sealed.keyid && verifySignature(publicKey, Buffer.from(sealed.base), sealed.signature)
  if (!fits) throw new ComityError("unauthenticated", "peer.signature-wrong")
}

/** Throws unless the bytes that came are those that the digest names. */
export function requireDigest(digest: string, body: Uint8Array): void {
  if (digest !== contentDigest(body)) throw new ComityError("unauthenticated", "peer.signature-digest")
}

function parametersOf(created: number, expires: number, keyid: string): Parameters {
  return new Map<string, number | string>([
    ["created", created],
    ["expires", expires],
    ["keyid", keyid],
    ["alg", ALGORITHM],
    ["tag", TAG],
  ])
}

type Times = { created: number; expires: number; keyid: string }

function readParameters(signatureInput: string): Times {
  const member = parse(signatureInput).get(LABEL)
  if (member === undefined || !isInnerList(member)) throw malformed()
  const [created, expires, keyid] = ["created", "expires", "keyid"].map((name) => member[1].get(name))
  if (!isSeconds(created) || !isSeconds(expires)) throw malformed()
  if (typeof keyid !== "string" || !/^[0-9a-f]{64}$/.test(keyid)) throw malformed()
  return { created, expires, keyid }
}

function isSeconds(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
}

function parse(dictionary: string) {
  try {
    return parseDictionary(dictionary)
  } catch {
    throw malformed()
  }
}

/** Re-encoded and compared: Base64 has several spellings of the same bytes, of which one is allowed. */
function readSignature(field: string): Buffer {
  const signature = Buffer.from(field.slice(`${LABEL}=:`.length, -1), "base64")
  if (field !== `${LABEL}=:${signature.toString("base64")}:`) throw malformed()
  return signature
}

function instantOf(seconds: number): Instant {
  return (seconds * SECOND) as Instant
}
