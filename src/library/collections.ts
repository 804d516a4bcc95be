import { ComityError } from "../kernel/errors.ts"
import { isUuid, newUuid, parseUuid } from "../kernel/ids.ts"
import { createLog, record } from "../ledger/index.ts"
import type { Reader, Store } from "../store/index.ts"
import type { Collection, CollectionId } from "./model.ts"
import { findCollection, findCollectionByAlias, findCollectionByKey, insertCollection } from "./queries.ts"

/**
 * Makes an inbox: its audience is this node alone; `by` is who wants it. Throws `conflict collection.exists` if id or alias is taken and
 * `invalid collection.alias` for an alias that could be taken for an id.
 */
export async function addCollection(
  store: Store,
  wanted: { title: string; id: string | null; alias: string | null },
  by: string | null = null,
): Promise<CollectionId> {
  const id = wanted.id === null ? newUuid<"collection">() : parseUuid("collection", wanted.id)
  const { alias, title } = wanted
  if (alias !== null && isUuid(alias.toLowerCase())) throw new ComityError("invalid", "collection.alias")
  return store.write(async (tx) => {
    const taken = (await findCollection(tx, id)) ?? (alias === null ? null : await findCollectionByAlias(tx, alias))
    if (taken !== null) throw new ComityError("conflict", "collection.exists", { id: taken.id })
    const log = await createLog(tx, "collection")
    await insertCollection(tx, { id, alias, title, kind: "inbox", party: null, log, terms: null })
    await record(tx, { what: "collection.added", by, facts: { collection: id } })
    return id
  })
}

/** Throws `not-found collection.unknown`. */
export async function loadCollectionByKey(reader: Reader, key: number): Promise<Collection> {
  const found = await findCollectionByKey(reader, key)
  if (found === null) throw new ComityError("not-found", "collection.unknown")
  return found
}

/** By id or alias; throws `not-found collection.unknown`. */
export async function loadCollection(reader: Reader, idOrAlias: string): Promise<Collection> {
  const found =
    (await findCollection(reader, idOrAlias.toLowerCase())) ?? (await findCollectionByAlias(reader, idOrAlias))
  if (found === null) throw new ComityError("not-found", "collection.unknown")
  return found
}
