import { readFileSync } from "node:fs"
import type { Label, Recipient } from "../../src/crypto/index.ts"
import { openSealed, type Shelf } from "../../src/crypto/index.ts"

import type { Offer, Receipt } from "../../src/sharing/sealed/message.ts"

export type Piece = { utf8: string } | { zeros: number }
export type SealedVectors = {
  label: Omit<Label, "size">
  padded: { name: string; pieces: Piece[]; total: number; sha256: string }[]
  crooked: { name: string; pieces: Piece[] }[]
  files: {
    name: string
    identities: string[]
    recipients: Recipient[]
    content: string
    padded_sha256: string
    sha256: string
    size: number
    file: string
  }[]
  statements: {
    sender: { party: string; private_key: string; vkey: string }
    recipient: { party: string; private_key: string; vkey: string }
    offer: Offer
    offer_note: string
    receipt: Receipt
    receipt_note: string
    refused_offers: { name: string; note: string }[]
  }
}

export const sealedVectors = JSON.parse(
  readFileSync(new URL("../../vectors/peer/sealed.json", import.meta.url), "utf8"),
) as SealedVectors

export function bytesOf(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map((one) => ("utf8" in one ? Buffer.from(one.utf8) : Buffer.alloc(one.zeros))))
}

export async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(pieces))
}

export async function* inPieces(bytes: Uint8Array, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A shelf in memory, and what lies on it. */
export function memoryShelf(): Shelf & { content(): Buffer } {
  const parts: Uint8Array[] = []
  let kept: Buffer | null = null
  const all = () => kept ?? Buffer.concat(parts)
  return {
    write: async (piece) => void parts.push(piece),
    read: async (at, length) => all().subarray(at, at + length),
    async truncate(length) {
      kept = Buffer.from(all().subarray(0, length))
    },
    content: all,
  }
}

export async function opened(
  file: Uint8Array,
  identities: readonly string[],
): Promise<{ label: Label; content: Buffer }> {
  const shelf = memoryShelf()
  const label = await openSealed(new Blob([Buffer.from(file)]).stream(), identities, shelf)
  return { label, content: shelf.content() }
}
