import sql from "sql-template-tag"
import type { Id } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"
import { AgreementText, canonicalText } from "./model.ts"

export type DraftId = Id<"agreement-draft">

/** A text at home: nobody else ever sees it; it may lack anything, and is changed and deleted at will. */
export type Draft = {
  id: DraftId
  text: AgreementText
  /** The negotiation for which it is meant, and the hash of the tabled text from which it goes on. */
  negotiation: string | null
  base: string | null
  account: string | null
  createdAt: Instant
  changedAt: Instant
}

type Row = {
  id: DraftId
  text: string
  agreement: string | null
  base: string | null
  account: string | null
  created_at: Instant
  changed_at: Instant
}

const columns = sql`id, text, agreement, base, account, created_at, changed_at`

function draftOf({ text, agreement, created_at, changed_at, ...row }: Row): Draft {
  return {
    ...row,
    negotiation: agreement,
    text: AgreementText.parse(JSON.parse(text)),
    createdAt: created_at,
    changedAt: changed_at,
  }
}

/** What was changed last on top. */
export async function listDrafts(reader: Reader, most: number): Promise<Draft[]> {
  const rows = await reader.all<Row>(
    sql`select ${columns} from agreement_draft order by changed_at desc, key desc limit ${most}`,
  )
  return rows.map(draftOf)
}

export async function findDraft(reader: Reader, id: string): Promise<Draft | null> {
  const row = await reader.get<Row>(sql`select ${columns} from agreement_draft where id = ${id}`)
  return row === undefined ? null : draftOf(row)
}

export async function countDrafts(reader: Reader): Promise<number> {
  const row = await reader.get<{ drafts: number }>(sql`select count(*) as drafts from agreement_draft`)
  return row?.drafts ?? 0
}

export async function insertDraft(tx: Tx, draft: Omit<Draft, "createdAt" | "changedAt">): Promise<void> {
  const { id, text, negotiation, base, account } = draft
  await tx.run(
    sql`insert into agreement_draft (id, text, agreement, base, account, created_at, changed_at)
        values (${id}, ${canonicalText(text)}, ${negotiation}, ${base}, ${account}, ${tx.now}, ${tx.now})`,
  )
}

/** Each change has a time of its own, since by it a writer knows what was seen. */
export async function updateDraft(tx: Tx, id: DraftId, text: AgreementText): Promise<void> {
  await tx.run(
    sql`update agreement_draft set text = ${canonicalText(text)}, changed_at = max(${tx.now}, changed_at + 1)
        where id = ${id}`,
  )
}

export async function removeDraft(tx: Tx, id: DraftId): Promise<void> {
  await tx.run(sql`delete from agreement_draft where id = ${id}`)
}
