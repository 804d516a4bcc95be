import sql from "sql-template-tag"
import { idHash } from "../library/index.ts"
import type { SyncReader } from "../store/index.ts"

/** An object version as a selection writes it. */
export type SelectedObject = {
  id: string
  type: string
  marking: string | null
  stamp: string | null
  created_by: string | null
  bytes: Uint8Array
}

/** Undefined if it was erased since it was chosen. */
export function readSelected(reader: SyncReader, key: number): SelectedObject | undefined {
  return reader.get<SelectedObject>(
    sql`select id, type, marking, stamp, created_by, bytes from object where key = ${key} and withdrawn = 0`,
  )
}

/** Titles of the collections that hold this version. */
export function readTitles(reader: SyncReader, key: number): string[] {
  const rows = reader.all<{ title: string }>(
    sql`select distinct c.title from entry e join collection c on c.key = e.collection
        where e.object = ${key} order by c.title`,
  )
  return rows.map(({ title }) => title)
}

/** The bytes of a marking definition that the library holds; these have no versions. */
export function readMarking(reader: SyncReader, id: string): Uint8Array | undefined {
  return reader.get<{ bytes: Uint8Array }>(
    sql`select bytes from object where id_hash = ${idHash(id)} and id = ${id} and aside = 0 and withdrawn = 0
        order by key limit 1`,
  )?.bytes
}
