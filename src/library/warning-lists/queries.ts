import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Reader, SyncReader, Tx } from "../../store/index.ts"
import type { ListType, WarningList } from "./model.ts"

/** A list without its entries. `size` is their number. */
export type ListSummary = Omit<WarningList, "entries" | "kinds"> & { size: number; addedAt: Instant }

export async function listSummaries(reader: Reader): Promise<ListSummary[]> {
  return reader.all<ListSummary>(
    sql`select name, version, description, type, size, added_at as "addedAt" from warning_list order by name`,
  )
}

type Row = { name: string; version: string; description: string; type: ListType; kinds: string | null; entries: string }

const allLists = sql`select name, version, description, type, kinds, entries from warning_list order by name`

export async function loadLists(reader: Reader): Promise<WarningList[]> {
  return (await reader.all<Row>(allLists)).map(listOf)
}

/** The same for a worker, which has a connection of its own. */
export function readLists(reader: SyncReader): WarningList[] {
  return reader.all<Row>(allLists).map(listOf)
}

function listOf({ kinds, entries, ...row }: Row): WarningList {
  return { ...row, kinds: kinds === null ? null : (JSON.parse(kinds) as string[]), entries: entries.split("\n") }
}

export async function upsertList(tx: Tx, list: WarningList): Promise<void> {
  const kinds = list.kinds === null ? null : JSON.stringify(list.kinds)
  await tx.run(
    sql`insert into warning_list (name, version, description, type, kinds, size, entries, added_at)
        values (${list.name}, ${list.version}, ${list.description}, ${list.type}, ${kinds}, ${list.entries.length},
          ${list.entries.join("\n")}, ${tx.now})
        on conflict (name) do update set version = excluded.version, description = excluded.description,
          type = excluded.type, kinds = excluded.kinds, size = excluded.size, entries = excluded.entries,
          added_at = excluded.added_at`,
  )
}

/** Number of lists removed: 0 or 1. */
export async function deleteList(tx: Tx, name: string): Promise<number> {
  return tx.run(sql`delete from warning_list where name = ${name}`)
}
