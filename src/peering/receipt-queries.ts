import sql from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import { parseHeader } from "../ledger/index.ts"
import { idHash } from "../library/index.ts"
import type { Reader, Tx } from "../store/index.ts"

/** `put`: nobody asks; a recipient says that it could not take a version. */
export type ReceiptKind = "put" | "mark" | "revoke" | "recall" | "erase"
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

/** An entry that is served no more asks nothing of those who were not served it until now. */
export async function deleteUnseen(tx: Tx, collection: number, seq: number): Promise<void> {
  await tx.run(
    sql`delete from receipt_due where collection = ${collection} and seq = ${seq} and state = 'due'
          and exists (select 1 from entry e where e.collection = ${collection} and e.seq = ${seq} and e.object is null
            and e.kind = 'revoke')
          and party in (select a.party from audience a where a.collection = ${collection} and a.served <= ${seq})`,
  )
}

/** Who left is shown no revocation that it was not served until then, and owes no answer for it. */
export async function deleteUnseenBy(tx: Tx, collection: number, party: string): Promise<void> {
  await tx.run(
    sql`delete from receipt_due where collection = ${collection} and party = ${party} and kind = 'revoke' and state = 'due'
          and seq >= (select a.served from audience a where a.collection = ${collection} and a.party = ${party})`,
  )
}

type Answer = {
  kind: ReceiptKind
  h: string
  state: ReceiptState
  reason: string | null
  until: Instant | null
  onward: number
  receipt: string
}

/** A recipient could not take a version that it was served; false for any other answer about one, or if it said so before. */
export async function noteRefused(
  tx: Tx,
  { collection, seq, party }: { collection: number; seq: number; party: string },
  { h, state, reason, receipt }: Answer,
): Promise<boolean> {
  if (state !== "refused") return false
  const changed = await tx.run(
    sql`insert into receipt_due (collection, seq, party, kind, told_at, due_at, state, reason, onward, answered_at, receipt)
        select e.collection, e.seq, a.party, 'put', e.date_added, e.date_added, 'refused', ${reason}, 0, ${tx.now}, ${receipt}
        from entry e join audience a on a.collection = e.collection and a.party = ${party} and a.served > e.seq
        where e.collection = ${collection} and e.seq = ${seq} and e.kind = 'put' and e.h = ${Buffer.from(h, "base64")}
        on conflict do nothing`,
  )
  return changed === 1
}

