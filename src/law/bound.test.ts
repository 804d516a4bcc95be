import assert from "node:assert/strict"
import { test } from "node:test"
import { type FactRows, someFacts } from "../../test/support/facts.ts"
import { boundBy } from "./bound.ts"
import type { Day } from "./dates.ts"
import { lookup } from "./standing.ts"

type Row = NonNullable<FactRows["participation"]>[number]
const joined: Row = { status: "in force", date: "2009-07-01" }
const ratified: Row = { status: "ratified", date: "2025-11-01", date_kind: "ratification deposited" }

function of(rows: Row[], { day = "2026-01-15", instrument = {}, lists = [] as FactRows["lists"], id = "treaty" } = {}) {
  const facts = someFacts({ instruments: [instrument], participation: rows, ...(lists === undefined ? {} : { lists }) })
  assert.deepEqual(facts.problems, [])
  return boundBy(lookup(facts, day as Day), id, "DE")
}

test("only verified rows of an instrument in force and of who takes part in it say that a place is bound", () => {
  const cases: [says: string, ...Parameters<typeof of>][] = [
    ["bound", [joined]],
    ["bound", [{ status: "member" }], { day: "2026-02-15" }],
    ["bound", [ratified], { instrument: { delay: "P2M" } }],
    ["not-bound", [ratified], { instrument: { delay: "P3M" }, lists: [{ complete_as_of: "2026-01-10" }] }],
    ["unknown", [{ status: "signed", date: "2001-11-23" }]],
    ["not-bound", [{ status: "signed", date: "2001-11-23" }], { lists: [{ complete_as_of: "2026-01-10" }] }],
    ["not-bound", [{ status: "denounced", date: "2020-02-01" }, joined]],
    ["bound", [{ status: "denounced", date: "2026-01-16" }, joined]],
    ["not-bound", [{ status: "not bound", date: "2020-02-01" }]],
    ["unverified", [{ ...joined, verified: "no" }]],
    ["unverified", [{ ...joined, verified: "partly" }]],
    ["unverified", [joined], { instrument: { verified: "partly" } }],
    ["unverified", [joined, { status: "denounced", date: "2020-02-01", verified: "no" }]],
    ["open", [{ status: "denounced", date: "2020-02-01", verified: "no" }]],
    ["open", [], { lists: [{ complete_as_of: "2026-01-10", silent_on: "DE" }] }],
    ["open", [joined], { instrument: { in_force_since: "2026-02-01", verified: "no" } }],
    ["not-bound", [joined], { instrument: { in_force_since: "2026-02-01" } }],
    ["not-bound", [ratified], { instrument: { status: "not in force", in_force_since: "" } }],
    ["unknown", []],
    ["unknown", [{ ...joined, place: "FR" }]],
    ["no-instrument", [joined], { id: "treety" }],
  ]
  for (const [says, rows, more] of cases) assert.equal(of(rows, more).state, says, JSON.stringify([rows, more]))
})

test("it rests on the row that settles it: on who takes part, or on the instrument where that speaks harder", () => {
  assert.deepEqual(of([joined]).rests, {
    ...{ fact: "participation/treaty/DE/a place/in force", source: "Depositary", asOf: "2026-01-31" },
  })
  const young = { in_force_since: "2026-02-01", as_of: "2025-12-24" }
  assert.deepEqual(of([joined], { instrument: young }).rests, {
    ...{ fact: "instruments/treaty", source: "Depositary", asOf: "2025-12-24" },
  })
  const doubtful: Row = { ...joined, name: "another place", verified: "no", source_url: "https://news.example/" }
  assert.equal(of([doubtful, joined]).rests?.source, "Depositary")
  assert.equal(of([doubtful]).rests?.source, "news.example")
  assert.equal(of([]).rests, null)
})
