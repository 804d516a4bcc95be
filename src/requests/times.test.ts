import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { formatInstant, type Instant, parseInstant } from "../kernel/time.ts"
import { isZone, readEnd, readTime } from "./times.ts"

const utc = (time: string, zone: string) => {
  const found = readTime(time, zone)
  return found === null ? null : formatInstant(found).slice(0, 19)
}

test("a time is read in the zone that is named with it", () => {
  const cases: readonly (readonly [time: string, zone: string, utc: string | null])[] = [
    ["2026-11-20 14:03:27", "+02:00", "2026-11-20T12:03:27"],
    ["2026-11-20T14:03", "-0330", "2026-11-20T17:33:00"],
    ["2026-11-20", "UTC", "2026-11-20T00:00:00"],
    ["2026-11-20 14:03", "UTC+8", "2026-11-20T06:03:00"],
    ["2026-07-01 12:00", "Europe/Berlin", "2026-07-01T10:00:00"],
    ["2026-01-01 12:00", "Europe/Berlin", "2026-01-01T11:00:00"],
    ["2026-01-01 12:00", "Asia/Taipei", "2026-01-01T04:00:00"],
    // The clocks jump from two to three; half past two there is none.
    ["2026-03-29 02:30", "Europe/Berlin", null],
    ["2026-03-29 01:59", "Europe/Berlin", "2026-03-29T00:59:00"],
    ["2026-03-29 03:00", "Europe/Berlin", "2026-03-29T01:00:00"],
    ["2026-11-20T14:03:27Z", "nowhere", "2026-11-20T14:03:27"],
    ["2026-11-20T14:03:27+05:30", "", "2026-11-20T08:33:27"],
    ["2026-02-30 10:00", "UTC", null],
    ["2026-11-20 24:00", "UTC", null],
    ["20.11.2026 14:03", "UTC", null],
    ["2026-11-20 14:03", "Mars/Olympus", null],
    ["2026-11-20 14:03", "", null],
    ["2026-11-20 14:03", "+25:00", null],
    ["", "UTC", null],
  ]
  for (const [time, zone, expected] of cases) assert.equal(utc(time, zone), expected, `${time} ${zone}`)
})

test("what a zone's own clock shows is read back as the same instant, but where the clocks were set back", () => {
  const zones = ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
  const range = { min: Date.UTC(1975, 0, 1) / 1000, max: Date.UTC(2037, 0, 1) / 1000 }
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer(range), (zone, seconds) => {
      const shown = (at: number) => new Date(at * 1000).toLocaleString("sv-SE", { timeZone: zone })
      const read = readTime(shown(seconds), zone)
      assert.notEqual(read, null)
      assert.equal(shown((read ?? 0) / 1_000_000), shown(seconds))
    }),
  )
})

test("a day that ends a period is meant to its last second", () => {
  assert.equal(readEnd("2026-11-20", "+02:00"), parseInstant("2026-11-20T23:59:59+02:00"))
  assert.equal(readEnd("2026-11-20 10:00", "+02:00"), parseInstant("2026-11-20T10:00:00+02:00"))
  assert.equal(readEnd("2026-02-30", "UTC"), null)
})

test("zones are offsets or names that exist", () => {
  for (const zone of ["UTC", "Z", "+05:45", "-3", "Asia/Kolkata", "Europe/Kyiv"]) assert.ok(isZone(zone), zone)
  for (const zone of ["", "local", "+15:00", "+02:75", "Europe/Atlantis", "../etc/passwd"])
    assert.ok(!isZone(zone), zone)
  assert.equal(readTime("2026-01-01", "UTC"), parseInstant("2026-01-01T00:00:00Z") as Instant)
})
