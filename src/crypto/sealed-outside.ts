import type { SealKind } from "./recipients.ts"
import { PADDED_LEAST, PADDED_MOST } from "./sealed-format.ts"

/** What anybody can see of a sealed file without opening it. */
export type Outside = { kinds: readonly SealKind[]; padded: number }

/** Files go to so many at once. */
export const RECIPIENTS_MOST = 16
/** An age header with that many recipients of the larger kind stands within so many bytes. */
export const HEAD_BYTES = 32 * 1024

const NONCE = 16
const CHUNK = 64 * 1024
const TAG = 16
const B64 = "[A-Za-z0-9+/]"
const STANZA = new RegExp(`-> (?:X25519 ${B64}{43}|mlkem768x25519 ${B64}{1494})\\n${B64}{43}\\n`, "y")
const INTRO = "age-encryption.org/v1\n"
const MAC = new RegExp(`--- ${B64}{43}\\n`, "y")

/**
 * Looks at the beginning of a file of `size` bytes: null unless it is an age v1 file for 1 to 16 recipients of the kinds
 * that we seal to and nothing else, with a content padded to a power of two. It opens nothing, so it proves no more.
 */
export function outsideOf(head: Uint8Array, size: number): Outside | null {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, HEAD_BYTES)).toString("latin1")
  if (!text.startsWith(INTRO)) return null
  const kinds: SealKind[] = []
  let at = INTRO.length
  for (;;) {
    STANZA.lastIndex = at
    if (!STANZA.test(text)) break
    kinds.push(text.startsWith("-> X25519", at) ? "x25519" : "hybrid")
    at = STANZA.lastIndex
  }
  MAC.lastIndex = at
  if (kinds.length === 0 || kinds.length > RECIPIENTS_MOST || !MAC.test(text)) return null
  const padded = contentOf(size - MAC.lastIndex - NONCE)
  return padded === null ? null : { kinds, padded }
}

/** The padded size whose encryption takes so many bytes; null if there is none. */
function contentOf(payload: number): number | null {
  for (let size = PADDED_LEAST; size <= PADDED_MOST; size *= 2) {
    if (payload === size + TAG * Math.ceil(size / CHUNK)) return size
  }
  return null
}

/** The largest file that `sealTo` makes. */
export const SEALED_MOST = HEAD_BYTES + NONCE + PADDED_MOST + TAG * (PADDED_MOST / CHUNK)
