import { knownChance } from "./chance.ts"

/** Microseconds since 1970-01-01T00:00:00Z, UTC; a safe integer until the year 2255. */
export type Instant = number & { readonly __instant: true }

/** The only way to know the time: handed in, so that tests can hold it still. */
export type Clock = { now(): Instant }

let anchor = Date.now() * 1000 - performance.now() * 1000

/**
 * The machine's clock in microseconds: the wall clock for the date, the monotonic clock for the digits below a
 * millisecond. Follows the wall clock whenever the two part by more than 2 ms.
 */
export const systemClock: Clock = {
  now() {
    const wall = Date.now() * 1000
    const fine = Math.floor(anchor + performance.now() * 1000)
    if (Math.abs(fine - wall) <= 2000) return fine as Instant
    anchor = wall - performance.now() * 1000
    return wall as Instant
  },
}

/** Milliseconds on a clock that never jumps; for measuring how long something took, never for dates. */
export function monotonic(): number {
  return knownChance()?.stopwatch() ?? performance.now()
}

export function plusMicroseconds(instant: Instant, microseconds: number): Instant {
  return (instant + microseconds) as Instant
}

/** In the years 2255 and 1684. */
const LATEST = Number.MAX_SAFE_INTEGER
const EARLIEST = Number.MIN_SAFE_INTEGER

/** In microseconds. */
export const DAY = 86_400_000_000

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/

/** RFC 3339 with `Z` and exactly six digits: the TAXII `timestamp` (TAXII 2.1 section 2). */
export function formatInstant(instant: Instant): string {
  const milliseconds = Math.floor(instant / 1000)
  const rest = instant - milliseconds * 1000
  const text = new Date(milliseconds).toISOString()
  return `${text.slice(0, -1)}${String(rest).padStart(3, "0")}Z`
}

type Parts = { year: number; month: number; day: number; seconds: number; fraction: string; offset: number }

function parts(text: string): Parts | null {
  const match = RFC3339.exec(text)
  if (!match) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null
  if (hour > 23 || minute > 59 || second > 60 || (second === 60 && minute !== 59)) return null
  const zone = match[8] as string
  const offset = zone.length === 1 ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))
  if (offset > 24 * 60) return null
  return {
    year,
    month,
    day,
    seconds: hour * 3600 + minute * 60 + second,
    fraction: match[7] ?? "",
    offset: zone.startsWith("-") ? -offset : offset,
  }
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * Reads a time as clients write it: any RFC 3339 offset, any number of digits (those beyond microseconds are cut
 * off), and a blank where a URL turned the plus sign of an offset into one; the far future (`9999-12-31`) is the
 * latest instant that can be told, the far past the earliest. Null if there is no such time.
 */
export function parseInstant(text: string): Instant | null {
  const found = parts(text.trim().replace(/ (\d\d:\d\d)$/, "+$1"))
  if (!found) return null
  const midnight = Date.UTC(2000, found.month - 1, found.day)
  const day = new Date(midnight).setUTCFullYear(found.year, found.month - 1, found.day)
  const micro = Number(found.fraction.slice(0, 6).padEnd(6, "0"))
  const instant = day * 1000 + (found.seconds - found.offset * 60) * 1_000_000 + micro
  return Math.max(EARLIEST, Math.min(instant, LATEST)) as Instant
}

/** Keys go into indexes, so a hostile fraction of a million digits is no time; forty digits are. */
const LONGEST_TIMESTAMP = 61

/**
 * The instant of a STIX `timestamp` (STIX 2.1 section 2.16: RFC 3339, `Z`) as text that sorts like time at any
 * precision: no `Z`, no trailing zeros. `.123Z` and `.123000Z` give the same key. Null if there is no such time.
 */
export function timestampKey(text: string): string | null {
  if (text.length > LONGEST_TIMESTAMP || !text.endsWith("Z") || text[10] !== "T") return null
  const found = parts(text)
  if (!found) return null
  const fraction = found.fraction.replace(/0+$/, "")
  return fraction === "" ? text.slice(0, 19) : `${text.slice(0, 19)}.${fraction}`
}
