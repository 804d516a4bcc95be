import sql from "sql-template-tag"
import type { Reader, Tx } from "../../store/index.ts"
import type { ItemType } from "../items/types.ts"
import type { Knowledge, RunItem } from "./model.ts"

type Row = { seq: number; type: ItemType; item: Uint8Array; ours: string | null; theirs: string | null }

/** Common items of a run in the order in which they were written; `after` is the `seq` of the last one before. */
export async function selectItems(reader: Reader, run: number, after: number, most: number): Promise<RunItem[]> {
  const rows = await reader.all<Row>(
    sql`select seq, type, item, ours, theirs from match_item where run = ${run} and seq > ${after}
        order by seq limit ${most} + 0`,
  )
  return rows.map(({ seq, type, item, ours, theirs }) => ({
    ...{ seq, type, item: Buffer.from(item) },
    ...{ ours: knownIn(ours), theirs: knownIn(theirs) },
  }))
}

/** As it was written here. */
function knownIn(text: string | null): Knowledge | null {
  return text === null ? null : (JSON.parse(text) as Knowledge)
}

export async function insertItem(
  tx: Tx,
  run: number,
  { seq, type, item, ours }: Omit<RunItem, "theirs">,
): Promise<void> {
  const known = ours === null ? null : JSON.stringify(ours)
  await tx.run(
    sql`insert into match_item (run, seq, type, item, ours) values (${run}, ${seq}, ${type}, ${item}, ${known})
        on conflict do nothing`,
  )
}

/** What the partner knows about an item. */
export async function setTheirs(tx: Tx, run: number, seq: number, theirs: Knowledge): Promise<void> {
  await tx.run(sql`update match_item set theirs = ${JSON.stringify(theirs)} where run = ${run} and seq = ${seq}`)
}
