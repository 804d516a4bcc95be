import { type Instant, parseInstant } from "../kernel/time.ts"

const LOCAL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d))?)?$/
const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i

/**
 * An instant from what a person types: a day and a time as on a clock (`2026-11-20 14:03:27`), and the zone of that
 * clock, as an offset (`+02:00`) or by name (`Europe/Kyiv`). A time that carries its own zone (RFC 3339) needs none.
 * Null if there is no such time there, or no such zone.
 */
export function readTime(time: string, zone: string): Instant | null {
  const text = time.trim()
  if (/[Zz]$|[+-]\d\d:\d\d$/.test(text) && text.includes(":")) return parseInstant(text.replace(" ", "T"))
  const match = LOCAL.exec(text)
  if (match === null || !isZone(zone)) return null
  const [, day = "", minutes = "00:00", seconds = "00"] = match
  const asUtc = parseInstant(`${day}T${minutes}:${seconds}Z`)
  return asUtc === null ? null : inZone(asUtc, zone.trim())
}

/** The end of a period: a day without a time of day is meant to its last second. */
export function readEnd(time: string, zone: string): Instant | null {
  const text = time.trim()
  return readTime(isDay(text) ? `${text} 23:59:59` : text, zone)
}

/** True for an offset, `UTC`, or a name that this machine's zone table knows. */
export function isZone(zone: string): boolean {
  const name = zone.trim()
  return offsetMinutes(name) !== null || zoneFormat(name) !== null
}

/** A calendar day that exists, as `2026-11-22`. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && parseInstant(`${text}T00:00:00Z`) !== null
}

/** With a time of day; without one a day is a whole day, which identifies nobody behind an address. */
export function hasTimeOfDay(text: string): boolean {
  return /\d\d:\d\d/.test(text)
}

function inZone(asUtc: Instant, zone: string): Instant | null {
  const fixed = offsetMinutes(zone)
  if (fixed !== null) return (asUtc - fixed * 60_000_000) as Instant
  const format = zoneFormat(zone)
  if (format === null) return null
  // The offset at the guess may be that of the other side of a change of the clocks: the second look is at the hour itself.
  const first = asUtc - offsetAt(format, asUtc)
  const second = asUtc - offsetAt(format, first)
  const shown = second + offsetAt(format, second)
  return shown === asUtc ? (second as Instant) : null // a time that the clocks jumped over
}

function offsetMinutes(zone: string): number | null {
  if (/^(UTC|GMT|Z)$/i.test(zone)) return 0
  const match = OFFSET.exec(zone)
  if (match === null) return null
  const [, sign, hours = "", minutes = "0"] = match
  const size = Number(hours) * 60 + Number(minutes)
  if (Number(hours) > 14 || Number(minutes) > 59) return null
  return sign === "-" ? -size : size
}

const formats = new Map<string, Intl.DateTimeFormat | null>()
const KEPT_MOST = 200

function zoneFormat(zone: string): Intl.DateTimeFormat | null {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,63}$/.test(zone)) return null
  let format = formats.get(zone)
  if (format === undefined) {
    format = makeFormat(zone)
    if (formats.size >= KEPT_MOST) formats.clear()
    formats.set(zone, format)
  }
  return format
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | null {
  const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric" } as const
  try {
    return new Intl.DateTimeFormat("en-u-ca-iso8601", {
      ...fields,
      minute: "numeric",
      second: "numeric",
      hourCycle: "h23",
      timeZone,
    })
  } catch {
    return null
  }
}

/** In microseconds. */
function offsetAt(format: Intl.DateTimeFormat, at: number): number {
  const whole = Math.floor(at / 1_000_000) * 1000
  const parts = Object.fromEntries(format.formatToParts(whole).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return (Date.UTC(year, month - 1, day, hour, minute, second) - whole) * 1000
}
