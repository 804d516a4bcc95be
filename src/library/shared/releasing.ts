import { random } from "../../kernel/hash.ts"
import { openLog, SALT_BYTES } from "../../ledger/index.ts"
import type { Tx } from "../../store/index.ts"
import { putEntry } from "../adding.ts"
import type { Collection } from "../model.ts"
import { entriesOf, loadKept, settleWithdrawn } from "../queries.ts"
import { newestAbout } from "./queries.ts"
import { settleUnshared } from "./unshared.ts"

/** The entry that now serves the version. */
export type Put = { seq: number; revokes: boolean }

/**
 * Puts a version that the library holds into a shared collection; null if it is there already. Whether it may go there
 * was decided before: nothing else calls this.
 */
export async function putShared(tx: Tx, collection: Collection, object: number): Promise<Put | null> {
  const kept = await loadKept(tx, object)
  const others = await entriesOf(tx, collection.key, kept.id)
  if (others.some((entry) => entry.object === object)) return null
  const target = { collection, log: await openLog(tx, collection.log), salt: random(SALT_BYTES) }
  const seq = target.log.edge.size
  await putEntry(tx, target, kept, object, { others, previous: await newestAbout(tx, collection.key, kept.id) })
  await settleWithdrawn(tx, object)
  await settleUnshared(tx, collection.key, kept.id, object)
  return { seq, revokes: kept.revoked }
}
