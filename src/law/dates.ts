import { ComityError } from "../kernel/errors.ts"
import { formatInstant, type Instant } from "../kernel/time.ts"

/** A day of the calendar, `2026-11-22`; sorts and compares like time. */
export type Day = string & { readonly __day: true }

/** What a source says of its own age: a day, a month, a year, or nothing. */
export type AsOf = string & { readonly __asOf: true }

const LAST = "9999-12-31" as Day
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/
const AS_OF = /^(?:\d{4}(?:-\d\d(?:-\d\d)?)?)?$/

/** Null for anything that is no day of the calendar. */
export function readDay(text: string): Day | null {
  const match = DAY.exec(text)
  if (match === null) return null
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const made = new Date(Date.UTC(year, month - 1, day))
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? (text as Day) : null
}

/** Throws `invalid path.date`. */
export function parseDay(text: string): Day {
  const day = readDay(text)
  if (day === null) throw new ComityError("invalid", "path.date", { text })
  return day
}

export function readAsOf(text: string): AsOf | null {
  if (!AS_OF.test(text)) return null
  const padded = `${text}-01-01`.slice(0, 10)
  return text === "" || readDay(padded) !== null ? (text as AsOf) : null
}

/** The last day of which a source of that age speaks: of `2026-02` it is the 28th. Null where it names no age. */
export function lastDayOf(asOf: AsOf): Day | null {
  if (asOf === "") return null
  if (asOf.length === 4) return `${asOf}-12-31` as Day
  if (asOf.length === 10) return asOf as string as Day
  const [year, month] = asOf.split("-").map(Number) as [number, number]
  return dayOf(new Date(Date.UTC(year, month, 0)))
}

/** The last day of which a row can speak: its source's age, but never a day after it was read. */
export function ageOf({ asOf, readOn }: { asOf: AsOf; readOn: Day }): Day {
  const last = lastDayOf(asOf)
  return last === null || last > readOn ? readOn : last
}

/** The UTC day of an instant. */
export function dayAt(instant: Instant): Day {
  return formatInstant(instant).slice(0, 10) as Day
}

/** Whole days from one day to a later one; negative if it is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
}

/**
 * How long after a deposit an instrument binds whom deposited: `P30D` by days, `P3M` by months, `P3M/month` on the
 * first day of the month that follows them, as treaties of the Council of Europe have it.
 */
export type Delay = { days: number; months: number; firstOfMonth: boolean }

export function readDelay(text: string): Delay | null {
  const match = /^P(?:(\d{1,3})M)?(?:(\d{1,4})D)?(\/month)?$/.exec(text)
  if (match === null || (match[1] === undefined && match[2] === undefined)) return null
  return { months: Number(match[1] ?? 0), days: Number(match[2] ?? 0), firstOfMonth: match[3] !== undefined }
}

export function afterDelay(day: Day, { days, months, firstOfMonth }: Delay): Day {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number]
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  const then = new Date(Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth) + days))
  if (!firstOfMonth) return dayOf(then)
  return dayOf(new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 1)))
}

/** Days behind the last that can be written are the last: `+010000-01-01` would sort before all others. */
function dayOf(date: Date): Day {
  return date.getUTCFullYear() > 9999 ? LAST : (date.toISOString().slice(0, 10) as Day)
}

const DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/

/** Hours of an ISO 8601 duration, a month taken as 30 days and a year as 365; null for anything else. */
export function hoursOf(duration: string): number | null {
  const match = DURATION.exec(duration)
  if (match === null || duration.length < 3 || duration.endsWith("T")) return null
  const [years, months, weeks, days, hours, minutes] = match.slice(1).map((part) => Number(part ?? 0)) as number[]
  const inDays = (years ?? 0) * 365 + (months ?? 0) * 30 + (weeks ?? 0) * 7 + (days ?? 0)
  return inDays * 24 + (hours ?? 0) + (minutes ?? 0) / 60
}
