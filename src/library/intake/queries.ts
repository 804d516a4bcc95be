import sql from "sql-template-tag"
import type { Reader } from "../../store/index.ts"
import { idHash } from "../queries.ts"

/** The bytes of the newest version of an object, by the instant of `modified`; null if there is none. */
export async function newestBytes(reader: Reader, id: string): Promise<Uint8Array | null> {
  const row = await reader.get<{ bytes: Uint8Array }>(
    sql`select bytes from object where id_hash = ${idHash(id)} and id = ${id} and aside = 0 and withdrawn = 0
        order by version desc limit 1`,
  )
  return row?.bytes ?? null
}
