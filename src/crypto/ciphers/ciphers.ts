import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto"
import { random } from "../../kernel/hash.ts"

const KEY_BYTES = 32
const BLOCK_BYTES = 16
const NONCE_BYTES = 12
const MAC_BYTES = 16
const AEAD = "chacha20-poly1305"

/** HKDF-SHA-512 (RFC 5869): 32 bytes for one purpose. */
export function derived(secret: Uint8Array, salt: Uint8Array | string, purpose: Uint8Array | string): Buffer {
  return Buffer.from(hkdfSync("sha512", secret, salt, purpose, KEY_BYTES))
}

/**
 * Bytes that only who has the key can foresee: AES-256 in counter mode from a counter of zero, beginning at byte `at`
 * (whole blocks of 16). The key is for this alone.
 */
export function keystream(key: Uint8Array, at: number, bytes: number): Buffer {
  const counter = Buffer.alloc(BLOCK_BYTES)
  counter.writeBigUInt64BE(BigInt(at / BLOCK_BYTES), 8)
  return createCipheriv("aes-256-ctr", key, counter).update(Buffer.alloc(bytes))
}

/**
 * Each block of 16 bytes turned into another by a key of the moment: equal ones stay equal, and nobody who chose the
 * blocks can foresee where they fall in a table.
 */
export function scattered(key: Uint8Array, blocks: Uint8Array): Buffer {
  return createCipheriv("aes-256-ecb", key, null).setAutoPadding(false).update(blocks)
}

/** ChaCha20-Poly1305 (RFC 8439) with a random nonce before it; `about` is authenticated too. */
export function sealBox(key: Uint8Array, content: Uint8Array, about: Uint8Array | string): Buffer {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv(AEAD, key, nonce, { authTagLength: MAC_BYTES })
  cipher.setAAD(Buffer.from(about), { plaintextLength: content.length })
  const sealed = [cipher.update(content), cipher.final()]
  return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()])
}

/** What was sealed; null if a byte of it, the key or what it is about is another. */
export function openBox(key: Uint8Array, box: Uint8Array, about: Uint8Array | string): Buffer | null {
  if (box.length < NONCE_BYTES + MAC_BYTES) return null
  const end = box.length - MAC_BYTES
  const opener = createDecipheriv(AEAD, key, box.subarray(0, NONCE_BYTES), { authTagLength: MAC_BYTES })
  opener.setAAD(Buffer.from(about), { plaintextLength: end - NONCE_BYTES })
  opener.setAuthTag(box.subarray(end))
  const content = opener.update(box.subarray(NONCE_BYTES, end))
  try {
    opener.final()
    return content
  } catch {
    return null
  }
}
