import { ComityError } from "../../kernel/errors.ts"
import { DAY, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import {
  type Collection,
  entriesUntil,
  eraseBefore,
  listCollections,
  loadCollectionByKey,
} from "../../library/index.ts"
import { readTerms } from "../../policy/index.ts"
import type { Store } from "../../store/index.ts"
import { inEach, nothingDone } from "./withdrawing.ts"

const AT_ONCE = 20

/**
 * What terms let readers keep for so many days no collection of ours serves longer either: whoever begins late, or asks
 * again, gets none of it. Counted from when it was first let out, also by collections in whose place one goes on. Told by `erase` entries like any other erasure. A log that is guarded waits for its turn.
 * Returns how many entries went.
 */
export async function eraseOutlived(store: Store): Promise<number> {
  let number = 0
  for (const collection of await listCollections(store)) {
    if (collection.kind !== "shared" || retentionOf(collection) === null) continue
    try {
      for (let gone = AT_ONCE; gone === AT_ONCE; number += gone) gone = await eraseSome(store, collection.key)
    } catch (error) {
      if (!(error instanceof ComityError) || error.code !== "log.guarded") throw error
    }
  }
  return number
}

async function eraseSome(store: Store, key: number): Promise<number> {
  return store.write(async (tx) => {
    const collection = await loadCollectionByKey(tx, key)
    const days = retentionOf(collection)
    if (days === null) return 0
    const until = plusMicroseconds(tx.now, -days * DAY)
    const end = (await entriesUntil(tx, collection.log, until)) ?? 0
    const done = nothingDone()
    const entries: number[] = []
    await inEach(
      tx,
      [key],
      "erase",
      async (one) => {
        const told = await eraseBefore(tx, one, { end, until, most: AT_ONCE })
        entries.push(...told.map(({ about }) => about.seq))
        return told
      },
      done,
    )
    const facts = { collection: collection.id, entries }
    if (entries.length > 0) await record(tx, { what: "object.erased", by: null, facts })
    return entries.length
  })
}

/** Days; null where nothing limits them. */
function retentionOf({ terms }: Pick<Collection, "terms">): number | null {
  return (terms === null ? null : readTerms(terms.text))?.retention ?? null
}
