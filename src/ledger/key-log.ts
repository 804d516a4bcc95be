import { type KeyFiles, newKeyPair, type Signer, signerOf } from "../crypto/index.ts"
import { sha256 } from "../kernel/hash.ts"
import type { Store } from "../store/index.ts"
import { ensureOwnLogs, journal } from "./journal.ts"
import { findLog, findOwnLog } from "./queries.ts"

/**
 * The node's keys at start. The first start makes three: the current one, the next one, to whose hash the key log
 * commits (pre-rotation), and one for recovery. Files come before the log entry, so a crash in between is mended
 * by the next start.
 */
export function loadOrCreateKeys(files: KeyFiles): Signer {
  if (!files.has("current")) {
    files.save("recovery", newKeyPair())
    files.save("next", newKeyPair())
    files.save("current", newKeyPair())
  }
  return signerOf(files.load("current"))
}

/** Writes the key log's `incept` entry if it is not there yet (design section 5). */
export async function inceptKeyLog(store: Store, files: KeyFiles): Promise<void> {
  await store.write(async (tx) => {
    await ensureOwnLogs(tx)
    const log = await findLog(tx, (await findOwnLog(tx, "keys")) as number)
    if (log.size > 0) return
    const facts = {
      v: 1,
      type: "incept",
      current: files.load("current").publicKey.toString("base64"),
      next: sha256(files.load("next").publicKey).toString("base64"),
      recovery: files.load("recovery").publicKey.toString("base64"),
    }
    await journal(tx, "keys", { what: "key.incept", by: null, facts })
  })
}
