import type { Instant } from "../../kernel/time.ts"
import type { Tx } from "../../store/index.ts"
import { settleStanding } from "../adding.ts"
import type { Collection } from "../model.ts"
import { deleteUnheldObject, emptyEntry, settleWithdrawn } from "../queries.ts"
import { deleteConflictOf, insertExpired, selectDue } from "./expiring-queries.ts"
import { placesOf } from "./queries.ts"

/**
 * Takes out of a mirror what its owner wrote before `until`, served here or not: body, header and salt of each entry.
 * The log stays whole, since it commits to hashes, and the list of what expired says why these are gone. Returns the
 * numbers of the entries, at most so many.
 */
export async function expire(tx: Tx, collection: Collection, until: Instant, most: number): Promise<number[]> {
  const due = await selectDue(tx, collection.key, until, most)
  for (const { seq, object, id } of due) {
    const before = id === null ? [] : await placesOf(tx, collection.key, id)
    if (object !== null) await deleteConflictOf(tx, collection.key, object)
    await emptyEntry(tx, collection.key, seq, null)
    await insertExpired(tx, collection.key, seq)
    const after = before.filter((place) => place.seq !== seq)
    if (after.length < before.length) await settleStanding(tx, collection.key, before, after)
    if (object === null) continue
    await deleteUnheldObject(tx, object)
    await settleWithdrawn(tx, object)
  }
  return due.map(({ seq }) => seq)
}
