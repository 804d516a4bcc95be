import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"

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
  // A nested hash, as HMAC is, in one call each: a page has little time to spend on its cursor.
  const key = `comity/cursor/v1 ${secret.toString("base64")} `
  const write = (listing: string, seq: number) => {
    const place = Buffer.alloc(6)
    place.writeUIntBE(seq, 0, 6)
    const inner = sha256(`${key}${seq} ${listing}`).toString("latin1")
    const mac = sha256(key + inner).subarray(0, MAC_BYTES)
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
