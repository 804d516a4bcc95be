import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import fc from "fast-check"
import { formatInstant, type Instant, parseInstant, plusMicroseconds, systemClock, timestampKey } from "./time.ts"

type Vector = { text: string; key: string | null; instant: string | null }

const file = new URL("../../vectors/stix/timestamps.json", import.meta.url)
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[]

describe("a timestamp is read as the instant it names, or refused", () => {
  for (const { text, key, instant } of vectors) {
    test(JSON.stringify(text), () => {
      assert.equal(timestampKey(text), key)
      const parsed = parseInstant(text)
      assert.equal(parsed === null ? null : formatInstant(parsed), instant)
    })
  }
})

/** From the year 1970 to 2255, where microseconds are exact. */
const instants = fc.integer({ min: 0, max: 9_000_000_000_000_000 }).map((n) => n as Instant)

test("an instant is written with exactly six digits and read back as the same instant", () => {
  fc.assert(
    fc.property(instants, (instant) => {
      const text = formatInstant(instant)
      assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
      assert.equal(parseInstant(text), instant)
    }),
  )
})

test("keys of timestamps sort like the instants, whatever their precision", () => {
  const written = fc.tuple(instants, fc.nat({ max: 6 })).map(([instant, dropped]) => {
    const exact = Math.floor(instant / 10 ** dropped) * 10 ** dropped
    const text = formatInstant(exact as Instant).slice(0, 26 - dropped)
    return { exact, text: `${text.endsWith(".") ? text.slice(0, -1) : text}Z` }
  })
  fc.assert(
    fc.property(written, written, (a, b) => {
      const [first, second] = [timestampKey(a.text), timestampKey(b.text)]
      assert.ok(first !== null && second !== null)
      assert.equal(Math.sign(first < second ? -1 : first > second ? 1 : 0), Math.sign(a.exact - b.exact))
    }),
  )
})

test("an offset that lost its plus sign in a URL is still an offset", () => {
  assert.equal(parseInstant("2020-01-01T01:00:00 01:00"), parseInstant("2020-01-01T00:00:00Z"))
})

test("the machine's clock tells microseconds and stays close to the wall clock", () => {
  const instant = systemClock.now()
  assert.ok(Number.isSafeInteger(instant))
  assert.ok(Math.abs(instant / 1000 - Date.now()) < 1_000)
  assert.equal(plusMicroseconds(instant, 1) - instant, 1)
})

test("no time is read that a number cannot hold, in either direction", () => {
  assert.equal(parseInstant("9999-12-31T23:59:59Z"), Number.MAX_SAFE_INTEGER)
  assert.equal(parseInstant("0001-01-01T00:00:00Z"), Number.MIN_SAFE_INTEGER)
  assert.equal(parseInstant("0000-02-29T00:00:00Z"), Number.MIN_SAFE_INTEGER)
})
