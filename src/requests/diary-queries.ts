import sql, { type Sql } from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { DataCategory, Measure } from "../law/index.ts"
import type { Reader, Tx } from "../store/index.ts"
import type {
  ClockId,
  ClockKind,
  DiaryEntry,
  EventKind,
  NotedRequest,
  RequestClock,
  RequestEvent,
  RequestId,
} from "./model.ts"

type Row = {
  key: number
  id: RequestId
  title: string
  measure: Measure
  category: DataCategory
  place: string
  authority: string
  channel: string
  reference: string
  basis: string
  sent_at: Instant
  sent_zone: string
  form: string | null
  document_hash: string | null
  account: string | null
  noted_at: Instant
  closed_at: Instant | null
}

const columns = sql`key, id, title, measure, category, place, authority, channel, reference, basis, sent_at, sent_zone,
  form, document_hash, account, noted_at, closed_at`

function requestOf({
  key: _,
  sent_at,
  sent_zone,
  form,
  document_hash,
  noted_at,
  closed_at,
  ...row
}: Row): NotedRequest {
  const document = form === null || document_hash === null ? null : { form, hash: document_hash }
  return { ...row, sent: { at: sent_at, zone: sent_zone }, document, notedAt: noted_at, closedAt: closed_at }
}

/** How many closed entries a list holds; open ones are all there, however many. */
export const CLOSED_MOST = 300

export function openEntries(reader: Reader): Promise<DiaryEntry[]> {
  return entries(reader, sql`closed_at is null`)
}

/** Those that were closed last. */
export function closedEntries(reader: Reader): Promise<DiaryEntry[]> {
  return entries(
    reader,
    sql`key in (select key from request where closed_at is not null order by closed_at desc, key desc limit ${CLOSED_MOST})`,
  )
}

export async function findEntry(reader: Reader, id: string): Promise<DiaryEntry | undefined> {
  const [found] = await entries(reader, sql`id = ${id}`)
  return found
}

async function entries(reader: Reader, which: Sql): Promise<DiaryEntry[]> {
  const rows = await reader.all<Row>(sql`select ${columns} from request where ${which} order by key desc`)
  const [clocks, events] = await Promise.all([clocksOf(reader, which), eventsOf(reader, which)])
  return rows.map((row) => ({
    request: requestOf(row),
    clocks: clocks.get(row.key) ?? [],
    events: events.get(row.key) ?? [],
  }))
}

type ClockRow = {
  request: number
  id: ClockId
  kind: ClockKind
  start_at: Instant
  days: number | null
  set_at: Instant
}

async function clocksOf(reader: Reader, which: Sql): Promise<Map<number, RequestClock[]>> {
  const rows = await reader.all<ClockRow>(
    sql`select request, id, kind, start_at, days, set_at from request_clock
        where request in (select key from request where ${which}) order by key`,
  )
  return grouped(rows, ({ start_at, set_at, request: _, ...row }) => ({ ...row, start: start_at, setAt: set_at }))
}

type EventRow = {
  request: number
  kind: EventKind
  at: Instant
  zone: string
  text: string
  account: string | null
  noted_at: Instant
}

async function eventsOf(reader: Reader, which: Sql): Promise<Map<number, RequestEvent[]>> {
  const rows = await reader.all<EventRow>(
    sql`select request, kind, at, zone, text, account, noted_at from request_event
        where request in (select key from request where ${which}) order by at, key`,
  )
  return grouped(rows, ({ kind, at, zone, text, account, noted_at }) => ({
    ...{ kind, when: { at, zone }, text, account },
    notedAt: noted_at,
  }))
}

function grouped<Found extends { request: number }, Value>(
  rows: readonly Found[],
  read: (row: Found) => Value,
): Map<number, Value[]> {
  const found = new Map<number, Value[]>()
  for (const row of rows) {
    const before = found.get(row.request)
    if (before === undefined) found.set(row.request, [read(row)])
    else before.push(read(row))
  }
  return found
}

export async function insertRequest(tx: Tx, request: NotedRequest): Promise<void> {
  const { id, title, measure, category, place, authority, channel, reference, basis, sent, document } = request
  await tx.run(
    sql`insert into request (id, title, measure, category, place, authority, channel, reference, basis, sent_at,
          sent_zone, form, document_hash, account, noted_at)
        values (${id}, ${title}, ${measure}, ${category}, ${place}, ${authority}, ${channel}, ${reference}, ${basis},
          ${sent.at}, ${sent.zone}, ${document?.form ?? null}, ${document?.hash ?? null}, ${request.account},
          ${request.notedAt})`,
  )
}

export async function insertClock(tx: Tx, request: RequestId, clock: RequestClock): Promise<void> {
  await tx.run(
    sql`insert into request_clock (id, request, kind, start_at, days, set_at)
        select ${clock.id}, key, ${clock.kind}, ${clock.start}, ${clock.days}, ${clock.setAt}
        from request where id = ${request}`,
  )
}

export async function insertEvent(tx: Tx, request: RequestId, event: RequestEvent): Promise<void> {
  const { kind, when, text, account, notedAt } = event
  await tx.run(
    sql`insert into request_event (request, kind, at, zone, text, account, noted_at)
        select key, ${kind}, ${when.at}, ${when.zone}, ${text}, ${account}, ${notedAt}
        from request where id = ${request}`,
  )
}

export async function markClosed(tx: Tx, request: RequestId): Promise<void> {
  await tx.run(sql`update request set closed_at = ${tx.now} where id = ${request}`)
}
