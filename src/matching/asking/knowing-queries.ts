import sql, { join } from "sql-template-tag"
import type { Reader, Tx } from "../../store/index.ts"
import type { OpenType } from "../items/types.ts"
import type { Knowledge } from "../runs/model.ts"
import type { EpochId, Knowing, KnowingId, KnownItem } from "./model.ts"

const columns = sql`k.key, k.id, k.side, k.peer, p.party, p.name, q.id as question, k.epoch, k.state, k.by,
  k.created_at as "createdAt", k.decided_at as "decidedAt"`

export type KnowingRow = Omit<Knowing, "items"> & { epoch: EpochId; items: readonly (KnownItem & Secret)[] }
type Secret = { tag: Buffer; output: Buffer | null }

export async function selectKnowings(reader: Reader): Promise<KnowingRow[]> {
  const rows = await reader.all<Omit<KnowingRow, "items">>(
    sql`select ${columns} from match_knowing k join peer p on p.key = k.peer
          left join match_question q on q.key = k.question order by k.key desc limit 200`,
  )
  return withItems(reader, rows)
}

export async function selectKnowing(reader: Reader, id: string): Promise<KnowingRow | null> {
  const row = await reader.get<Omit<KnowingRow, "items">>(
    sql`select ${columns} from match_knowing k join peer p on p.key = k.peer
          left join match_question q on q.key = k.question where k.id = ${id}`,
  )
  return (await withItems(reader, row === undefined ? [] : [row]))[0] ?? null
}

type ItemRow = { knowing: number; seq: number; type: OpenType; known: string | null } & {
  item: Uint8Array
  tag: Uint8Array
  output: Uint8Array | null
}

async function withItems(reader: Reader, rows: readonly Omit<KnowingRow, "items">[]): Promise<KnowingRow[]> {
  if (rows.length === 0) return []
  const items = await reader.all<ItemRow>(
    sql`select knowing, seq, type, item, tag, output, known from match_knowing_item
        where knowing in (${join(rows.map(({ key }) => key))}) order by knowing, seq`,
  )
  return rows.map((row) => ({ ...row, items: items.filter(({ knowing }) => knowing === row.key).map(itemOf) }))
}

function itemOf({ seq, type, item, tag, output, known }: ItemRow): KnownItem & Secret {
  return {
    ...{ seq, type, item: Buffer.from(item), tag: Buffer.from(tag) },
    output: output === null ? null : Buffer.from(output),
    known: known === null ? null : (JSON.parse(known) as Knowledge), // as `setKnown` wrote it
  }
}

export type FreshKnowing = {
  id: KnowingId
  side: Knowing["side"]
  peer: number
  question: number | null
  epoch: string
  by: string | null
  items: readonly { type: OpenType; item: Buffer; tag: Buffer; output: Buffer | null }[]
}

/** False if there is one of that id. */
export async function insertKnowing(tx: Tx, fresh: FreshKnowing): Promise<boolean> {
  const { id, side, peer, question, epoch, by, items } = fresh
  const row = await tx.get<{ key: number }>(
    sql`insert into match_knowing (id, side, peer, question, epoch, state, by, created_at)
        values (${id}, ${side}, ${peer}, ${question}, ${epoch}, 'waiting', ${by}, ${tx.now})
        on conflict do nothing returning key`,
  )
  if (row === undefined) return false
  for (const [seq, { type, item, tag, output }] of items.entries()) {
    await tx.run(
      sql`insert into match_knowing_item (knowing, seq, type, item, tag, output)
          values (${row.key}, ${seq}, ${type}, ${item}, ${tag}, ${output})`,
    )
  }
  return true
}

/** Outputs open what was told, and are needed no more. */
export async function setDecided(
  tx: Tx,
  { key, state, by }: { key: number; state: "told" | "declined"; by: string | null },
): Promise<void> {
  await tx.run(
    sql`update match_knowing set state = ${state}, decided_at = ${tx.now}, by = coalesce(${by}, by) where key = ${key}`,
  )
  await tx.run(sql`update match_knowing_item set output = null where knowing = ${key}`)
}

export async function setKnown(tx: Tx, knowing: number, seq: number, known: Knowledge | null): Promise<void> {
  await tx.run(
    sql`update match_knowing_item set known = ${known === null ? null : JSON.stringify(known)}
        where knowing = ${knowing} and seq = ${seq}`,
  )
}

/** What a partner asks to know that nobody here decided about. */
export async function countKnowingsWaiting(reader: Reader, peer: number | null): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from match_knowing
        where side = 'theirs' and state = 'waiting' and (${peer} is null or peer = ${peer})`,
  )
  return row?.number ?? 0
}
