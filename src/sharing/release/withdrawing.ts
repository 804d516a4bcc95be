import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import {
  type Collection,
  type CollectionId,
  eraseObject,
  eraseShared,
  everShared,
  loadCollection,
  loadCollectionByKey,
  markObject,
  ownHolding,
  recallObject,
  type Told,
} from "../../library/index.ts"
import { expectReceipts } from "../../peering/index.ts"
import { ceilingOf } from "../../policy/index.ts"
import { compareTlp, type Tlp } from "../../stix/index.ts"
import type { Store, Tx } from "../../store/index.ts"
import { withCopies } from "./copies.ts"
import { readStandings } from "./queries.ts"
import { requireNotTabled } from "./tabled.ts"

export const REASON_MOST = 1000

/** What was told: in how many collections, by how many entries, and how many answers are owed for it. */
export type Withdrawal = { collections: CollectionId[]; entries: number; receipts: number }

/**
 * Asks everybody who ever got any version of an object to stop using it: in every collection that serves it or did,
 * closed or not, whether they still belong to the audience or not. One transaction: nobody sees it half recalled. What
 * was recalled before is not told again. Throws `not-found recall.nothing`, `invalid recall.reason`, `refused object.tabled`.
 */
export async function recall(
  store: Store,
  wish: { id: string; reason: string },
  by: string | null,
): Promise<Withdrawal> {
  const reason = wish.reason.trim()
  if (reason === "" || reason.length > REASON_MOST)
    throw new ComityError("invalid", "recall.reason", { most: REASON_MOST })
  requireNotTabled(wish.id)
  return store.write(async (tx) => {
    const done = nothingDone()
    for (const id of await withCopies(tx, wish.id)) {
      const keys = await everShared(tx, id)
      await inEach(tx, keys, "recall", (collection) => recallObject(tx, collection, id, reason), done)
    }
    if (done.entries === 0) throw new ComityError("not-found", "recall.nothing")
    await record(tx, { what: "object.recalled", by, facts: { ...done } })
    return done
  })
}

/**
 * Puts an object under a stricter mark, wherever this node keeps it. Shared collections that may not serve it under that
 * one withdraw it: who has it keeps it, under the new mark. Throws `not-found object.not-held`, `refused mark.received`,
 * `conflict mark.not-stricter`, `refused object.tabled`.
 */
export async function mark(
  store: Store,
  { id, marking }: { id: string; marking: Tlp },
  by: string | null,
): Promise<Withdrawal & { withdrawn: boolean }> {
  requireNotTabled(id)
  return store.write(async (tx) => {
    const standings = await readStandings(tx, id)
    if (standings.length === 0) throw new ComityError("not-found", "object.not-held")
    if (standings.some(({ origin }) => origin !== "own")) throw new ComityError("refused", "mark.received")
    const laxer = standings.some((one) => one.marking === null || compareTlp(one.marking, marking) < 0)
    if (!laxer) throw new ComityError("conflict", "mark.not-stricter")
    let withdrawn = false
    const done = nothingDone()
    for (const one of await withCopies(tx, id)) {
      const tell = (collection: Collection) => {
        const above = collection.kind === "shared" && compareTlp(marking, ceilingOf(collection.terms)) > 0
        withdrawn ||= above
        return markObject(tx, collection, one, { marking, withdrawn: above })
      }
      await inEach(tx, await ownHolding(tx, one), "mark", tell, done)
    }
    await record(tx, { what: "object.marked", by, facts: { ...done, marking } })
    return { ...done, withdrawn }
  })
}

/**
 * Takes an object out of one collection with all that the collection holds of it. Throws `not-found object.not-held`,
 * `refused collection.forbidden` for a partner's, `refused object.tabled`.
 */
export async function erase(
  store: Store,
  { id, collection: name }: { id: string; collection: string },
  by: string | null,
): Promise<Withdrawal> {
  const collection = await loadCollection(store, name)
  if (collection.kind === "received") throw new ComityError("refused", "collection.forbidden")
  if (collection.kind === "inbox") {
    const erased = await eraseObject(store, collection, { id, specs: null, versions: "all", by })
    if (erased === null) throw new ComityError("not-found", "object.not-held")
    return { collections: [collection.id], entries: erased, receipts: 0 }
  }
  requireNotTabled(id)
  return store.write(async (tx) => {
    const numbers: number[] = []
    const done = nothingDone()
    for (const one of await withCopies(tx, id)) {
      const tell = async (now: Collection) => {
        const told = await eraseShared(tx, now, one)
        numbers.push(...told.map(({ about }) => about.seq))
        return told
      }
      await inEach(tx, [collection.key], "erase", tell, done)
    }
    if (done.entries === 0) throw new ComityError("not-found", "object.not-held")
    await record(tx, { what: "object.erased", by, facts: { collection: collection.id, entries: numbers } })
    return done
  })
}

/** Tells it in each of these collections; receipts are owed for it. */
export async function inEach(
  tx: Tx,
  keys: readonly number[],
  kind: "recall" | "mark" | "erase",
  tell: (collection: Collection) => Promise<Told[]>,
  done: Withdrawal,
): Promise<void> {
  for (const key of keys) {
    const collection = await loadCollectionByKey(tx, key)
    const told = await tell(collection)
    if (told.length === 0) continue
    if (!done.collections.includes(collection.id)) done.collections.push(collection.id)
    done.entries += told.length
    if (collection.kind === "shared") done.receipts += await expectReceipts(tx, collection, kind, told)
  }
}

export function nothingDone(): Withdrawal {
  return { collections: [], entries: 0, receipts: 0 }
}
