import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type AsOf, afterDelay, type Day, hoursOf, lastDayOf, readAsOf, readDay, readDelay } from "./dates.ts"

const day = (text: string) => readDay(text) as Day

describe("a day is a day of the calendar", () => {
  for (const [text, good] of [
    ["2026-11-22", true],
    ["2024-02-29", true],
    ["2026-02-29", false],
    ["2026-13-01", false],
    ["2026-11-22T00:00:00Z", false],
    ["22.11.2026", false],
    ["", false],
  ] as const) {
    test(text || "nothing", () => assert.equal(readDay(text), good ? text : null))
  }
})

describe("a source speaks of the last day of its age", () => {
  for (const [asOf, last] of [
    ["2026", "2026-12-31"],
    ["2026-02", "2026-02-28"],
    ["2024-02", "2024-02-29"],
    ["2026-11-22", "2026-11-22"],
    ["", null],
  ] as const) {
    test(asOf || "nothing", () => {
      assert.equal(readAsOf(asOf), asOf)
      assert.equal(lastDayOf(asOf as AsOf), last)
    })
  }
  test("what is no age is none", () => {
    for (const text of ["2026-2", "2026-00", "2026-02-30", "undated"]) assert.equal(readAsOf(text), null, text)
  })
})

describe("a deposit binds after the delay of its instrument", () => {
  for (const [from, delay, then] of [
    ["2025-01-10", "P30D", "2025-02-09"],
    ["2025-01-31", "P1M", "2025-02-28"],
    // Budapest Convention, Article 36(4): first day of the month after three months.
    ["2022-11-30", "P3M/month", "2023-03-01"],
    ["2025-08-01", "P3M/month", "2025-12-01"],
    ["9999-12-31", "P3M", "9999-12-31"],
    ["9999-11-30", "P1M/month", "9999-12-31"],
  ] as const) {
    test(`${from} ${delay}`, () => {
      const read = readDelay(delay)
      assert.ok(read)
      assert.equal(afterDelay(day(from), read), then)
    })
  }
  test("what is no delay is none", () => {
    for (const text of ["", "P", "3M", "P3M/week", "P3Y"]) assert.equal(readDelay(text), null, text)
  })
})

test("durations are told in hours", () => {
  assert.deepEqual(["PT8H", "P10D", "P1M", "PT90M", "P2W", "P1Y", "", "P", "PT", "10 days"].map(hoursOf), [
    ...[8, 240, 720, 1.5, 336, 8760],
    ...[null, null, null, null],
  ])
})
