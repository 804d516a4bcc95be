import sql from "sql-template-tag"
import type { AccountId } from "../accounts/index.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { SavedSearch, SavedSearchId } from "./saved-searches.ts"

type Row = { id: SavedSearchId; name: string; address: string; saved_at: Instant }

const columns = sql`id, name, address, saved_at`

function savedSearchOf({ saved_at, ...row }: Row): SavedSearch {
  return { ...row, savedAt: saved_at }
}

export async function listSavedSearches(reader: Reader, account: AccountId): Promise<SavedSearch[]> {
  const rows = await reader.all<Row>(sql`select ${columns} from saved_search where account = ${account} order by name`)
  return rows.map(savedSearchOf)
}

/** Only for the person who saved it; for others it does not exist. */
export async function findSavedSearch(
  reader: Reader,
  account: AccountId,
  id: string,
): Promise<SavedSearch | undefined> {
  const row = await reader.get<Row>(sql`select ${columns} from saved_search where id = ${id} and account = ${account}`)
  return row === undefined ? undefined : savedSearchOf(row)
}

export async function findByName(reader: Reader, account: AccountId, name: string): Promise<SavedSearchId | undefined> {
  const row = await reader.get<{ id: SavedSearchId }>(
    sql`select id from saved_search where account = ${account} and name = ${name}`,
  )
  return row?.id
}

export async function countSavedSearches(reader: Reader, account: AccountId): Promise<number> {
  const row = await reader.get<{ searches: number }>(
    sql`select count(*) as searches from saved_search where account = ${account}`,
  )
  return row?.searches ?? 0
}

export async function insertSavedSearch(tx: Tx, account: AccountId, search: SavedSearch): Promise<void> {
  await tx.run(
    sql`insert into saved_search (id, account, name, address, saved_at)
        values (${search.id}, ${account}, ${search.name}, ${search.address}, ${search.savedAt})`,
  )
}

export async function updateName(tx: Tx, id: SavedSearchId, name: string): Promise<void> {
  await tx.run(sql`update saved_search set name = ${name} where id = ${id}`)
}

export async function removeSavedSearch(tx: Tx, id: SavedSearchId): Promise<void> {
  await tx.run(sql`delete from saved_search where id = ${id}`)
}
