import ical, { ICalAlarmType, ICalEventClass } from "ical-generator"
import type { Language, Translate } from "../http/index.ts"
import type { Instant } from "../kernel/time.ts"
import { type ClockKind, type DiaryEntry, type RequestClock, timed, warningsOf } from "./model.ts"

/** Longer says nothing more in a calendar, and some programs cut it in the middle of an escape. */
const TEXT_MOST = 500

/** How a calendar is written: whose words, from when, and where an entry is found. */
export type CalendarParts = { t: Translate; language: Language; now: Instant; origin: string }

/**
 * The clocks that still run, as a calendar (RFC 5545): times in UTC, an id that stays for each clock, so that a second
 * import changes what the first one brought. Of the case it says title, reference and who was asked.
 */
export function calendarOf(entries: readonly DiaryEntry[], { t, language, now, origin }: CalendarParts): string {
  const calendar = ical({
    name: t("diary.calendar"),
    prodId: { company: "Comity", product: "diary", language: language.toUpperCase() },
  })
  for (const entry of entries) {
    for (const { clock, due, state } of timed(entry, now)) {
      if (state === "met") continue
      const { id, title, reference, authority } = entry.request
      calendar.createEvent({
        ...{ id: `${clock.id}@comity`, stamp: dateOf(clock.setAt), start: dateOf(due), end: dateOf(due) },
        summary: t(summaryKey(clock.kind), { title: plain(title) }),
        description: [reference, authority]
          .map(plain)
          .filter((text) => text !== "")
          .join("\n"),
        ...{ url: `${origin}/respond/diary/${id}`, class: ICalEventClass.CONFIDENTIAL },
        alarms: alarms(clock, t, plain(title)),
      })
    }
  }
  return calendar.toString()
}

export function summaryKey(kind: ClockKind): string {
  const keys: Readonly<Record<ClockKind, string>> = {
    preservation: "diary.calendar-preservation",
    extension: "diary.calendar-extension",
    reminder: "diary.calendar-reminder",
    deadline: "diary.calendar-deadline",
  }
  return keys[kind]
}

function alarms(clock: RequestClock, t: Translate, title: string) {
  const description = t(summaryKey(clock.kind), { title })
  return warningsOf(clock).map((at) => ({ type: ICalAlarmType.display, trigger: dateOf(at), description }))
}

function dateOf(instant: Instant): Date {
  return new Date(Math.floor(instant / 1000))
}

/** RFC 5545 section 3.1: no control characters; a line break would begin a property of its own in careless programs. */
function plain(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, TEXT_MOST)
}
