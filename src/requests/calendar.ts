import ical, {
  ICalAlarmType,
  ICalEventClass,
  type ICalEventData,
  ICalEventStatus,
  ICalEventTransparency,
} from "ical-generator"
import type { Language, Translate } from "../http/index.ts"
import type { Instant } from "../kernel/time.ts"
import { type ClockKind, type DiaryEntry, type RequestClock, type Timed, timed, warningsOf } from "./model.ts"

/** Longer says nothing more in a calendar, and some programs cut it in the middle of an escape. */
const TEXT_MOST = 500

/** How a calendar is written: whose words, from when, and where an entry is found. */
export type CalendarParts = { t: Translate; language: Language; now: Instant; origin: string }

/**
 * The clocks of entries as a calendar (RFC 5545): times in UTC, an id that stays for each clock, so that a second import
 * changes what the first one brought, and takes a clock back that is met. Of the case it says title, reference and who
 * was asked.
 */
export function calendarOf(entries: readonly DiaryEntry[], parts: CalendarParts): string {
  const { t, language, now } = parts
  const calendar = ical({
    name: t("diary.calendar"),
    prodId: { company: "Comity", product: "diary", language: language.toUpperCase() },
  })
  for (const entry of entries) for (const one of timed(entry, now)) calendar.createEvent(eventOf(entry, one, parts))
  return `${calendar.toString()}\r\n`
}

function eventOf(
  { request }: DiaryEntry,
  { clock, due, state }: Timed,
  { t, now, origin }: CalendarParts,
): ICalEventData {
  const summary = t(summaryKey(clock.kind), { title: plain(request.title) })
  const about = [request.reference, request.authority].map(plain).filter((text) => text !== "")
  const met = state === "met"
  return {
    ...{ id: `${clock.id}@comity`, stamp: dateOf(now), start: dateOf(due), summary, sequence: met ? 1 : 0 },
    ...{ description: about.join("\n"), url: `${origin}/respond/diary/${request.id}` },
    ...{ class: ICalEventClass.CONFIDENTIAL, transparency: ICalEventTransparency.TRANSPARENT },
    status: met ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    alarms: met ? [] : alarms(clock, summary),
  }
}

function summaryKey(kind: ClockKind): string {
  const keys: Readonly<Record<ClockKind, string>> = {
    preservation: "diary.calendar-preservation",
    extension: "diary.calendar-extension",
    reminder: "diary.calendar-reminder",
    deadline: "diary.calendar-deadline",
  }
  return keys[kind]
}

function alarms(clock: RequestClock, description: string) {
  return warningsOf(clock).map((at) => ({ type: ICalAlarmType.display, trigger: dateOf(at), description }))
}

function dateOf(instant: Instant): Date {
  return new Date(Math.floor(instant / 1000))
}

/** RFC 5545 section 3.1: no control characters; a line break would begin a property of its own in careless programs. */
function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, TEXT_MOST)
    .toWellFormed() // a cut may go through a sign
}
