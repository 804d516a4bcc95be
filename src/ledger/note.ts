import { type Signer, verifySignature } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"

// Signed notes: https://c2sp.org/signed-note

export type NoteSigner = { readonly name: string; readonly signer: Signer }

/** A key that notes are checked against; `keyId` is 4 bytes as 8 hexadecimal digits. */
export type Verifier = { readonly name: string; readonly keyId: string; readonly publicKey: Buffer }

/** A signature line as it stands in the note; `signature` without the 4 bytes of the key id. */
export type NoteSignature = { readonly name: string; readonly keyId: string; readonly signature: Buffer }

/** `text` ends with a newline. `verified` holds each verifier once, `unknown` the lines of keys that nobody gave. */
export type OpenedNote = {
  readonly text: string
  readonly verified: readonly Verifier[]
  readonly unknown: readonly NoteSignature[]
}

/** Signature type of plain Ed25519 (signed-note, "Signature types"). */
const ED25519 = 1
const KEY_ID_BYTES = 4
const MAX_NOTE_BYTES = 1_000_000
const MAX_SIGNATURES = 100
const NAME = /^[^+\p{White_Space}\p{Cc}]+$/u
const LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u
/** A note may carry no control character below a blank but the newline. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the standard forbids
const CONTROL = /[\0-\x09\x0b-\x1f]/

export function verifierOf(name: string, publicKey: Uint8Array): Verifier {
  checkName(name)
  return { name, keyId: keyIdOf(name, ED25519, publicKey), publicKey: Buffer.from(publicKey) }
}

/** The key id that is recommended for a signature type (signed-note, "Signatures"). */
export function keyIdOf(name: string, type: number, publicKey: Uint8Array): string {
  return sha256(`${name}\n`, Buffer.of(type), publicKey).toString("hex", 0, KEY_ID_BYTES)
}

/** The verifier key as text: `<name>+<key id>+<base64 of type and key>`. */
export function formatVkey({ name, keyId, publicKey }: Verifier): string {
  return `${name}+${keyId}+${Buffer.concat([Buffer.of(ED25519), publicKey]).toString("base64")}`
}

/** Throws `invalid note.vkey-malformed`, also for a key of another type than Ed25519. */
export function parseVkey(text: string): Verifier {
  const [name, keyId, ...rest] = text.split("+")
  const key = decodeBase64(rest.join("+"))
  if (name !== undefined && NAME.test(name) && key?.length === 33 && key[0] === ED25519) {
    const verifier = verifierOf(name, key.subarray(1))
    if (verifier.keyId === keyId) return verifier
  }
  throw new ComityError("invalid", "note.vkey-malformed")
}

/** Signs a text that ends with a newline. Throws `invalid note.malformed` for a text that no note can carry. */
export function signNote(text: string, ...signers: NoteSigner[]): string {
  if (!text.endsWith("\n") || CONTROL.test(text) || !text.isWellFormed()) malformed()
  const message = Buffer.from(text)
  return `${text}\n${signers.map((by) => signatureLine(by, message)).join("")}`
}

/**
 * Checks a note. Signatures of keys that are not given are passed over, as the standard demands. Throws
 * `invalid note.malformed`, `refused note.signature-wrong` if a signature of a given key does not verify (even where
 * another does), `refused note.unsigned` if there is none by a given key.
 */
export function openNote(note: Uint8Array | string, verifiers: readonly Verifier[]): OpenedNote {
  const { text, signatures } = parseNote(note)
  const message = Buffer.from(text)
  const verified = new Set<Verifier>()
  const unknown: NoteSignature[] = []
  for (const line of signatures) {
    const verifier = verifiers.find(({ name, keyId }) => name === line.name && keyId === line.keyId)
    if (verifier === undefined) unknown.push(line)
    else if (verifySignature(verifier.publicKey, message, line.signature)) verified.add(verifier)
    else throw new ComityError("refused", "note.signature-wrong")
  }
  if (verified.size === 0) throw new ComityError("refused", "note.unsigned")
  return { text, verified: [...verified], unknown }
}

/** Takes a note apart without trusting it; throws `invalid note.malformed`. */
export function parseNote(note: Uint8Array | string): { text: string; signatures: NoteSignature[] } {
  const whole = decodeText(note)
  const blank = whole.lastIndexOf("\n\n")
  if (blank < 0 || !whole.endsWith("\n") || CONTROL.test(whole)) malformed()
  const lines = whole.slice(blank + 2, -1).split("\n")
  if (lines.length > MAX_SIGNATURES) malformed()
  return { text: whole.slice(0, blank + 1), signatures: lines.map(parseSignature) }
}

/** The note with the signatures of this key alone. */
export function noteBy(note: Uint8Array | string, { name, keyId }: Verifier): string {
  const { text, signatures } = parseNote(note)
  const own = signatures.filter((line) => line.name === name && line.keyId === keyId)
  return `${text}\n${own.map(formatSignature).join("")}`
}

/** Standard base64 with padding, and only in the one spelling that encoding gives; else null. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64")
  return bytes.toString("base64") === text ? bytes : null
}

function signatureLine({ name, signer }: NoteSigner, message: Buffer): string {
  const { keyId } = verifierOf(name, signer.publicKey)
  return formatSignature({ name, keyId, signature: signer.sign(message) })
}

/** The line of a note, with its newline. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  return `— ${name} ${Buffer.concat([Buffer.from(keyId, "hex"), signature]).toString("base64")}\n`
}

function decodeText(note: Uint8Array | string): string {
  if (note.length > MAX_NOTE_BYTES) malformed()
  if (typeof note === "string") return note.isWellFormed() ? note : malformed()
  const text = Buffer.from(note).toString("utf8")
  return Buffer.from(text).equals(note) ? text : malformed()
}

function parseSignature(line: string): NoteSignature {
  const [, name = "", encoded = ""] = LINE.exec(line) ?? []
  const bytes = decodeBase64(encoded)
  if (!NAME.test(name) || bytes === null || bytes.length <= KEY_ID_BYTES) return malformed()
  return { name, keyId: bytes.toString("hex", 0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) }
}

function checkName(name: string): void {
  if (!NAME.test(name) || !name.isWellFormed()) throw new ComityError("invalid", "note.name-malformed")
}

function malformed(): never {
  throw new ComityError("invalid", "note.malformed")
}
