import { type Chain, readWallet, walletText } from "../../crypto/index.ts"
import type { Read } from "./refusals.ts"
import type { Form } from "./types.ts"

/** Digits in hexadecimal of each hash that is understood. Hashes of likeness (ssdeep, TLSH) are not exact. */
export const HASH_DIGITS = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
  sha3256: 64,
  sha3512: 128,
} as const satisfies Partial<Record<Form, number>>
export type HashForm = keyof typeof HASH_DIGITS

/** Which hash a text of so many digits is where nobody says: that which everybody means. */
export const HASH_OF_LENGTH: ReadonlyMap<number, HashForm> = new Map([
  [32, "md5"],
  [40, "sha1"],
  [64, "sha256"],
  [128, "sha512"],
])

/** The bytes of a hash of that kind. */
export function readHash(form: HashForm, text: string): Read {
  const fits = text.length === HASH_DIGITS[form] && /^[0-9a-f]+$/i.test(text)
  return fits ? { form, canonical: Buffer.from(text, "hex") } : "match-item.hash"
}

/** An address of a wallet, of a chain that is said or that the address says. */
export function readWalletItem(text: string, chain: Chain | null): Read {
  const read = readWallet(text, chain)
  if (read === "unknown") return "match-item.wallet"
  return read === "checksum" ? "match-item.checksum" : { form: read.chain, canonical: read.canonical }
}

export function walletItemText(chain: Chain, canonical: Uint8Array): string {
  return walletText({ chain, canonical: Buffer.from(canonical) })
}