/** False if nothing was due of an entry of that hash, or it was settled before: what was answered once is not taken back. */
export async function setReceipt(
  tx: Tx,
  of: { collection: number; seq: number; party: string },
  answer: Answer,
): Promise<boolean> {
  const changed = await tx.run(
    sql`update receipt_due set state = ${answer.state}, reason = ${answer.reason}, until = ${answer.until},
          onward = ${answer.onward}, answered_at = ${tx.now}, receipt = ${answer.receipt}
        where collection = ${of.collection} and seq = ${of.seq} and party = ${of.party} and kind = ${answer.kind}
          and state in ('due', 'pending') and exists (select 1 from entry e
            where e.collection = ${of.collection} and e.seq = ${of.seq} and e.h = ${Buffer.from(answer.h, "base64")})`,
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
  /** The object that it is about; null where it was erased. */
  object: string | null
  party: string
  /** What the partner is called here. */
  name: string
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

export type DueWish = {
  /** `open`: not settled yet; `overdue`: and late; `answered`: settled. Null = all. */
  state: "open" | "overdue" | "answered" | "refused" | null
  kind: ReceiptKind | null
  party: string | null
  most: number
  /** Shows those behind this one. */
  before: DuePlace | null
}

/** Where one stands among those that are listed by when they were told, the newest first. */
export type DuePlace = { toldAt: Instant; collection: string; seq: number; party: string }

type DueRow = Omit<Due, "object"> & { header: string | null; held: string | null }

const late = (now: Instant) =>
  sql`((r.state = 'due' and r.due_at < ${now}) or (r.state = 'pending' and coalesce(r.until, r.due_at) < ${now}))`

/** Not answered in time: computed by the owner, whatever the recipient says. Pending ones count from the day it named. */
export function isOverdue({ state, dueAt, until }: Pick<Due, "state" | "dueAt" | "until">, now: Instant): boolean {
  if (state === "due") return dueAt < now
  return state === "pending" && (until ?? dueAt) < now
}

const columns = sql`c.id as collection, c.title, r.seq, r.party, coalesce(p.name, r.party) as name, r.kind,
  r.told_at as "toldAt", r.due_at as "dueAt", r.state, r.reason, r.until, r.onward, r.answered_at as "answeredAt",
  r.receipt, e.header, o.id as held`

const from = sql`receipt_due r join collection c on c.key = r.collection
  join entry e on e.collection = r.collection and e.seq = r.seq left join object o on o.key = coalesce(e.object, e.kept)
  left join peer p on p.party = r.party`

function dueOf({ header, held, ...row }: DueRow): Due {
  return { ...row, object: held ?? (header === null ? null : parseHeader(header).id) }
}

/** Unanswered ones, the longest due first. */
export async function openReceipts(reader: Reader, most: number): Promise<Due[]> {
  const rows = await reader.all<DueRow>(
    sql`select ${columns} from ${from}
        where r.state in ('due', 'pending') order by r.due_at, r.collection, r.seq, r.party limit ${most} + 0`,
  )
  return rows.map(dueOf)
}

/** Of whom answers stand open, and in each collection from which entry on. */
export async function openFrom(reader: Reader): Promise<{ peer: number; origin: string; seq: number }[]> {
  return reader.all<{ peer: number; origin: string; seq: number }>(
    sql`select p.key as peer, l.origin, min(r.seq) as seq from receipt_due r join peer p on p.party = r.party
        join collection c on c.key = r.collection join log l on l.key = c.log
        where r.state in ('due', 'pending') group by p.key, l.origin order by p.key, l.origin`,
  )
}

/** All that was asked of one party, the newest first. */
export async function receiptsOf(reader: Reader, party: string, most: number): Promise<Due[]> {
  return listReceipts(reader, 0 as Instant, { state: null, kind: null, party, most, before: null })
}

/** What was asked, the newest first. */
export async function listReceipts(reader: Reader, now: Instant, wish: DueWish): Promise<Due[]> {
  const { state, kind, party, before, most } = wish
  const rows = await reader.all<DueRow>(
    sql`select ${columns} from ${from}
        where ${stateIs(state, now)} and ${kind === null ? sql`1 = 1` : sql`r.kind = ${kind}`}
          and ${party === null ? sql`1 = 1` : sql`r.party = ${party}`}
          and ${before === null ? sql`1 = 1` : behind(before)}
        order by r.told_at desc, c.id, r.seq, r.party limit ${most} + 0`,
  )
  return rows.map(dueOf)
}

function behind({ toldAt, collection, seq, party }: DuePlace) {
  return sql`(r.told_at < ${toldAt} or (r.told_at = ${toldAt} and (c.id, r.seq, r.party) > (${collection}, ${seq}, ${party})))`
}

function stateIs(state: DueWish["state"], now: Instant) {
  switch (state) {
    case null:
      return sql`1 = 1`
    case "open":
      return sql`r.state in ('due', 'pending')`
    case "overdue":
      return late(now)
    case "answered":
      return sql`r.state in ('applied', 'refused')`
    case "refused":
      return sql`r.state = 'refused'`
  }
}

/** What one party was asked about one entry; null if it was not. */
export async function findReceipt(
  reader: Reader,
  of: { collection: string; seq: number; party: string },
): Promise<Due | null> {
  const row = await reader.get<DueRow>(
    sql`select ${columns} from ${from} where c.id = ${of.collection} and r.seq = ${of.seq} and r.party = ${of.party}`,
  )
  return row === undefined ? null : dueOf(row)
}

/** All that was asked about one object: what pages of that object show. */
export async function receiptsAbout(reader: Reader, id: string, most: number): Promise<Due[]> {
  const hash = idHash(id)
  const rows = await reader.all<DueRow>(
    sql`select ${columns} from ${from}
        where (e.about_hash = ${hash} or (o.id_hash = ${hash} and o.id = ${id}))
        order by r.told_at desc, c.id, r.seq, r.party limit ${most} + 0`,
  )
  return rows.map(dueOf).filter((due) => due.object === null || due.object === id)
}

/** How many are overdue. */
export async function countOverdue(reader: Reader, now: Instant): Promise<number> {
  const row = await reader.get<{ number: number }>(
    sql`select count(1) as number from receipt_due r where r.state in ('due', 'pending') and ${late(now)}`,
  )
  return row?.number ?? 0
}

/** What a party signed and this node has, the newest first. */
export async function notesOf(reader: Reader, party: string, most: number): Promise<string[]> {
  const rows = await reader.all<{ receipt: string }>(
    sql`select receipt, max(answered_at) as at from receipt_due where party = ${party} and receipt is not null
        group by receipt order by at desc limit ${most} + 0`,
  )
  return rows.map(({ receipt }) => receipt)
}
