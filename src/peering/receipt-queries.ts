import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Tx } from "../store/index.ts"

export type ReceiptKind = "mark" | "revoke" | "recall" | "erase"
export type ReceiptState = "due" | "applied" | "refused" | "pending"

export async function insertDue(
  tx: Tx,
  due: { collection: number; seq: number; party: string; kind: ReceiptKind; due: Instant },
): Promise<void> {
  await tx.run(
    sql`insert into receipt_due (collection, seq, party, kind, told_at, due_at, state)
        values (${due.collection}, ${due.seq}, ${due.party}, ${due.kind}, ${tx.now}, ${due.due}, 'due')`,
  )
}

/** False if nothing was due, or it was settled before: what was answered once is not taken back. */
export async function setReceipt(
  tx: Tx,
  of: { collection: number; seq: number; party: string },
  answer: {
    kind: ReceiptKind
    state: ReceiptState
    reason: string | null
    until: Instant | null
    onward: number
    receipt: string
  },
): Promise<boolean> {
  const changed = await tx.run(
    sql`update receipt_due set state = ${answer.state}, reason = ${answer.reason}, until = ${answer.until},
          onward = ${answer.onward}, answered_at = ${tx.now}, receipt = ${answer.receipt}
        where collection = ${of.collection} and seq = ${of.seq} and party = ${of.party} and kind = ${answer.kind}
          and state in ('due', 'pending')`,
  )
  return changed === 1
}

/** An entry of a partner's collection for which this node owes a receipt, and the message in the outbox that brings it. */
export async function insertOwed(
  tx: Tx,
  owed: { collection: number; seq: number; toldAt: Instant; message: number },
): Promise<void> {
  await tx.run(
    sql`insert into receipt_owed (collection, seq, told_at, message)
        values (${owed.collection}, ${owed.seq}, ${owed.toldAt}, ${owed.message})`,
  )
}

/** The partner took the message: it has the receipts. */
export async function setOwedAnswered(tx: Tx, message: number): Promise<void> {
  await tx.run(sql`update receipt_owed set answered_at = ${tx.now} where message = ${message} and answered_at is null`)
}

/** What one recipient was asked, and what it answered. */
export type Due = {
  collection: string
  title: string
  seq: number
  party: string
  kind: ReceiptKind
  toldAt: Instant
  dueAt: Instant
  state: ReceiptState
  reason: string | null
  until: Instant | null
  onward: number | null
  answeredAt: Instant | null
  receipt: string | null
}

const columns = sql`c.id as collection, c.title, r.seq, r.party, r.kind, r.told_at as "toldAt", r.due_at as "dueAt", r.state,
  r.reason, r.until, r.onward, r.answered_at as "answeredAt", r.receipt`

/** Unanswered ones, the longest due first. */
export async function openReceipts(reader: Reader, most: number): Promise<Due[]> {
  return reader.all<Due>(
    sql`select ${columns} from receipt_due r join collection c on c.key = r.collection
        where r.state in ('due', 'pending') order by r.due_at, r.collection, r.seq, r.party limit ${most} + 0`,
  )
}

/** All that was asked of one party, the newest first. */
export async function receiptsOf(reader: Reader, party: string, most: number): Promise<Due[]> {
  return reader.all<Due>(
    sql`select ${columns} from receipt_due r join collection c on c.key = r.collection
        where r.party = ${party} order by r.told_at desc, r.seq desc limit ${most} + 0`,
  )
}

/** Due but not answered in time: pending ones count from the day that the recipient named. */
export async function countOverdue(reader: Reader, now: Instant): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from receipt_due
        where (state = 'due' and due_at < ${now}) or (state = 'pending' and coalesce(until, due_at) < ${now})`,
  )
  return row?.number ?? 0
}
