import sql from "sql-template-tag"
import { z } from "zod"
import { canonicalize } from "../kernel/canonical.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { Fields } from "./core.ts"
import type { Draft, DraftId } from "./drafts.ts"
import type { RenderedForm } from "./forms.ts"

type Row = {
  id: DraftId
  form: RenderedForm
  fields: string
  account: string | null
  created_at: Instant
  changed_at: Instant
}

const columns = sql`id, form, fields, account, created_at, changed_at`
const Stored = z.record(z.string(), z.string())

function draftOf({ fields, created_at, changed_at, ...row }: Row): Draft {
  return { ...row, fields: Stored.parse(JSON.parse(fields)), createdAt: created_at, changedAt: changed_at }
}

/** What was changed last on top. */
export async function listDrafts(reader: Reader, most: number): Promise<Draft[]> {
  const rows = await reader.all<Row>(
    sql`select ${columns} from request_draft order by changed_at desc, key desc limit ${most}`,
  )
  return rows.map(draftOf)
}

export async function findDraft(reader: Reader, id: string): Promise<Draft | undefined> {
  const row = await reader.get<Row>(sql`select ${columns} from request_draft where id = ${id}`)
  return row === undefined ? undefined : draftOf(row)
}

export async function countDrafts(reader: Reader): Promise<number> {
  const row = await reader.get<{ drafts: number }>(sql`select count(*) as drafts from request_draft`)
  return row?.drafts ?? 0
}

export async function insertDraft(tx: Tx, { id, form, fields, account, createdAt, changedAt }: Draft): Promise<void> {
  await tx.run(
    sql`insert into request_draft (id, form, fields, account, created_at, changed_at)
        values (${id}, ${form}, ${canonicalize({ ...fields })}, ${account}, ${createdAt}, ${changedAt})`,
  )
}

/** Each change has a time of its own, since by it a writer knows what was seen. */
export async function updateDraft(tx: Tx, id: DraftId, fields: Fields): Promise<void> {
  await tx.run(
    sql`update request_draft set fields = ${canonicalize({ ...fields })}, changed_at = max(${tx.now}, changed_at + 1) where id = ${id}`,
  )
}

export async function removeDraft(tx: Tx, id: DraftId): Promise<void> {
  await tx.run(sql`delete from request_draft where id = ${id}`)
}
