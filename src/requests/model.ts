import type { Id } from "../kernel/ids.ts"
import { DAY, type Instant, plusMicroseconds } from "../kernel/time.ts"
import type { DataCategory, Measure } from "../law/index.ts"

export type RequestId = Id<"request">
export type ClockId = Id<"clock">

/** How a request went where no channel of the path finder is meant; a channel's own id stands in its place otherwise. */
export const plainChannels = ["post", "telephone", "e-mail", "in-person", "other"] as const
export type PlainChannel = (typeof plainChannels)[number]

/** An instant as a person told it: the zone is kept, since "ten o'clock" was said in one. */
export type ZonedInstant = { at: Instant; zone: string }

/** A request as it was sent, by whatever way. */
export type NotedRequest = {
  id: RequestId
  title: string
  measure: Measure
  category: DataCategory
  /** Code of a country or territory. */
  place: string
  authority: string
  /** A plain channel or an id of `facts/channels.csv`. */
  channel: string
  reference: string
  basis: string
  sent: ZonedInstant
  /** The form it was made with and the hash of what was printed; null if it was written elsewhere. */
  document: { form: string; hash: string } | null
  /** Commitment of who noted it; null for the command line. */
  account: string | null
  notedAt: Instant
  closedAt: Instant | null
}

export const eventKinds = [
  "acknowledged",
  "answered",
  "partly",
  "refused",
  "information-asked",
  "extended",
  "note",
] as const
export type EventKind = (typeof eventKinds)[number]

/** What came back, or what was done about it. */
export type RequestEvent = {
  kind: EventKind
  when: ZonedInstant
  text: string
  account: string | null
  notedAt: Instant
}

const clockKinds = ["preservation", "extension", "reminder", "deadline"] as const
export type ClockKind = (typeof clockKinds)[number]

/** `days` run from `start`; a reminder and a deadline are due at the instant that was named, and have none. */
export type RequestClock = {
  id: ClockId
  kind: ClockKind
  start: Instant
  days: number | null
  setAt: Instant
}

/** Budapest Convention, Article 29(7): at least sixty days, so that the other side can ask for the data. */
export const PRESERVATION_DAYS = 60
/** Regulation (EU) 2023/1543, Article 11(1): an EPOC-PR is extended by thirty days, once. */
export const EXTENSION_DAYS = 30
export const DAYS_MOST = 3650

const FIRST = Date.UTC(1970, 0, 1) * 1000
const END = Date.UTC(2200, 0, 1) * 1000

/** Whether somebody can have meant this time: `0026` for `2026` is a slip of the hand, as is a clock that nobody outlives. */
export function isMeant(instant: Instant): boolean {
  return instant >= FIRST && instant < END
}

export type ClockState = "running" | "warning" | "overdue" | "met"

/** One case as the pages show it. */
export type DiaryEntry = {
  request: NotedRequest
  clocks: readonly RequestClock[]
  events: readonly RequestEvent[]
}

export type Timed = { clock: RequestClock; due: Instant; state: ClockState }

export function dueOf({ start, days }: Pick<RequestClock, "start" | "days">): Instant {
  return plusMicroseconds(start, (days ?? 0) * DAY)
}

/** Half, three quarters and eleven twelfths of the time: days 30, 45 and 55 of sixty. */
export function warningDays(days: number): number[] {
  return [...new Set([1 / 2, 3 / 4, 11 / 12].map((share) => Math.floor(days * share)))].filter((day) => day > 0)
}

/** How long before its instant a clock without days begins to warn. */
const AHEAD: Readonly<Record<"reminder" | "deadline", number>> = { reminder: 0, deadline: 3 * DAY }

/** When a clock warns, in order; the last of it comes before it is due. */
export function warningsOf(clock: RequestClock): Instant[] {
  const { kind, days, start } = clock
  if (days !== null) return warningDays(days).map((day) => plusMicroseconds(start, day * DAY))
  const ahead = kind === "reminder" || kind === "deadline" ? AHEAD[kind] : 0
  return [plusMicroseconds(start, -ahead)]
}

const CAME_BACK: ReadonlySet<EventKind> = new Set([
  "acknowledged",
  "answered",
  "partly",
  "refused",
  "information-asked",
])
const CONCLUDES: ReadonlySet<EventKind> = new Set(["answered", "refused"])

/**
 * Met is what need not be watched any more: a counted clock ends with the next extension or the entry itself, since
 * data that were promised still run out after an answer; a deadline ends with an answer or refusal that was noted
 * after it was set, a reminder with anything that came back.
 */
function isMet(clock: RequestClock, { request, clocks, events }: DiaryEntry): boolean {
  if (request.closedAt !== null) return true
  if (clock.kind === "preservation" || clock.kind === "extension") return isExtended(clock, clocks)
  const ends = clock.kind === "reminder" ? CAME_BACK : CONCLUDES
  return events.some(({ kind, notedAt }) => ends.has(kind) && notedAt >= clock.setAt)
}

/** An extension that is due later takes the place of the clock before it. */
function isExtended(clock: RequestClock, clocks: readonly RequestClock[]): boolean {
  const due = dueOf(clock)
  return clocks.some((other) => other !== clock && other.kind === "extension" && dueOf(other) > due)
}

export function stateOf(clock: RequestClock, entry: DiaryEntry, now: Instant): ClockState {
  if (isMet(clock, entry)) return "met"
  if (now > dueOf(clock)) return "overdue"
  return warningsOf(clock).some((at) => now >= at) ? "warning" : "running"
}

/** Every clock of an entry, what is due first on top. */
export function timed(entry: DiaryEntry, now: Instant): Timed[] {
  return entry.clocks
    .map((clock) => ({ clock, due: dueOf(clock), state: stateOf(clock, entry, now) }))
    .toSorted((a, b) => a.due - b.due)
}

/** The clock that decides how an entry stands: of those that still run, the one that is due first. */
export function nextDue(entry: DiaryEntry, now: Instant): Timed | null {
  return timed(entry, now).find(({ state }) => state !== "met") ?? null
}

/** The number of the warning that has passed last: "day 45 of 60"; null before the first, and for clocks without days. */
export function warnedDay({ start, days }: RequestClock, now: Instant): number | null {
  if (days === null) return null
  return warningDays(days).findLast((day) => now >= plusMicroseconds(start, day * DAY)) ?? null
}

/** What an extension counts from if nobody says otherwise: the end of what runs out last. */
export function extensionStart({ request, clocks }: DiaryEntry): Instant {
  const counted = clocks.filter(({ days }) => days !== null).map(dueOf)
  return counted.length === 0 ? request.sent.at : (Math.max(...counted) as Instant)
}

export const diaryStates = ["open", "overdue", "closed", "all"] as const
export type DiaryState = (typeof diaryStates)[number]

export function isOverdue(entry: DiaryEntry, now: Instant): boolean {
  return nextDue(entry, now)?.state === "overdue"
}

export function fits(entry: DiaryEntry, state: DiaryState, now: Instant): boolean {
  if (state === "all") return true
  if (state === "overdue") return isOverdue(entry, now)
  return (entry.request.closedAt !== null) === (state === "closed")
}

/** Open before closed; of the open ones what is due first on top, without a clock last; closed ones by when. */
export function inOrder(entries: readonly DiaryEntry[], now: Instant): DiaryEntry[] {
  const rank = (entry: DiaryEntry): [number, number] => {
    if (entry.request.closedAt !== null) return [2, -entry.request.closedAt]
    const next = nextDue(entry, now)
    return next === null ? [1, -entry.request.sent.at] : [0, next.due]
  }
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .toSorted((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1])
    .map(({ entry }) => entry)
}
