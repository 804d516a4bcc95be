import { type Signer, verifySignature } from "../crypto/index.ts"
import type { Instant } from "../kernel/time.ts"
import { formatSignature, keyIdOf, type NoteSignature, parseNote } from "./note.ts"

// Cosignatures of checkpoints: https://c2sp.org/tlog-cosignature, the Ed25519 kind.

/** Signature type of timestamped Ed25519 cosignatures (signed-note, "Signature types"). */
const COSIGNATURE = 4
const TIME_BYTES = 8
const SIGNATURE_BYTES = 64
const SECOND = 1_000_000
const NAME = /^comity\/cosigner\/([0-9a-f]{64})$/

/** A line by which a cosigner says: at that time this was the largest tree that I had seen of this log. */
export type Cosignature = {
  name: string
  /** Seconds since 1970. */
  time: number
  /** As it stands in the note, with its newline. */
  line: string
}

/**
 * The name of a cosigner says its key and nothing else. Nodes cosign each log with another key, so that two names
 * never show that they are of one node; whose they are, those know whom it told by a signed message.
 */
export function cosignerName(publicKey: Buffer): string {
  return `comity/cosigner/${publicKey.toString("hex")}`
}

/** `text` is that of the checkpoint's note, with its last newline. Returns the line. */
export function cosign(text: string, signer: Signer, at: Instant): string {
  const time = Math.floor(at / SECOND)
  const name = cosignerName(signer.publicKey)
  const seconds = Buffer.alloc(TIME_BYTES)
  seconds.writeBigUInt64BE(BigInt(time))
  const signature = Buffer.concat([seconds, signer.sign(messageOf(text, time))])
  return formatSignature({ name, keyId: keyIdOf(name, COSIGNATURE, signer.publicKey), signature })
}

/**
 * The time that a signature line of a note says, if that key made it as a cosignature; null if it did not. `name` and
 * `keyId` of the line are for the caller to compare: they say which key it claims.
 */
export function cosignedAt(text: string, { signature }: NoteSignature, publicKey: Buffer): number | null {
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return null
  const time = Number(signature.readBigUInt64BE())
  if (!Number.isSafeInteger(time)) return null
  const good = verifySignature(publicKey, messageOf(text, time), signature.subarray(TIME_BYTES))
  return good ? time : null
}

/** The good cosignatures of a note by cosigners that are named as nodes name themselves; others are passed over. */
export function cosignaturesIn(note: Uint8Array | string): Cosignature[] {
  const { text, signatures } = parseNote(note)
  const found = new Map<string, Cosignature>()
  for (const signature of signatures) {
    const { name, keyId } = signature
    const key = Buffer.from(NAME.exec(name)?.[1] ?? "", "hex")
    if (key.length === 0 || keyId !== keyIdOf(name, COSIGNATURE, key)) continue
    const time = cosignedAt(text, signature, key)
    if (time !== null) found.set(name, { name, time, line: formatSignature(signature) })
  }
  return [...found.values()]
}

function messageOf(text: string, time: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)
}
