import { ComityError } from "../kernel/errors.ts"
import type { Signer } from "./signing.ts"

/**
 * The signer of a node while its keys change: whoever holds it signs with the key that is current at that moment. While
 * there is none, signing throws `unavailable key.revoked`.
 */
export class KeyRing implements Signer {
  #signer: Signer
  /** The recovery key, which signed last, while the current one is revoked. */
  #rescued: Buffer | null = null

  constructor(signer: Signer) {
    this.#signer = signer
  }

  /** The key under the newest checkpoint of every log of this node. */
  get publicKey(): Buffer {
    return this.#rescued ?? this.#signer.publicKey
  }

  sign(message: Uint8Array): Buffer {
    if (this.#rescued !== null) throw new ComityError("unavailable", "key.revoked")
    return this.#signer.sign(message)
  }

  /** True while nothing can be signed. */
  get ended(): boolean {
    return this.#rescued !== null
  }

  use(signer: Signer): void {
    this.#rescued = null
    this.#signer = signer
  }

  /** Nothing is signed from here on; `recovery` is the key that said so. */
  end(recovery: Buffer): void {
    this.#rescued = recovery
  }
}
