import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { record } from "../../ledger/index.ts"
import { oneLine } from "../../parties/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import type { ListId, ListQuery, MatchList } from "./model.ts"
import { deleteList, insertList, selectByName, selectList, selectLists, updateName } from "./queries.ts"

export const LISTS_MOST = 200
export const LIST_NAME_MOST = 100

/** What is saved, by name; all people of this node share it. */
export function listLists(reader: Reader): Promise<MatchList[]> {
  return selectLists(reader)
}

/** By its id or, as people write it, its name. Throws `not-found match-list.unknown`. */
export async function findList(reader: Reader, named: string): Promise<MatchList> {
  const found = (await selectList(reader, named)) ?? (await selectByName(reader, named))
  if (found === null) throw new ComityError("not-found", "match-list.unknown")
  return found
}

/** Throws `invalid match-list.name`, `conflict match-list.exists`, `refused match-list.too-many`. */
export async function saveList(
  store: Store,
  { name, query }: { name: string; query: ListQuery },
  by: string | null,
): Promise<MatchList> {
  return store.write(async (tx) => {
    const list = { id: newId("list"), name: await freeName(tx, name, null), query, savedAt: tx.now, by }
    if ((await selectLists(tx)).length >= LISTS_MOST) {
      throw new ComityError("refused", "match-list.too-many", { most: LISTS_MOST })
    }
    await insertList(tx, list)
    await record(tx, { what: "match-list.saved", by, facts: { list: list.id } })
    return list
  })
}

/** Throws `not-found match-list.unknown`, `invalid match-list.name`, `conflict match-list.exists`. */
export async function renameList(store: Store, named: string, name: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const { id } = await findList(tx, named)
    await updateName(tx, id, await freeName(tx, name, id))
    await record(tx, { what: "match-list.renamed", by, facts: { list: id } })
  })
}

/** Matches that go on with it keep what they gathered. Throws `not-found match-list.unknown`. */
export async function removeList(store: Store, named: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const { id } = await findList(tx, named)
    await deleteList(tx, id)
    await record(tx, { what: "match-list.removed", by, facts: { list: id } })
  })
}

async function freeName(tx: Tx, given: string, but: ListId | null): Promise<string> {
  const name = oneLine(given)
  if (name === "" || name.length > LIST_NAME_MOST) {
    throw new ComityError("invalid", "match-list.name", { most: LIST_NAME_MOST })
  }
  const holder = await selectByName(tx, name)
  if (holder !== null && holder.id !== but) throw new ComityError("conflict", "match-list.exists", { name })
  return name
}
