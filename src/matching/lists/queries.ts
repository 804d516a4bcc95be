import sql from "sql-template-tag"
import { z } from "zod"
import type { Instant } from "../../kernel/time.ts"
import { type CollectionId, idHash } from "../../library/index.ts"
import { TLP_LEVELS } from "../../stix/index.ts"
import type { Reader, SyncReader, Tx } from "../../store/index.ts"
import type { ListId, ListQuery, MatchList } from "./model.ts"

type Row = { id: ListId; name: string; query: string; savedAt: Instant; by: string | null }

const columns = sql`id, name, query, saved_at as "savedAt", saved_by as by`

const texts = z.array(z.string())
const instant = z
  .number()
  .nullable()
  .transform((value) => value as Instant | null)
const Query = z.strictObject({
  ...{ text: z.string(), types: texts, markings: z.array(z.enum([...TLP_LEVELS, "none"])), origins: texts },
  ...{ collections: texts.transform((ids) => ids as CollectionId[]), from: instant, to: instant },
  revoked: z.enum(["any", "no", "yes"]),
})

function listOf({ query, ...row }: Row): MatchList {
  return { ...row, query: Query.parse(JSON.parse(query)) }
}

export async function selectLists(reader: Reader): Promise<MatchList[]> {
  return (await reader.all<Row>(sql`select ${columns} from match_list order by name`)).map(listOf)
}

export async function selectList(reader: Reader, id: string): Promise<MatchList | null> {
  const row = await reader.get<Row>(sql`select ${columns} from match_list where id = ${id}`)
  return row === undefined ? null : listOf(row)
}

export async function selectByName(reader: Reader, name: string): Promise<MatchList | null> {
  const row = await reader.get<Row>(sql`select ${columns} from match_list where name = ${name}`)
  return row === undefined ? null : listOf(row)
}

export async function insertList(tx: Tx, { id, name, query, savedAt, by }: MatchList): Promise<void> {
  await tx.run(
    sql`insert into match_list (id, name, query, saved_at, saved_by)
        values (${id}, ${name}, ${queryText(query)}, ${savedAt}, ${by})`,
  )
}

export async function updateName(tx: Tx, id: ListId, name: string): Promise<void> {
  await tx.run(sql`update match_list set name = ${name} where id = ${id}`)
}

export async function deleteList(tx: Tx, id: ListId): Promise<void> {
  await tx.run(sql`delete from match_list where id = ${id}`)
}

function queryText({ text, types, markings, origins, collections, from, to, revoked }: ListQuery): string {
  return JSON.stringify({ text, types, markings, origins, collections, from, to, revoked })
}

/** Whether an object is a copy that was made for readers of a collection; its original counts. */
export function isCopy(reader: SyncReader, id: string): boolean {
  return (
    reader.get(sql`select 1 as found from object_copy where copy_hash = ${idHash(id)} and copy = ${id} limit 1`) !==
    undefined
  )
}
