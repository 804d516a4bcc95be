import sql from "sql-template-tag"
import type { Reader, Tx } from "../../store/index.ts"
import type { Refusal, RefusalKind } from "./model.ts"

const columns = sql`id, kind, value, reason, source, since, added_by as "addedBy", added_at as "addedAt"`

export async function selectRefusals(reader: Reader): Promise<Refusal[]> {
  return reader.all<Refusal>(sql`select ${columns} from refusal order by kind, compared`)
}

export async function selectOfKind(reader: Reader, kind: RefusalKind): Promise<Refusal[]> {
  return reader.all<Refusal>(sql`select ${columns} from refusal where kind = ${kind} order by compared`)
}

export async function selectRefusal(reader: Reader, id: string): Promise<Refusal | undefined> {
  return reader.get<Refusal>(sql`select ${columns} from refusal where id = ${id}`)
}

export async function isListed(reader: Reader, kind: RefusalKind, compared: string): Promise<boolean> {
  const found = await reader.get<{ id: string }>(
    sql`select id from refusal where kind = ${kind} and compared = ${compared}`,
  )
  return found !== undefined
}

export async function countRefusals(reader: Reader): Promise<number> {
  return (await reader.get<{ number: number }>(sql`select count(*) as number from refusal`))?.number ?? 0
}

export async function insertRefusal(tx: Tx, refusal: Refusal, compared: string): Promise<void> {
  const { id, kind, value, reason, source, since, addedBy, addedAt } = refusal
  await tx.run(
    sql`insert into refusal (id, kind, value, compared, reason, source, since, added_by, added_at)
        values (${id}, ${kind}, ${value}, ${compared}, ${reason}, ${source}, ${since}, ${addedBy}, ${addedAt})`,
  )
}

export async function deleteRefusal(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`delete from refusal where id = ${id}`)
}
