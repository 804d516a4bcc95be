import type { AccountId } from "../accounts/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { type Id, newId } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import {
  countSavedSearches,
  findByName,
  findSavedSearch,
  insertSavedSearch,
  listSavedSearches,
  removeSavedSearch,
  updateName,
} from "./saved-searches-queries.ts"

export type SavedSearchId = Id<"search">

/** A view of the library that somebody kept: what to look for, not what was found. */
export type SavedSearch = {
  id: SavedSearchId
  name: string
  /** The query of the library page's address; parsed anew whenever it is used (`parseView`). */
  address: string
  savedAt: Instant
}

export const SAVED_MOST = 200
export const NAME_MOST = 100
/** Longer addresses are cut by programs on the way. */
export const ADDRESS_MOST = 1900

/** What a person saved, by name; nobody else's. */
export function savedSearches(reader: Reader, account: AccountId): Promise<SavedSearch[]> {
  return listSavedSearches(reader, account)
}

/** Throws `not-found search.unknown`, also for a search of somebody else. */
export async function savedSearch(reader: Reader, account: AccountId, id: string): Promise<SavedSearch> {
  const found = await findSavedSearch(reader, account, id)
  if (found === undefined) throw new ComityError("not-found", "search.unknown")
  return found
}

/** Throws `conflict search.exists`, `refused search.too-many`, `invalid search.too-long`. */
export async function saveSearch(
  store: Store,
  account: AccountId,
  { name, address }: { name: string; address: string },
): Promise<SavedSearchId> {
  if (address.length > ADDRESS_MOST) throw new ComityError("invalid", "search.too-long")
  const id = newId("search")
  await store.write(async (tx) => {
    await requireFree(tx, account, name, null)
    if ((await countSavedSearches(tx, account)) >= SAVED_MOST) {
      throw new ComityError("refused", "search.too-many", { most: SAVED_MOST })
    }
    await insertSavedSearch(tx, account, { id, name, address, savedAt: tx.now })
  })
  return id
}

/** Throws `conflict search.exists`, `not-found search.unknown`. */
export async function renameSearch(store: Store, account: AccountId, id: string, name: string): Promise<void> {
  await store.write(async (tx) => {
    const search = await savedSearch(tx, account, id)
    await requireFree(tx, account, name, search.id)
    await updateName(tx, search.id, name)
  })
}

/** Throws `not-found search.unknown`. */
export async function deleteSearch(store: Store, account: AccountId, id: string): Promise<void> {
  await store.write(async (tx) => removeSavedSearch(tx, (await savedSearch(tx, account, id)).id))
}

async function requireFree(tx: Tx, account: AccountId, name: string, but: SavedSearchId | null): Promise<void> {
  const holder = await findByName(tx, account, name)
  if (holder !== undefined && holder !== but) throw new ComityError("conflict", "search.exists", { name })
}
