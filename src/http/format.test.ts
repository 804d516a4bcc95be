import assert from "node:assert/strict"
import { test } from "node:test"
import { type Instant, parseInstant } from "../kernel/time.ts"
import { formatOf } from "./index.ts"

const at = parseInstant("2026-11-23T23:30:00Z") as Instant

test("a time is the reader's, with its zone; UTC to the microsecond stands in the title", () => {
  const shown = String(formatOf("en", "Asia/Tokyo").time(at))
  assert.match(shown, /datetime="2026-11-23T23:30:00\.000000Z" title="2026-11-23T23:30:00\.000000Z"/)
  assert.match(shown, />2026-11-24 08:30 (GMT\+9|JST)</)
  assert.match(formatOf("zh-Hant", "Asia/Taipei").timeText(at), /^2026\/11\/24 07:30 GMT\+8$/)
})

test("a zone that does not exist, or is none, is UTC", () => {
  for (const zone of ["", "Mars/Olympus", "../../etc", "<b>", "UTC\n", "x".repeat(500)]) {
    assert.match(formatOf("en", zone).timeText(at), /2026-11-23 23:30 UTC/, zone)
  }
})

test("numbers, sizes, places and lists follow the language", () => {
  const en = formatOf("en", "UTC")
  const hant = formatOf("zh-Hant", "UTC")
  assert.equal(en.number(1_234_567), "1,234,567")
  assert.equal(en.bytes(1_500_000), "1.5 MB")
  assert.equal(en.bytes(0), "0 bytes")
  assert.equal(en.place("JP"), "Japan")
  assert.equal(hant.place("JP"), "日本")
  assert.equal(en.place("not a code"), "not a code")
  assert.equal(en.list(["a", "b", "c"]), "a, b, and c")
  assert.equal(hant.list(["甲", "乙"]), "甲和乙")
})

test("how long ago is told in the largest whole unit", () => {
  const { ago } = formatOf("en", "UTC")
  const before = (seconds: number) => ago((at - seconds * 1_000_000) as Instant, at)
  assert.deepEqual([30, 100, 7200, 86_400, 40 * 86_400].map(before), [
    "30 seconds ago",
    "2 minutes ago",
    "2 hours ago",
    "yesterday",
    "last month",
  ])
})

test("how long something took is told in the unit that suits it", () => {
  const { duration } = formatOf("en", "UTC")
  const told = [0, 59, 60, 90, 3600, 5400, 172_799, 172_800, 1_000_000].map((seconds) => duration(seconds * 1_000_000))
  const first = ["0 seconds", "59 seconds", "1 minute", "1.5 minutes", "1 hour", "1.5 hours"]
  assert.deepEqual(told, [...first, "48 hours", "2 days", "11.6 days"])
  assert.equal(formatOf("zh-Hant", "UTC").duration(5_400_000_000), "1.5 小時")
})
