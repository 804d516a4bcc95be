import { armor, Decrypter, Encrypter, type Identity } from "age-encryption"
import { ComityError } from "../kernel/errors.ts"

/** scrypt with N = 2^18, as the age command takes it: about a second and 256 MiB for each guess. */
export const WORK_FACTOR = 18

/**
 * An armored age v1 file (https://age-encryption.org/v1) with one scrypt recipient, which `age --decrypt` opens too.
 * The work factor is the binary logarithm of scrypt's N. Throws `invalid key.passphrase-empty`.
 */
export async function sealWithPassphrase(
  plaintext: Uint8Array | string,
  passphrase: string,
  workFactor: number = WORK_FACTOR,
): Promise<string> {
  if (passphrase === "") throw new ComityError("invalid", "key.passphrase-empty")
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase.normalize("NFC"))
  encrypter.setScryptWorkFactor(workFactor)
  return armor.encode(await encrypter.encrypt(plaintext))
}

/**
 * Throws `refused key.passphrase-wrong` for another passphrase (a change in the part that the passphrase opens looks
 * the same), `invalid key.file-malformed` for anything else that was changed or is no such file.
 */
export async function openWithPassphrase(file: string, passphrase: string): Promise<Buffer> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase.normalize("NFC"))
  const witness = afterPassphrase()
  decrypter.addIdentity(witness)
  try {
    return Buffer.from(await decrypter.decrypt(armor.decode(file)))
  } catch (cause) {
    if (witness.reached) throw new ComityError("refused", "key.passphrase-wrong", {}, cause)
    throw new ComityError("invalid", "key.file-malformed", {}, cause)
  }
}

/** Opens nothing; it is asked only after the passphrase did not fit, which the library tells by a sentence alone. */
function afterPassphrase(): Identity & { reached: boolean } {
  return {
    reached: false,
    unwrapFileKey(stanzas) {
      this.reached = stanzas.some(({ args }) => args[0] === "scrypt")
      return null
    },
  }
}
