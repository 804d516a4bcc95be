import { createHash, hash, randomBytes } from "node:crypto"
import { knownChance } from "./chance.ts"

/** SHA-256 of the parts, one after the other; 32 bytes. */
export function sha256(first: Uint8Array | string, ...rest: (Uint8Array | string)[]): Buffer {
  if (rest.length === 0) return hash("sha256", first, "buffer")
  const sum = createHash("sha256").update(first)
  for (const part of rest) sum.update(part)
  return sum.digest()
}

/** For digests of whole messages (RFC 9530); 64 bytes. */
export function sha512(bytes: Uint8Array): Buffer {
  return hash("sha512", bytes, "buffer")
}

/** Where all randomness of a node comes from: the machine, unless a simulation runs this. */
export function random(bytes: number): Buffer {
  return knownChance()?.random(bytes) ?? randomBytes(bytes)
}

/** For version 5 UUIDs, which standards build on SHA-1 (RFC 9562 section 5.5); 20 bytes. It proves nothing. */
export function sha1(...parts: (Uint8Array | string)[]): Buffer {
  const sum = createHash("sha1")
  for (const part of parts) sum.update(part)
  return sum.digest()
}

/** SHA-256 of what comes piece by piece, in hexadecimal. */
export function runningSha256(): { add(piece: Uint8Array): void; end(): string } {
  const sum = createHash("sha256")
  return { add: (piece) => void sum.update(piece), end: () => sum.digest("hex") }
}
