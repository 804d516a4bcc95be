import type { Store } from "../../store/index.ts"
import { deleteSealed, dropPart } from "./queries.ts"

/** Takes the ciphertext away part by part: what is deleted is overwritten, and 64 MiB at once would hold up everybody. */
export async function dropParts(store: Store, key: number): Promise<void> {
  while ((await store.write((tx) => dropPart(tx, key))) > 0);
}

/** As if it had never been. */
export async function dropSealed(store: Store, key: number): Promise<void> {
  await dropParts(store, key)
  await store.write((tx) => deleteSealed(tx, key))
}
