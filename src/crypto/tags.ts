import { createHmac, timingSafeEqual } from "node:crypto"

/** HMAC-SHA-256 (RFC 2104) in base64url: shows that a text which went through other hands is still ours. */
export function tagOf(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url")
}

/** In a time that does not tell how much of the tag was right. */
export function isTagOf(key: Uint8Array, text: string, tag: string): boolean {
  const [right, given] = [Buffer.from(tagOf(key, text)), Buffer.from(tag)]
  return right.length === given.length && timingSafeEqual(right, given)
}
