import { ComityError } from "../kernel/errors.ts"
import type { Signer } from "./signing.ts"

/**
 * The signer of a node while its keys change: whoever holds it signs with the key that is current at that moment.
 * Signing throws `unavailable key.revoked` while there is none; the last key is still named then.
 */
export class KeyRing implements Signer {
  #signer: Signer
  #revoked = false

  constructor(signer: Signer) {
    this.#signer = signer
  }

  get publicKey(): Buffer {
    return this.#signer.publicKey
  }

  sign(message: Uint8Array): Buffer {
    if (this.#revoked) throw new ComityError("unavailable", "key.revoked")
    return this.#signer.sign(message)
  }

  /** Null: the key is revoked. */
  use(signer: Signer | null): void {
    this.#revoked = signer === null
    this.#signer = signer ?? this.#signer
  }
}
