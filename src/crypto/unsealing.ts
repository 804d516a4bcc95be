import { armor, Decrypter, type Identity } from "age-encryption"
import { ComityError } from "../kernel/errors.ts"
import { openWithPassphrase } from "./seal.ts"
import { checkZeros, type Label, PADDED_MOST, paddingOf, readLabel, TAIL_BYTES } from "./sealed-format.ts"

const IDENTITY = /^AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]{58}$/
const IDENTITIES_MOST = 100
const PIECE = 1024 * 1024

/**
 * The identities in a file as age-keygen writes it: one a line, comments begin with `#`. Throws
 * `invalid sealed.identity-file` if a line is none.
 */
export function readIdentities(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim())
  const found = lines.filter((line) => line !== "" && !line.startsWith("#"))
  if (found.length === 0 || found.length > IDENTITIES_MOST || !found.every((line) => IDENTITY.test(line))) {
    throw new ComityError("invalid", "sealed.identity-file")
  }
  return found
}

/**
 * The identities in a file that a passphrase may protect, as `age -p` writes it; it is asked for only then. Throws as
 * `readIdentities` and `openWithPassphrase` do.
 */
export async function readIdentityFile(file: Uint8Array, passphrase: () => Promise<string>): Promise<string[]> {
  const text = Buffer.from(file).toString("latin1")
  const armored = text.trimStart().startsWith(ARMOR)
  if (!armored && !text.startsWith("age-encryption.org/v1\n")) return readIdentities(text)
  const opened = await openWithPassphrase(armored ? text : armor.encode(file), await passphrase())
  return readIdentities(opened.toString("latin1"))
}

const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----"

/** The bytes of an age file that may stand in its text form. Throws `invalid sealed.damaged`. */
export function withoutArmor(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (!bytes.subarray(0, 200).toString("latin1").trimStart().startsWith(ARMOR)) return file
  try {
    return armor.decode(bytes.toString("latin1"))
  } catch (cause) {
    throw new ComityError("invalid", "sealed.damaged", {}, cause)
  }
}

/**
 * What an age v1 file holds, piece by piece; each piece is as it was sealed, but only the end proves that nothing is
 * missing. Throws `refused sealed.not-yours` if no identity fits, `invalid sealed.damaged` for anything else.
 */
export async function* decrypted(
  file: ReadableStream<Uint8Array>,
  identities: readonly string[],
): AsyncGenerator<Uint8Array> {
  const decrypter = new Decrypter()
  const witness = afterIdentities()
  try {
    for (const identity of identities) decrypter.addIdentity(identity)
    decrypter.addIdentity(witness)
    for await (const piece of await decrypter.decrypt(file)) yield piece
  } catch (cause) {
    if (witness.reached) throw new ComityError("refused", "sealed.not-yours", {}, cause)
    throw new ComityError("invalid", "sealed.damaged", {}, cause)
  }
}

/** Opens nothing; it is asked only after no identity did, which the library tells by a sentence alone. */
function afterIdentities(): Identity & { reached: boolean } {
  return {
    reached: false,
    unwrapFileKey() {
      this.reached = true
      return null
    },
  }
}

/** Where opened content lies until it is known to be whole: a file, or memory. */
export type Shelf = {
  write(piece: Uint8Array): Promise<void>
  read(at: number, length: number): Promise<Uint8Array>
  truncate(length: number): Promise<void>
}

/** Opens a file onto a shelf and cuts off the padding. Throws what `decrypted` and `readLabel` throw. */
export async function openSealed(
  file: ReadableStream<Uint8Array>,
  identities: readonly string[],
  shelf: Shelf,
): Promise<Label> {
  let total = 0
  for await (const piece of decrypted(file, identities)) {
    total += piece.length
    if (total > PADDED_MOST) throw new ComityError("too-large", "sealed.too-large", { mib: PADDED_MOST / 1024 / 1024 })
    await shelf.write(piece)
  }
  const from = Math.max(0, total - TAIL_BYTES)
  const label = readLabel(await shelf.read(from, total - from), total)
  const end = label.size + paddingOf(label, total)
  for (let at = label.size; at < end; at += PIECE) checkZeros(await shelf.read(at, Math.min(PIECE, end - at)))
  await shelf.truncate(label.size)
  return label
}
