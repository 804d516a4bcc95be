import { ComityError } from "../kernel/errors.ts"
import { newId } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import {
  closedEntries,
  findEntry,
  insertClock,
  insertEvent,
  insertRequest,
  markClosed,
  openEntries,
} from "./diary-queries.ts"
import {
  type ClockKind,
  type DiaryEntry,
  type DiaryState,
  dueOf,
  extensionStart,
  fits,
  inOrder,
  isMeant,
  isOverdue,
  type NotedRequest,
  nextDue,
  type RequestEvent,
  type RequestId,
  type ZonedInstant,
} from "./model.ts"

/** A clock that is set: counted from an instant, or due at one. */
export type NewClock = { kind: ClockKind; start: Instant; days: number | null }

export type NewRequest = Omit<NotedRequest, "id" | "account" | "notedAt" | "closedAt"> & {
  clocks: readonly NewClock[]
}

export type NewEvent = Pick<RequestEvent, "kind" | "when" | "text">

export type Extension = { days: number; start: ZonedInstant | null; text: string }

/**
 * Notes a request that was sent, by whatever way. The ledger gets its id and the code of its measure, and nothing of
 * the case: those who read the ledger need not be those who read the diary. Throws `invalid request.not-sent-yet`,
 * `invalid request.year`.
 */
export async function noteRequest(
  store: Store,
  { clocks, ...request }: NewRequest,
  by: string | null,
): Promise<RequestId> {
  refuseUnmeant(request.sent.at, ...clocks.flatMap((clock) => [clock.start, dueOf(clock)]))
  const id = newId("request")
  await store.write(async (tx) => {
    if (request.sent.at > tx.now) throw new ComityError("invalid", "request.not-sent-yet")
    await insertRequest(tx, { ...request, id, account: by, notedAt: tx.now, closedAt: null })
    for (const clock of clocks) await insertClock(tx, id, { ...clock, id: newId("clock"), setAt: tx.now })
    await record(tx, { what: "request.noted", by, facts: { request: id, measure: request.measure } })
  })
  return id
}

/** Throws `not-found request.unknown`, `conflict request.closed`, `invalid request.not-yet`, `invalid request.year`. */
export async function addEvent(store: Store, id: string, event: NewEvent, by: string | null): Promise<void> {
  refuseUnmeant(event.when.at)
  await store.write(async (tx) => {
    const { request } = await openEntry(tx, id)
    if (event.when.at > tx.now) throw new ComityError("invalid", "request.not-yet")
    await insertEvent(tx, request.id, { ...event, account: by, notedAt: tx.now })
    await record(tx, { what: "request.event", by, facts: { request: request.id, event: event.kind } })
  })
}

/**
 * The other side keeps the data for longer: a clock of its own, from the end of the one before unless another start is
 * named. Throws `not-found request.unknown`, `conflict request.closed`, `invalid request.year`.
 */
export async function extendClock(
  store: Store,
  id: string,
  { days, start, text }: Extension,
  by: string | null,
): Promise<void> {
  await store.write(async (tx) => {
    const entry = await openEntry(tx, id)
    const request = entry.request.id
    const from = start?.at ?? extensionStart(entry)
    refuseUnmeant(from, dueOf({ start: from, days }))
    const when = { at: tx.now, zone: start?.zone ?? entry.request.sent.zone }
    await insertClock(tx, request, { id: newId("clock"), kind: "extension", start: from, days, setAt: tx.now })
    await insertEvent(tx, request, { kind: "extended", when, text, account: by, notedAt: tx.now })
    await record(tx, { what: "request.clock-extended", by, facts: { request, days } })
  })
}

/**
 * A reminder or a deadline of our own. Throws `not-found request.unknown`, `conflict request.closed`,
 * `invalid request.year`.
 */
export async function setClock(store: Store, id: string, clock: NewClock, by: string | null): Promise<void> {
  refuseUnmeant(clock.start, dueOf(clock))
  await store.write(async (tx) => {
    const { request } = await openEntry(tx, id)
    await insertClock(tx, request.id, { ...clock, id: newId("clock"), setAt: tx.now })
    await record(tx, { what: "request.clock-set", by, facts: { request: request.id, clock: clock.kind } })
  })
}

/** Ends every clock of it. Throws `not-found request.unknown`, `conflict request.closed`. */
export async function closeRequest(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const { request } = await openEntry(tx, id)
    await markClosed(tx, request.id)
    await record(tx, { what: "request.closed", by, facts: { request: request.id } })
  })
}

/** Throws `not-found request.unknown`. */
export async function loadEntry(reader: Reader, id: string): Promise<DiaryEntry> {
  const entry = await findEntry(reader, id)
  if (entry === undefined) throw new ComityError("not-found", "request.unknown")
  return entry
}

/** Open first, what is due first on top. */
export async function diary(reader: Reader, state: DiaryState, now: Instant): Promise<DiaryEntry[]> {
  const open = state === "closed" ? [] : await openEntries(reader)
  const closed = state === "closed" || state === "all" ? await closedEntries(reader) : []
  const found = [...open, ...closed]
  return inOrder(
    found.filter((entry) => fits(entry, state, now)),
    now,
  )
}

export type Overdue = { count: number; nearest: { id: RequestId; due: Instant } | null }

/** How many open requests have a clock that ran out, and the request whose clock is due first of all. */
export async function overdueRequests(reader: Reader, now: Instant): Promise<Overdue> {
  const open = inOrder(await openEntries(reader), now)
  const first = open[0]
  const next = first === undefined ? null : nextDue(first, now)
  return {
    count: open.filter((entry) => isOverdue(entry, now)).length,
    nearest: first === undefined || next === null ? null : { id: first.request.id, due: next.due },
  }
}

async function openEntry(tx: Tx, id: string): Promise<DiaryEntry> {
  const entry = await loadEntry(tx, id)
  if (entry.request.closedAt !== null) throw new ComityError("conflict", "request.closed")
  return entry
}

function refuseUnmeant(...instants: readonly Instant[]): void {
  if (!instants.every(isMeant)) throw new ComityError("invalid", "request.year")
}
