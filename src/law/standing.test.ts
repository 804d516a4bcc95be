import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type FactRows, someFacts } from "../../test/support/facts.ts"
import type { Day } from "./dates.ts"
import { standingOf } from "./standing.ts"

type Rows = NonNullable<FactRows["participation"]>
type Lists = NonNullable<FactRows["lists"]>

function standing(participation: Rows, lists: Lists = [], day = "2026-11-22", instrument = {}) {
  const facts = someFacts({ instruments: [instrument], participation, lists })
  assert.deepEqual(facts.problems, [])
  const { state, code } = standingOf(facts, "treaty", "DE", day as Day)
  return `${state} ${code}`
}

const joined = { status: "in force", date: "2009-07-01" }
const reported = { ...joined, verified: "no" }
const left = { status: "denounced", date: "2020-02-01" }
const list = { complete_as_of: "2025-01-10" }

describe("only verified facts bind or free a place", () => {
  const cases: [name: string, says: string, rows: Rows, lists?: Lists, day?: string][] = [
    ["a verified row", "bound takes-part", [joined]],
    ["on the day before it", "unknown no-fact", [joined], [], "2009-06-30"],
    ["on the day itself", "bound takes-part", [joined], [], "2009-07-01"],
    ["a reported row", "reported takes-part-reported", [reported]],
    ["a row of which only part was read", "reported takes-part-reported", [{ ...joined, verified: "partly" }]],
    ["nothing", "unknown no-fact", []],
    ["a signature alone", "unknown no-fact", [{ status: "signed", date: "2001-11-23" }]],
    ["an invitation alone", "unknown no-fact", [{ status: "invited" }]],
    ["who left", "not-bound not-party", [joined, left]],
    ["who left, while it took part", "bound takes-part", [joined, left], [], "2020-01-31"],
    ["who left and came back", "bound takes-part", [joined, left, { status: "in force", date: "2024-01-01" }]],
    ["a report that it left", "reported takes-part-disputed", [joined, { ...left, verified: "no" }]],
    ["a report that it joined, and one that it left", "unknown disputed", [reported, { ...left, verified: "no" }]],
    ["a report that it does not take part", "unknown not-party-reported", [{ status: "not bound", verified: "no" }]],
    ["one that opted out", "not-bound not-party", [{ status: "not bound" }]],
  ]
  for (const [name, says, rows, lists, day] of cases) test(name, () => assert.equal(standing(rows, lists, day), says))
})

describe("a list closes where it is complete, verified, and not younger than the question", () => {
  const cases: [name: string, says: string, rows: Rows, lists: Lists, day?: string][] = [
    ["absent", "not-bound not-on-list", [], [list]],
    ["absent, with a signature", "not-bound not-on-list", [{ status: "signed", date: "2001-11-23" }], [list]],
    ["before the list was complete", "unknown no-fact", [], [list], "2025-01-09"],
    [
      "a list that tells every change",
      "not-bound not-on-list",
      [],
      [{ ...list, complete_since: "2001-11-23" }],
      "2010-01-01",
    ],
    ["before such a list begins", "unknown no-fact", [], [{ ...list, complete_since: "2001-11-23" }], "2001-01-01"],
    ["a list that nobody verified", "unknown no-fact", [], [{ ...list, verified: "no" }]],
    ["a list that is silent on the place", "unknown list-silent", [], [{ ...list, silent_on: "HK DE" }]],
    ["a report in favour against the list", "reported takes-part-reported", [{ ...joined, verified: "no" }], [list]],
    ["a verified row against the list", "bound takes-part", [joined], [list]],
    ["a report against, and the list", "not-bound not-on-list", [{ status: "not bound", verified: "no" }], [list]],
    ["a list of reservations", "unknown no-fact", [], [{ ...list, what: "reservations", place: "DE" }]],
  ]
  for (const [name, says, rows, lists, day] of cases) test(name, () => assert.equal(standing(rows, lists, day), says))
})

describe("a row counts from its own date, an undated one from the age of its source", () => {
  const undated = { status: "in force", as_of: "2023-06" }
  test("at the end of the month that the source names", () => {
    assert.equal(standing([undated], [], "2023-06-29"), "unknown no-fact")
    assert.equal(standing([undated], [], "2023-06-30"), "bound takes-part-undated")
  })
  test("on the day it was read, where the source has no age", () => {
    const ageless = { status: "in force", as_of: "", read_on: "2026-11-22" }
    assert.equal(standing([ageless], [], "2026-11-21"), "unknown no-fact")
    assert.equal(standing([ageless], [], "2026-11-22"), "bound takes-part-undated")
  })
  test("a deposit counts after the delay of the instrument, an entry into force at once", () => {
    const deposited = { status: "ratified", date: "2022-11-30", date_kind: "ratification deposited" }
    const delayed = { delay: "P3M/month" }
    assert.equal(standing([deposited], [], "2023-02-28", delayed), "unknown no-fact")
    assert.equal(standing([deposited], [], "2023-03-01", delayed), "bound takes-part")
    assert.equal(standing([joined], [], "2009-07-01", delayed), "bound takes-part")
  })
})
