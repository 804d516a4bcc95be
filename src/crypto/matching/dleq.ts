import { ComityError } from "../../kernel/errors.ts"
import type { Ristretto } from "./ristretto.ts"

/** The names that RFC 9497 mixes into each hash, so that none serves another purpose. */
export type Tags = { readonly group: Uint8Array; readonly scalar: Uint8Array; readonly seed: Uint8Array }

/** Elements of 32 bytes, one after the other: what was asked and what was answered. */
export type Asked = { readonly key: Uint8Array; readonly blinded: Uint8Array; readonly evaluated: Uint8Array }

const COMPOSITE = Buffer.from("Composite")
const CHALLENGE = Buffer.from("Challenge")

/**
 * A proof that all of `evaluated` are `blinded` times the secret of `key` (RFC 9497, section 2.2.1): challenge and response.
 * `secret` stands in slot `key`, and 64 random bytes or a scalar of the vectors in slot `blind`, reduced.
 */
export function prove(group: Ristretto, tags: Tags, asked: Asked): Uint8Array {
  compose(group, tags, asked, "secret")
  if (!group.multiplyBase("first", "blind") || !group.multiply("second", "blind", "sum")) throw wrongElement()
  challenge(group, tags, asked.key)
  const proof = new Uint8Array(64)
  group.take("other", proof)
  group.subtractProduct("scalar", "blind", "other", "key")
  group.take("scalar", proof, 32)
  return proof
}

/** Whether it is one. Elements that are none are refused, since no partner that keeps to the protocol sends them. */
export function proves(group: Ristretto, tags: Tags, asked: Asked, proof: Uint8Array): boolean {
  if (!isReduced(group, proof, 32)) return false
  compose(group, tags, asked, "public")
  return (
    combine(group, "first", proof, () => group.multiplyBase("first", "scalar"), asked.key) &&
    combine(group, "second", proof, () => group.multiply("second", "scalar", "sum"), null) &&
    holdsChallenge(group, tags, asked.key, proof)
  )
}

/** into ← response · base + challenge · image; the image is the key or stands in slot `image`. */
function combine(
  group: Ristretto,
  into: "first" | "second",
  proof: Uint8Array,
  multiplyBase: () => boolean,
  key: Uint8Array | null,
): boolean {
  group.put("scalar", proof, 32)
  if (!multiplyBase()) return false
  group.put("scalar", proof)
  if (key === null) group.copy("point", "image")
  else group.put("point", key)
  return group.multiply("product", "scalar", "point") && group.add(into, into, "product")
}

function holdsChallenge(group: Ristretto, tags: Tags, key: Uint8Array, proof: Uint8Array): boolean {
  challenge(group, tags, key)
  return group.holds("other", proof)
}

/**
 * sum ← Σ dᵢ · blindedᵢ and image ← Σ dᵢ · evaluatedᵢ, with dᵢ from a hash of everything. Who has the secret in slot `key`
 * gets the second by one multiplication (RFC 9497, section 2.2.1, ComputeCompositesFast).
 */
function compose(group: Ristretto, tags: Tags, { key, blinded, evaluated }: Asked, by: "secret" | "public"): void {
  const seed = seedOf(group, tags, key)
  for (let at = 0, index = 0; at < blinded.length; at += 32, index++) {
    group.begin(128)
    group.appendNumber(seed.length)
    group.append(seed)
    group.appendNumber(index)
    group.appendNumber(32)
    group.append(blinded, at, at + 32)
    group.appendNumber(32)
    group.append(evaluated, at, at + 32)
    group.append(COMPOSITE)
    group.expand(tags.scalar)
    group.reduce("scalar")
    accumulate(group, "sum", blinded, at)
    if (by === "public") accumulate(group, "image", evaluated, at)
  }
  if (by === "secret" && !group.multiply("image", "key", "sum")) throw wrongElement()
}

function accumulate(group: Ristretto, into: "sum" | "image", elements: Uint8Array, at: number): void {
  group.put("point", elements, at)
  if (!group.multiply("product", "scalar", "point")) throw wrongElement()
  if (at === 0) group.copy(into, "product")
  else if (!group.add(into, into, "product")) throw wrongElement()
}

function seedOf(group: Ristretto, tags: Tags, key: Uint8Array): Uint8Array {
  group.begin()
  group.appendNumber(32)
  group.append(key)
  group.appendNumber(tags.seed.length)
  group.append(tags.seed)
  group.digest()
  const seed = new Uint8Array(64)
  group.take("wide", seed, 0, 64)
  return seed
}

/** other ← the challenge of what stands in sum, image, first and second. */
function challenge(group: Ristretto, tags: Tags, key: Uint8Array): void {
  group.begin(128)
  group.appendNumber(32)
  group.append(key)
  for (const slot of ["sum", "image", "first", "second"] as const) {
    group.appendNumber(32)
    group.appendSlot(slot)
  }
  group.append(CHALLENGE)
  group.expand(tags.scalar)
  group.reduce("other")
}

/** Below the order of the group, so that each proof has one spelling. */
function isReduced(group: Ristretto, bytes: Uint8Array, at: number): boolean {
  group.put("wide", new Uint8Array(64), 0, 64)
  group.put("wide", bytes, at)
  group.reduce("scalar")
  return group.holds("scalar", bytes, at)
}

export function wrongElement(): ComityError {
  return new ComityError("invalid", "match.element")
}
