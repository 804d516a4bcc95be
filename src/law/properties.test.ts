import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { PLACE_CODES } from "../kernel/places.ts"
import { dataCategories, measures, type Verdict } from "./codes.ts"
import { type Day, lastDayOf } from "./dates.ts"
import { type Facts, factsFrom, type OverlayRow } from "./facts.ts"
import { findPaths } from "./finder.ts"
import { factsOf } from "./findings.ts"
import { conditions, type FactRef } from "./model.ts"
import type { Query } from "./query.ts"
import { readFiles } from "./reading.ts"
import { shippedFacts, shippedFiles } from "./shipped.ts"
import { countsFrom } from "./standing.ts"
import type { Cells, TableName } from "./tables.ts"

const facts = shippedFacts()
const files = shippedFiles()
const RUNS = { numRuns: 60 }

const place = fc.constantFrom(...PLACE_CODES)
const day = fc.constantFrom(
  "1999-06-01",
  "2015-01-01",
  "2021-03-01",
  "2025-01-10",
  "2025-06-30",
  "2026-11-27",
  "2030-01-01",
)
const question: fc.Arbitrary<Query> = fc.record({
  ...{ from: place, to: place, provider: fc.boolean(), measure: fc.constantFrom(...measures) },
  ...{ data: fc.constantFrom(...dataCategories), urgency: fc.constantFrom("normal", "urgent") },
  offence: fc.record({
    class: fc.constantFrom(null, ...facts.offences.keys()),
    penaltyYears: fc.constantFrom(null, 1, 3, 10),
  }),
  answers: fc.dictionary(fc.constantFrom(...conditions), fc.constantFrom("yes", "no"), { maxKeys: 4 }),
  date: day as fc.Arbitrary<Day>,
})
const treaties = facts.rows.instruments
  .filter(({ kind }) => kind === "treaty" || kind === "protocol")
  .map(({ id }) => id)

function verdicts(query: Query, over: Facts): Map<string, Verdict> {
  return new Map(findPaths(query, over).findings.map(({ channel, verdict }) => [channel.id, verdict]))
}

let added = 0
/** The facts with one row more. */
function withRow(table: TableName, cells: Cells): Facts {
  added += 1
  const overlay: OverlayRow = {
    raw: { table, ref: `own/${added}` as FactRef, line: 0, cells },
    replaces: null,
    dropped: false,
  }
  const made = factsFrom(files, [overlay])
  assert.equal(made.problems.length, facts.problems.length, "the row that was added can be read")
  return made
}

const source = {
  ...{ source_url: "https://depositary.example/", as_of: "2026-01", as_of_note: "", read_on: "2026-11-22", note: "" },
}
const ratification = fc.record({
  instrument: fc.constantFrom(...treaties),
  status: fc.constantFrom("ratified", "in force"),
  date: fc.constantFrom("", "2000-01-01", "2020-06-15", "2026-12-31"),
  verified: fc.constantFrom("yes", "partly", "no"),
})

test("a ratification more closes no channel, unless the channel's row names what goes before it", () => {
  let closed = 0
  fc.assert(
    fc.property(question, ratification, fc.boolean(), (query, one, asks) => {
      const cells = { ...source, ...one, place: asks ? query.from : query.to, name: "x", date_kind: "" }
      const before = verdicts(query, facts)
      for (const { channel, verdict, reasons } of findPaths(query, withRow("participation", cells)).findings) {
        if (verdict !== "closed" || before.get(channel.id) === "closed") continue
        closed += 1
        assert.ok(channel.yieldsTo.includes(one.instrument), channel.id)
        assert.ok(
          reasons.some(({ code }) => code === "yields"),
          "the finding says so",
        )
      }
    }),
    RUNS,
  )
  assert.ok(closed < 100)
})

