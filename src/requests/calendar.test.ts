import assert from "node:assert/strict"
import { test } from "node:test"
import { preservation } from "../../test/support/requests.ts"
import { translator } from "../http/index.ts"
import { DAY, type Instant, parseInstant, plusMicroseconds } from "../kernel/time.ts"
import { calendarOf } from "./calendar.ts"
import type { ClockId, DiaryEntry, RequestClock, RequestId } from "./model.ts"

const SENT = parseInstant("2026-01-01T12:00:00Z") as Instant
const parts = { t: translator("en"), language: "en", now: SENT, origin: "https://node.example" } as const

function entry(title: string, changes: Partial<DiaryEntry["request"]> = {}, clocks?: RequestClock[]): DiaryEntry {
  const { clocks: _, ...noted } = preservation(SENT)
  const one: RequestClock = { id: "clock--1" as ClockId, kind: "preservation", start: SENT, days: 60, setAt: SENT }
  const request = {
    ...noted,
    title,
    id: "request--1" as RequestId,
    account: "c",
    notedAt: SENT,
    closedAt: null,
    ...changes,
  }
  return { request, clocks: clocks ?? [one], events: [] }
}

type Property = { name: string; parameters: string; value: string }

/** A reader of its own, after RFC 5545: lines end in CRLF and have 75 octets at most; a fold is taken out, then escapes. */
function read(text: string): Property[] {
  assert.ok(text.endsWith("END:VCALENDAR\r\n"), "the last line is ended as every line")
  const lines = text.slice(0, -2).split("\r\n")
  for (const line of lines) {
    assert.ok(Buffer.byteLength(line) <= 75, `${Buffer.byteLength(line)} octets: ${line}`)
    assert.doesNotMatch(line, /[\r\n\p{Cc}]/u)
    assert.ok(line.isWellFormed())
  }
  return lines
    .join("\r\n")
    .replaceAll("\r\n ", "")
    .split("\r\n")
    .map((line) => {
      const [, name = "", parameters = "", value = ""] = /^([A-Z-]+)((?:;[^:]*)?):(.*)$/.exec(line) ?? []
      assert.notEqual(name, "", `no property: ${line}`)
      return { name, parameters, value: unescaped(value) }
    })
}

function unescaped(value: string): string {
  return value.replaceAll(/\\([\\;,nN])/g, (_, sign: string) => (sign.toLowerCase() === "n" ? "\n" : sign))
}

const all = (found: readonly Property[], name: string) =>
  found.filter((one) => one.name === name).map(({ value }) => value)

test("a clock is an event in UTC with an id that stays, and an alarm for each warning", () => {
  const text = calendarOf([entry("Relay")], parts)
  assert.equal(text, calendarOf([entry("Relay")], parts))
  const found = read(text)
  assert.deepEqual(all(found, "UID"), ["clock--1@comity"])
  assert.deepEqual(all(found, "DTSTART"), ["20260302T120000Z"])
  assert.deepEqual(all(found, "DTEND"), [], "an end at the start is none (RFC 5545 section 3.6.1)")
  assert.deepEqual(all(found, "TRIGGER"), ["20260131T120000Z", "20260215T120000Z", "20260225T120000Z"])
  assert.deepEqual(all(found, "STATUS"), ["CONFIRMED"])
  assert.deepEqual(all(found, "CLASS"), ["CONFIDENTIAL"])
  assert.deepEqual(all(found, "SUMMARY"), ["Preservation ends: Relay"])
  assert.deepEqual(all(found, "URL"), ["https://node.example/respond/diary/request--1"])
  assert.deepEqual(all(found, "PRODID"), ["-//Comity//diary//EN"])
  assert.deepEqual(all(found, "ATTENDEE").concat(all(found, "ORGANIZER")), [])
})

test("a title from outside stays a title, whatever is in it", () => {
  const hostile = [
    "a;b,c\\d",
    "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:injected",
    "\\n\\, \\\\;",
    `"quoted": ^n 'x'`,
    "釣魚網站".repeat(40),
    "🚢".repeat(60),
    "\u0000\u0007bell\u2028line\u2029end\u0085",
    "\ud800lone",
    "END:VCALENDAR",
    `x${"🚢".repeat(300)}`,
    "x".repeat(10_000),
  ]
  for (const title of hostile) {
    const found = read(calendarOf([entry(title, { reference: title, authority: title })], parts))
    assert.deepEqual(all(found, "BEGIN"), ["VCALENDAR", "VEVENT", "VALARM", "VALARM", "VALARM"], title)
    const [summary = ""] = all(found, "SUMMARY")
    const kept = title.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim()
    assert.equal(summary, `Preservation ends: ${kept.slice(0, 500).toWellFormed()}`)
  }
})

test("a clock that is met is taken back from the calendar that has it", () => {
  const first: RequestClock = { id: "clock--1" as ClockId, kind: "preservation", start: SENT, days: 60, setAt: SENT }
  const second: RequestClock = {
    ...first,
    id: "clock--2" as ClockId,
    kind: "extension",
    start: plusMicroseconds(SENT, 60 * DAY),
    days: 30,
  }
  const found = read(calendarOf([entry("Relay", {}, [first, second])], parts))
  assert.deepEqual(all(found, "STATUS"), ["CANCELLED", "CONFIRMED"])
  assert.deepEqual(all(found, "SEQUENCE"), ["1", "0"])
  assert.deepEqual(all(found, "DTSTART"), ["20260302T120000Z", "20260401T120000Z"])
  assert.equal(all(found, "TRIGGER").length, 3, "no alarm for what is met")
})

test("each language has its words, and no clocks make an empty calendar", () => {
  for (const language of ["en", "zh-Hant", "zh-Hans"] as const) {
    const t = translator(language)
    const kinds = ["preservation", "extension", "reminder", "deadline"] as const
    const clocks = kinds.map((kind, i) => ({
      ...{ id: `clock--${i}` as ClockId, kind, start: SENT, setAt: SENT },
      days: i < 2 ? 60 - i : null,
    }))
    const found = read(calendarOf([entry("T", {}, clocks)], { ...parts, t, language }))
    assert.equal(new Set(all(found, "SUMMARY")).size, 4)
    assert.deepEqual(all(read(calendarOf([], { ...parts, t, language })), "BEGIN"), ["VCALENDAR"])
  }
})
