import {
  formatVkey,
  isSignedBy,
  type KeyState,
  keyStateOf,
  keysOf,
  ownStatements,
  verifierOf,
} from "../ledger/index.ts"
import { findPeer, ownParty, readStatements } from "../parties/index.ts"
import type { Reader } from "../store/index.ts"
import type { Collection } from "./model.ts"

/** Whose key stands under a collection's log: our own, or that of the partner whose mirror it is. */
export type LogOwner = {
  /** Null for our own node before it has a party. */
  party: string | null
  /** Its key statements, from the first on. */
  statements: Buffer[]
  /** Verifier key for the checkpoint that is held. */
  vkey: string
}

export async function ownerOfLog(
  reader: Reader,
  collection: Pick<Collection, "party" | "origin">,
  checkpoint: string,
): Promise<LogOwner> {
  const { party, statements } =
    collection.party === null
      ? { party: (await ownParty(reader))?.id ?? null, statements: await ownStatements(reader) }
      : { party: collection.party, statements: await statementsOf(reader, collection.party) }
  const key = signerOf(keyStateOf(statements), collection.origin, checkpoint)
  return { party, statements, vkey: formatVkey(verifierOf(collection.origin, key)) }
}

/**
 * The key of a node's life that signed a checkpoint. A mirror keeps the signature under which it came; so does a log in
 * which nothing is signed any more. The present one where none of them did, so that checking names what is wrong.
 */
export function signerOf(state: KeyState, origin: string, checkpoint: string): Buffer {
  const signed = checkpoint === "" ? undefined : keysOf(state).find((key) => isSignedBy(checkpoint, origin, key))
  return signed ?? state.signs
}

export async function statementsOf(reader: Reader, party: string): Promise<Buffer[]> {
  const peer = await findPeer(reader, party)
  return peer === null ? [] : readStatements(reader, peer.key)
}