test("a reservation more opens no channel", () => {
  const reservation = fc.record({
    instrument: fc.constantFrom(...treaties),
    article: fc.constantFrom("29", "29(4)", "31", "7(9)", "18", "27", "5"),
    effect: fc.constantFrom("excludes", "limits", "declares"),
    condition: fc.constantFrom("", "dual-criminality"),
    verified: fc.constantFrom("yes", "no"),
  })
  const order = ["open", "conditional", "unknown", "closed"]
  fc.assert(
    fc.property(question, reservation, fc.boolean(), (query, one, asks) => {
      const cells = {
        ...source,
        ...one,
        place: asks ? query.from : query.to,
        clause: "",
        spares: "",
        text: "x",
        date: "",
        until: "",
      }
      const after = verdicts(query, withRow("reservations", cells))
      for (const [channel, verdict] of verdicts(query, facts)) {
        const now = after.get(channel) ?? "open"
        assert.ok(order.indexOf(now) >= order.indexOf(verdict), `${channel}: ${verdict} became ${now}`)
      }
    }),
    RUNS,
  )
})

test("what is unknown becomes open by no answer of the person who asks", () => {
  const yes = Object.fromEntries(conditions.map((one) => [one, "yes" as const]))
  let unknown = 0
  fc.assert(
    fc.property(question, (query) => {
      const told = verdicts({ ...query, answers: yes, offence: { class: null, penaltyYears: 30 } }, facts)
      for (const [channel, verdict] of verdicts(query, facts)) {
        if (verdict !== "unknown") continue
        unknown += 1
        assert.notEqual(told.get(channel), "open", channel)
      }
    }),
    { numRuns: 500 },
  )
  assert.ok(unknown > 100, `only ${unknown} were unknown`)
})

test("every finding cites a fact, and every fact that it uses can be looked up", () => {
  let findings = 0
  fc.assert(
    fc.property(question, (query) => {
      for (const finding of findPaths(query, facts).findings) {
        findings += 1
        const cited = factsOf(finding)
        assert.ok(cited.length > 0, finding.channel.id)
        for (const ref of cited) assert.ok(facts.byRef.has(ref), ref)
        assert.ok(
          finding.verdict !== "conditional" || finding.missing.length > 0 || doubtful(finding.reasons),
          finding.channel.id,
        )
      }
    }),
    { numRuns: 500 },
  )
  assert.ok(findings > 1_000, `only ${findings} findings`)
})

function doubtful(reasons: readonly { code: string }[]): boolean {
  return reasons.some(({ code }) => code === "condition-doubtful")
}

test("an open channel rests on verified facts alone", () => {
  let open = 0
  fc.assert(
    fc.property(question, (query) => {
      for (const { verdict, reasons } of findPaths(query, facts).findings) {
        if (verdict !== "open") continue
        open += 1
        for (const { effect, facts: cited } of reasons) {
          if (effect !== "for") continue
          const rows = cited.map((ref) => facts.byRef.get(ref))
          assert.ok(
            rows.some((row) => row?.verified === "yes"),
            JSON.stringify(cited),
          )
        }
      }
    }),
    { numRuns: 3_000 },
  )
  assert.ok(open > 0, "nothing is open anywhere")
})

test("an answer for a date does not depend on later facts", () => {
  const raw = readFiles(files).rows
  const instrumentOf = new Map(facts.rows.instruments.map((one) => [one.id, one]))
  const later = (date: Day) =>
    new Set(
      [
        ...facts.rows.participation.filter((row) => countsFrom(row, instrumentOf.get(row.instrument)) > date),
        ...facts.rows.reservations.filter((row) => row.date !== null && row.date > date),
      ].map(({ ref }) => ref),
    )
  const past = new Map<string, Facts>()
  const until = (date: Day): Facts => {
    const gone = later(date)
    const drop = raw.filter(({ ref }) => gone.has(ref)).map((row) => ({ raw: row, replaces: row.ref, dropped: true }))
    assert.ok(date > "2026" || drop.length > 0)
    const made = past.get(date) ?? factsFrom(files, drop)
    past.set(date, made)
    return made
  }
  fc.assert(
    fc.property(question, (query) => {
      assert.deepEqual([...verdicts(query, until(query.date))], [...verdicts(query, facts)])
    }),
    { numRuns: 400 },
  )
})

test("nothing is told of a source that is older than it says", () => {
  for (const row of facts.byRef.values())
    assert.ok((lastDayOf(row.asOf)?.slice(0, 4) ?? "") <= row.readOn.slice(0, 4), row.ref)
})
