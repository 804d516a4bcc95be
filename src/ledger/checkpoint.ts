import type { Signer } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { HASH_BYTES } from "./merkle.ts"
import { decodeBase64, openNote, signNote, type Verifier } from "./note.ts"

// Checkpoints: https://c2sp.org/tlog-checkpoint

/** What a log says of itself: it is called `origin`, has `size` entries, and these hash to `root`. */
export type Checkpoint = {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
  /** Opaque lines after the root; ours have none. */
  readonly extensions: readonly string[]
}

const SIZE = /^(?:0|[1-9]\d{0,15})$/

/** The text of the note, which is what gets signed. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  return `${[origin, size, root.toString("base64"), ...extensions].join("\n")}\n`
}

/** Throws `invalid ledger.checkpoint-malformed`. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", encoded = "", ...extensions] = text.split("\n").slice(0, -1)
  const root = decodeBase64(encoded)
  const wellFormed = text.endsWith("\n") && origin !== "" && SIZE.test(size) && !extensions.includes("")
  if (!wellFormed || root?.length !== HASH_BYTES || !Number.isSafeInteger(Number(size))) {
    throw new ComityError("invalid", "ledger.checkpoint-malformed")
  }
  return { origin, size: Number(size), root, extensions }
}

/** The signed note; the key is named like the log (tlog-checkpoint, "Signatures"). */
export function signCheckpoint(origin: string, size: number, root: Buffer, signer: Signer): string {
  return signNote(formatCheckpoint({ origin, size, root, extensions: [] }), { name: origin, signer })
}

/**
 * The checkpoint in a note, if the log itself signed it. Throws as `openNote` and `parseCheckpoint` do, and
 * `refused ledger.origin-differs` if the key vouches for another log.
 */
export function openCheckpoint(note: Uint8Array | string, log: Verifier): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(note, [log]).text)
  if (checkpoint.origin !== log.name) throw new ComityError("refused", "ledger.origin-differs")
  return checkpoint
}
