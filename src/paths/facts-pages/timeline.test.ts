import assert from "node:assert/strict"
import { test } from "node:test"
import { type FactRows, someFacts } from "../../../test/support/facts.ts"
import { type Day, shippedFacts } from "../../law/index.ts"
import { timelineOf } from "./timeline.ts"

const TODAY = "2026-11-27" as Day

function timeline(participation: FactRows["participation"] = [], delay = "") {
  const facts = someFacts({ instruments: [{ delay }], participation })
  const { years, ...rest } = timelineOf(facts.instruments.get("treaty"), facts.rows.participation, TODAY)
  const steps = years.filter(({ count }, i) => count !== (years[i - 1]?.count ?? 0))
  return { ...rest, steps: steps.map(({ year, count }) => `${year} ${count}`), until: years.at(-1)?.year ?? null }
}

test("who takes part is counted from the year of its date, up to this year", () => {
  const found = timeline([
    { place: "DE", date: "2010-03-01" },
    { place: "BR", date: "2010-12-31" },
    { place: "JP", date: "2012-01-01" },
    { place: "KE", status: "signed", date: "2011-01-01" },
    { place: "FI", date: "2027-01-01" },
  ])
  assert.deepEqual(found, { undated: 0, unverified: 0, steps: ["2010 2", "2012 3"], until: 2026 })
})

test("one place counts once, whoever tells of it, and no more when it left", () => {
  const found = timeline([
    { place: "DE", date: "2010-01-01" },
    { place: "DE", status: "ratified", date: "2009-06-01" },
    { place: "BR", date: "2011-01-01" },
    { place: "BR", status: "denounced", date: "2015-01-01" },
  ])
  assert.deepEqual(found.steps, ["2009 1", "2011 2", "2015 1"])
})

test("rows without a date, and those that nobody verified, are counted apart", () => {
  const found = timeline([{ place: "DE" }, { place: "BR", verified: "no", date: "2012-01-01" }])
  assert.deepEqual([found.undated, found.unverified, found.steps], [1, 1, ["2012 1"]])
})

test("a deposit counts from the day on which it binds", () => {
  assert.deepEqual(timeline([{ place: "DE", status: "ratified", date: "2010-11-15" }], "P3M/month").steps, ["2011 1"])
})

test("each instrument that is shipped has a timeline that ends with no more than its participants", () => {
  const facts = shippedFacts()
  for (const instrument of facts.instruments.values()) {
    const rows = facts.rows.participation.filter((row) => row.instrument === instrument.id)
    const { years, undated } = timelineOf(instrument, rows, TODAY)
    const places = new Set(rows.map(({ place, name }) => place || name)).size
    assert.ok((years.at(-1)?.count ?? 0) + undated <= places, instrument.id)
    assert.ok(years.every(({ count }) => count >= 0))
  }
})
