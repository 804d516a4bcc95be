import { createHash, createHmac, hash, randomBytes } from "node:crypto"

/** SHA-256 of the parts, one after the other; 32 bytes. */
export function sha256(first: Uint8Array | string, ...rest: (Uint8Array | string)[]): Buffer {
  if (rest.length === 0) return hash("sha256", first, "buffer")
  const sum = createHash("sha256").update(first)
  for (const part of rest) sum.update(part)
  return sum.digest()
}

/** HMAC-SHA-256 (RFC 2104); 32 bytes. */
export function hmac(key: Uint8Array, ...parts: (Uint8Array | string)[]): Buffer {
  const mac = createHmac("sha256", key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

export function random(bytes: number): Buffer {
  return randomBytes(bytes)
}

/** For version 5 UUIDs, which standards build on SHA-1 (RFC 9562 section 5.5); 20 bytes. It proves nothing. */
export function sha1(...parts: (Uint8Array | string)[]): Buffer {
  const sum = createHash("sha1")
  for (const part of parts) sum.update(part)
  return sum.digest()
}
