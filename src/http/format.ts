import { formatInstant, type Instant } from "../kernel/time.ts"
import { type Html, html } from "./html.ts"
import type { Language } from "./locale.ts"

/** Numbers, times and names of places in the reader's language and zone. */
export type Format = {
  language: Language
  number(value: number): string
  bytes(value: number): string
  percent(share: number): string
  /** Microseconds in the unit that suits them: "40 minutes", "3.5 hours", "12 days". */
  duration(microseconds: number): string
  /** A `time` element: the reader's zone beside it, UTC in the title. */
  time(instant: Instant): Html
  date(instant: Instant): Html
  /** As text, for titles and cells. */
  timeText(instant: Instant): string
  dateText(instant: Instant): string
  /** "3 hours ago"; only ever beside the time itself. */
  ago(instant: Instant, now: Instant): string
  /** Name of a country or territory (ISO 3166-1 alpha-2) or of the EU; the code itself if nobody knows it. */
  place(code: string): string
  /** Name of a region or subregion by its code of M49; the code itself if nobody knows it. */
  region(code: string): string
  /** Name of a language in the reader's. */
  languageName(code: string): string
  list(parts: readonly string[]): string
  compare(a: string, b: string): number
}

const UNITS: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
]

const made = new Map<string, Format>()
const KEPT_MOST = 200

/** `zone` is an IANA name from the reader's browser; one that does not exist becomes UTC. */
export function formatOf(language: Language, zone: string): Format {
  const name = isTimeZone(zone) ? zone : "UTC"
  const key = `${language} ${name}`
  let format = made.get(key)
  if (format === undefined) {
    if (made.size >= KEPT_MOST) made.clear()
    format = makeFormat(language, name)
    made.set(key, format)
  }
  return format
}

/** A name of the time zone database, as `Intl` knows it. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z0-9_+\-/]{1,64}$/.test(zone)) return false
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function makeFormat(language: Language, timeZone: string): Format {
  const number = new Intl.NumberFormat(language)
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 })
  const { date, timeText } = timeFormats(language, timeZone)
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" })
  const places = new Intl.DisplayNames(language, { type: "region", fallback: "code" })
  const languageNames = new Intl.DisplayNames(language, { type: "language", fallback: "code" })
  const list = new Intl.ListFormat(language)
  const collator = new Intl.Collator(language, { numeric: true })
  return {
    language,
    number: (value) => number.format(value),
    bytes: (value) => bytesText(language, value),
    percent: (share) => percent.format(share),
    duration: (microseconds) => durationText(language, microseconds / 1_000_000),
    time: (instant) => timeElement(instant, timeText(instant)),
    date: (instant) => timeElement(instant, date.format(instant / 1000)),
    timeText,
    dateText: (instant) => date.format(instant / 1000),
    ago: (instant, now) => agoText(relative, (instant - now) / 1_000_000),
    place: (code) => (/^[A-Z]{2}$/.test(code) ? (places.of(code) ?? code) : code),
    // CLDR has no name for the region that is Antarctica alone.
    region: (code) => (/^\d{3}$/.test(code) ? (places.of(code === "010" ? "AQ" : code) ?? code) : code),
    languageName: (code) => languageNames.of(code) ?? code,
    list: (parts) => list.format(parts),
    compare: (a, b) => collator.compare(a, b),
  }
}

/** Year first, as in the log; the zone behind the time in every language, where CLDR puts it in brackets or between. */
function timeFormats(language: Language, timeZone: string) {
  const tag = language === "en" ? "en-CA" : language
  const date = new Intl.DateTimeFormat(tag, { year: "numeric", month: "2-digit", day: "2-digit", timeZone })
  const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone })
  const zone = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "short" })
  const zoneName = (at: number) => zone.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? timeZone
  const timeText = (instant: Instant) => {
    const at = instant / 1000
    return `${date.format(at)} ${clock.format(at)} ${zoneName(at)}`
  }
  return { date, timeText }
}

function timeElement(instant: Instant, text: string): Html {
  const utc = formatInstant(instant)
  return html`<time datetime="${utc}" title="${utc}">${text}</time>`
}

function agoText(relative: Intl.RelativeTimeFormat, seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? (["second", 1] as const)
  return relative.format(Math.round(seconds / size), unit)
}

const DURATIONS = [
  ["day", 86_400, 2 * 86_400],
  ["hour", 3600, 3600],
  ["minute", 60, 60],
] as const

/** Days from two on. */
function durationText(language: Language, seconds: number): string {
  const [unit, size] = DURATIONS.find(([, , least]) => seconds >= least) ?? (["second", 1] as const)
  const options = {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: unit === "second" ? 0 : 1,
  } as const
  return new Intl.NumberFormat(language, options).format(seconds / size)
}

function bytesText(language: Language, bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)))
  const options = {
    style: "unit",
    unit: units[step],
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: 1,
  } as const
  return new Intl.NumberFormat(language, options as Intl.NumberFormatOptions).format(bytes / 1000 ** step)
}
