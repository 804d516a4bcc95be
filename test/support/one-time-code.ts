import { createHmac } from "node:crypto"
import type { Instant } from "../../src/kernel/time.ts"

const STEP = 30_000_000
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

/** What an app shows at that time (RFC 4226 section 5.3, RFC 6238), made without the library under test. */
export function codeAt(secret: string, at: Instant, steps = 0): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / STEP) + steps))
  const sum = createHmac("sha1", base32(secret)).update(counter).digest()
  const offset = (sum.at(-1) ?? 0) & 15
  const number = (sum.readUInt32BE(offset) & 0x7fffffff) % 1_000_000
  return String(number).padStart(6, "0")
}

function base32(text: string): Buffer {
  const bits = [...text].map((sign) => ALPHABET.indexOf(sign).toString(2).padStart(5, "0")).join("")
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)))
}
