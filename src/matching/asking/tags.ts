import { sha512 } from "../../kernel/hash.ts"
import { HELD_BYTES, TAG_BYTES } from "./message.ts"

/** What all that may ask hold of an output: it tells nothing of the item to who cannot have the output made. */
export function tagOf(output: Uint8Array): Buffer {
  return sha512(Buffer.concat([Buffer.from("COMITY-ASK-v1-tag\0"), output])).subarray(0, TAG_BYTES)
}

/** Shows that somebody has the whole output, for one message alone. */
export function heldOf(output: Uint8Array, id: string): Buffer {
  return sha512(Buffer.concat([Buffer.from(`COMITY-ASK-v1-held\0${id}\0`), output])).subarray(0, HELD_BYTES)
}
