import { ComityError } from "../kernel/errors.ts"
import { hmac } from "../kernel/hash.ts"

const MAC_BYTES = 16

/**
 * The `next` of TAXII 2.1 section 3.5: the entry that a page ended with, bound to the listing it belongs to. It needs
 * no memory at the server, so it survives restarts; with other filters it is refused.
 */
export type Cursors = {
  write(listing: string, seq: number): string
  /** Throws `invalid filter.next` for a cursor of another listing or of nobody's making. */
  read(listing: string, text: string): number
}

export function cursors(secret: Buffer): Cursors {
  const write = (listing: string, seq: number) => {
    const place = Buffer.alloc(6)
    place.writeUIntBE(seq, 0, 6)
    const mac = hmac(secret, "comity/cursor/v1", place, listing).subarray(0, MAC_BYTES)
    return Buffer.concat([place, mac]).toString("base64url")
  }
  return {
    write,
    read(listing, text) {
      const bytes = Buffer.from(text, "base64url")
      const seq = bytes.length === 6 + MAC_BYTES ? bytes.readUIntBE(0, 6) : -1
      if (seq < 0 || write(listing, seq) !== text) throw new ComityError("invalid", "filter.next")
      return seq
    },
  }
}
