import sql, { type Sql } from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import type { Mapping } from "../../library/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { type Choices, type Failure, type Foresight, type Import, NO_FORESIGHT, type Outcome } from "./model.ts"

type Row = Omit<Import, "choices" | "foresight" | "outcome" | "failure" | "createdAt" | "finishedAt"> & {
  created_at: Instant
  finished_at: Instant | null
  choices: string
  preview: string
  result: string
  failure: string | null
}

const columns = sql`id, state, collection, format, name, size, account, created_at, finished_at, choices, preview,
  result, failure`

function importOf({ created_at, finished_at, choices, preview, result, failure, ...row }: Row): Import {
  return {
    ...row,
    createdAt: created_at,
    finishedAt: finished_at,
    choices: JSON.parse(choices) as Choices,
    foresight: JSON.parse(preview) as Foresight,
    outcome: JSON.parse(result) as Outcome | null,
    failure: failure === null ? null : (JSON.parse(failure) as Failure),
  }
}

export async function insertImport(tx: Tx, row: Import): Promise<void> {
  await tx.run(
    sql`insert into import (id, state, collection, format, name, size, account, created_at, finished_at, choices,
          preview, result, failure)
        values (${row.id}, ${row.state}, ${row.collection}, ${row.format}, ${row.name}, ${row.size}, ${row.account},
          ${row.createdAt}, ${row.finishedAt}, ${JSON.stringify(row.choices)}, ${JSON.stringify(row.foresight)},
          ${JSON.stringify(row.outcome)}, ${failureText(row)})`,
  )
}

export async function updateImport(tx: Tx, row: Import): Promise<void> {
  await tx.run(
    sql`update import set state = ${row.state}, format = ${row.format}, finished_at = ${row.finishedAt},
          choices = ${JSON.stringify(row.choices)}, preview = ${JSON.stringify(row.foresight)},
          result = ${JSON.stringify(row.outcome)}, failure = ${failureText(row)}
        where id = ${row.id}`,
  )
}

export async function findImport(reader: Reader, id: string): Promise<Import | null> {
  const row = await reader.get<Row>(sql`select ${columns} from import where id = ${id}`)
  return row === undefined ? null : importOf(row)
}

function failureText({ failure }: Import): string | null {
  return failure === null ? null : JSON.stringify(failure)
}

/** The newest first. */
export async function listImports(reader: Reader, limit: number): Promise<Import[]> {
  return (await reader.all<Row>(newest(limit))).map(importOf)
}

function newest(limit: number): Sql {
  return sql`select ${columns} from import order by created_at desc, key desc limit ${limit} + 0`
}

/** Those that a file lies here for. */
export async function unfinishedImports(reader: Reader): Promise<Import[]> {
  const rows = await reader.all<Row>(sql`select ${columns} from import where finished_at is null order by key`)
  return rows.map(importOf)
}

/** What a node that stops leaves behind can't be gone on with: its files are gone. */
export async function interruptImports(tx: Tx): Promise<number> {
  return tx.run(
    sql`update import set state = 'interrupted', finished_at = ${tx.now}, preview = ${JSON.stringify(NO_FORESIGHT)}
        where finished_at is null`,
  )
}

export async function findMapping(reader: Reader, signature: string): Promise<Mapping | null> {
  const row = await reader.get<{ mapping: string }>(sql`select mapping from csv_mapping where signature = ${signature}`)
  return row === undefined ? null : (JSON.parse(row.mapping) as Mapping)
}

export async function rememberMapping(tx: Tx, signature: string, mapping: Mapping): Promise<void> {
  await tx.run(
    sql`insert into csv_mapping (signature, mapping, used_at)
        values (${signature}, ${JSON.stringify(mapping)}, ${tx.now})
        on conflict (signature) do update set mapping = excluded.mapping, used_at = excluded.used_at`,
  )
}
