import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { ComityError } from "../kernel/errors.ts"
import type { SealAnswer, SealOrder } from "./seal-worker.ts"

/** scrypt with N = 2^18, as the age command takes it: about a second and 256 MiB for each guess. */
export const WORK_FACTOR = 18

const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

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
  const answer = await elsewhere(passphrase, { do: "seal", plaintext, workFactor })
  if (answer.is !== "sealed") throw new Error(`sealing ended as ${answer.is}`)
  return answer.file
}

/**
 * Throws `refused key.passphrase-wrong` for another passphrase (a change in the part that the passphrase opens looks
 * the same), `invalid key.file-malformed` for anything else that was changed or is no such file.
 */
export async function openWithPassphrase(file: string, passphrase: string): Promise<Buffer> {
  const answer = await elsewhere(passphrase, { do: "open", file })
  if (answer.is === "opened") return Buffer.from(answer.plaintext)
  if (answer.is === "sealed") throw new Error("opening ended as sealed")
  if (answer.is === "passphrase-wrong") throw new ComityError("refused", "key.passphrase-wrong", {}, answer.cause)
  throw new ComityError("invalid", "key.file-malformed", {}, answer.cause)
}

/** In a thread of its own, so that the node goes on answering; scrypt's memory goes with the thread. */
async function elsewhere(passphrase: string, order: SealOrder): Promise<SealAnswer> {
  const worker = new Worker(new URL("./seal-worker.ts", import.meta.url), {
    workerData: { passphrase: passphrase.normalize("NFC"), order },
    resourceLimits: LIMITS,
  })
  try {
    const [answer] = (await once(worker, "message")) as [SealAnswer]
    return answer
  } finally {
    await worker.terminate()
  }
}
