import { ComityError } from "../../kernel/errors.ts"
import { decodeBase64, HASH_BYTES } from "../../ledger/index.ts"

// The request of C2SP tlog-witness: https://c2sp.org/tlog-witness, "add-checkpoint".

/** A checkpoint for a reader to cosign: `proof` shows that it continues the one of `old` entries. */
export type AddCheckpoint = { old: number; proof: readonly Buffer[]; checkpoint: string }

export const CHECKPOINT_TYPE = "text/plain"
/** Of an answer 409: its body is the size that the witness holds. */
export const SIZE_TYPE = "text/x.tlog.size"
const PROOF_MOST = 63
const OLD = /^old (0|[1-9]\d{0,15})$/
const SIZE = /^(0|[1-9]\d{0,15})\n$/

export function formatAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): string {
  return [`old ${old}`, ...proof.map((hash) => hash.toString("base64")), "", checkpoint].join("\n")
}

/** Throws `invalid peer.body`. What the checkpoint is, is not judged here. */
export function parseAddCheckpoint(body: Buffer): AddCheckpoint {
  const text = body.toString("utf8")
  const end = text.indexOf("\n\n")
  if (end < 0 || !Buffer.from(text).equals(body)) throw malformed()
  const [first = "", ...lines] = text.slice(0, end).split("\n")
  const old = sizeOf(OLD.exec(first)?.[1])
  const proof = lines.map(decodeBase64).filter((hash) => hash?.length === HASH_BYTES) as Buffer[]
  if (old === null || proof.length !== lines.length || proof.length > PROOF_MOST) throw malformed()
  return { old, proof, checkpoint: text.slice(end + 2) }
}

/** The size in an answer 409; null if it says none. */
export function parseSize(body: Uint8Array): number | null {
  return sizeOf(SIZE.exec(Buffer.from(body).toString("latin1"))?.[1])
}

function sizeOf(text: string | undefined): number | null {
  const size = Number(text ?? Number.NaN)
  return Number.isSafeInteger(size) ? size : null
}

function malformed(): ComityError {
  return new ComityError("invalid", "peer.body")
}
