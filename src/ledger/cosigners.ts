import sql from "sql-template-tag"
import type { Reader, Tx } from "../store/index.ts"
import type { Cosignature } from "./cosignature.ts"
import type { LogRow } from "./queries.ts"

/** Keeps a party's newest cosignature of a log; one over a smaller tree than the newest is not newer. */
export async function keepCosignature(
  tx: Tx,
  log: number,
  of: { party: string; size: number },
  { name, time, line }: Cosignature,
): Promise<void> {
  await tx.run(
    sql`insert into cosignature (log, party, name, size, time, line)
        values (${log}, ${of.party}, ${name}, ${of.size}, ${time}, ${line})
        on conflict (log, party) do update set name = excluded.name, size = excluded.size, time = excluded.time,
          line = excluded.line where excluded.size >= cosignature.size`,
  )
}

/** The newest checkpoint of a log with the cosignatures over exactly that one: nobody forged them, and all may see them. */
export async function cosignedCheckpoint(reader: Reader, log: LogRow): Promise<string> {
  const rows = await reader.all<{ line: string }>(
    sql`select line from cosignature where log = ${log.key} and size = ${log.size} order by name`,
  )
  return log.checkpoint + rows.map(({ line }) => line).join("")
}
