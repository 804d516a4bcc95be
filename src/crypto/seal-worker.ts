import { parentPort, workerData } from "node:worker_threads"
import { armor, Decrypter, Encrypter, type Identity } from "age-encryption"

export type SealOrder =
  | { do: "seal"; plaintext: Uint8Array | string; workFactor: number }
  | { do: "open"; file: string }
export type SealAnswer =
  | { is: "sealed"; file: string }
  | { is: "opened"; plaintext: Uint8Array }
  | { is: "passphrase-wrong" | "file-malformed"; cause: unknown }

/** Carries out one order and ends. scrypt is synchronous: whatever thread runs it does nothing else meanwhile. */
const { passphrase, order } = workerData as { passphrase: string; order: SealOrder }
const answer = order.do === "seal" ? await seal(order.plaintext, order.workFactor) : await open(order.file)
parentPort?.postMessage(answer satisfies SealAnswer)

async function seal(plaintext: Uint8Array | string, workFactor: number): Promise<SealAnswer> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  encrypter.setScryptWorkFactor(workFactor)
  return { is: "sealed", file: armor.encode(await encrypter.encrypt(plaintext)) }
}

async function open(file: string): Promise<SealAnswer> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  const witness = afterPassphrase()
  decrypter.addIdentity(witness)
  try {
    return { is: "opened", plaintext: await decrypter.decrypt(armor.decode(file)) }
  } catch (cause) {
    return { is: witness.reached ? "passphrase-wrong" : "file-malformed", cause }
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
