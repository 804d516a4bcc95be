import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type FactRows, factFiles } from "../../test/support/facts.ts"
import { checkFacts } from "./checking.ts"
import type { Day } from "./dates.ts"
import { factsFrom } from "./facts.ts"
import type { FactFiles } from "./reading.ts"

const TODAY = "2026-11-27" as Day
const fresh = { as_of: "2026-10" }

function problems(files: FactFiles): string[] {
  const { problems } = checkFacts(factsFrom(files), TODAY)
  return problems.map(({ severity, code, ref, column }) => `${severity} ${code} ${ref} ${column}`.trim())
}

function found(rows: FactRows): string[] {
  return problems(factFiles({ instruments: [fresh], channels: [fresh], ...rows }))
}

test("facts without a fault have none", () => {
  assert.deepEqual(
    found({ participation: [fresh], lists: [{ ...fresh, complete_as_of: "2026-10-31" }], regions: [{}], words: [{}] }),
    [],
  )
})

const faults: [name: string, said: RegExp, rows: FactRows][] = [
  [
    "an unknown status",
    /^error bad-code participation\/treaty\/DE\/a place\/acceded status$/,
    { participation: [{ status: "acceded" }] },
  ],
  ["an unknown measure", /^error bad-code channels\/way measures$/, { channels: [{ measures: "preserve seize" }] }],
  ["an unknown condition", /^error bad-code channels\/way needs$/, { channels: [{ needs: "goodwill" }] }],
  ["an unknown step", /^error bad-code channels\/way steps$/, { channels: [{ steps: "pray" }] }],
  ["a date that is none", /^error bad-date .* date$/, { participation: [{ date: "2026-02-30" }] }],
  ["an age that is none", /^error bad-date .* as_of$/, { participation: [{ as_of: "undated" }] }],
  ["a deadline that is none", /^error bad-duration channels\/way limit$/, { channels: [{ limit: "ten days" }] }],
  ["no name", /^error bad-missing .* name$/, { participation: [{ name: " " }] }],
  [
    "an instrument that is not there",
    /^error unknown-instrument .* instrument$/,
    { participation: [{ instrument: "other" }] },
  ],
  [
    "a precedence that is not there",
    /^error unknown-instrument channels\/way yields_to$/,
    { channels: [{ yields_to: "other" }] },
  ],
  ["a place that is none", /^error unknown-place .* place$/, { participation: [{ place: "XX" }] }],
  ["no source, but verified", /^error no-source .* source_url$/, { participation: [{ source_url: "" }] }],
  [
    "no source, not verified",
    /^notice no-source .* source_url$/,
    { participation: [{ source_url: "", verified: "no" }] },
  ],
  [
    "a source that nobody classed",
    /^notice unknown-source .* source_url$/,
    { participation: [{ source_url: "https://blog.example/x" }] },
  ],
  ["read tomorrow", /^error future .* read_on$/, { participation: [{ read_on: "2026-11-28" }] }],
  ["older than a year", /^notice old .* as_of$/, { participation: [{ as_of: "2025-10" }] }],
  [
    "two dates for one entry into force",
    /^notice contradiction/,
    { participation: [{ date: "2001-01-01" }, { date: "2002-01-01" }] },
  ],
  [
    "joined and left, by reports",
    /^notice contradiction/,
    { participation: [{ verified: "no" }, { status: "denounced", verified: "no" }] },
  ],
  [
    "enough ratifications, but not in force",
    /^notice contradiction instruments\/treaty status$/,
    {
      instruments: [{ ...fresh, status: "not in force", in_force_since: "", needed: "1" }],
      participation: [{ ...fresh, status: "ratified" }],
    },
  ],
  [
    "a list of every change without a date",
    /^error list-undated lists/,
    { participation: [fresh], lists: [{ ...fresh, complete_since: "2001-01-01" }] },
  ],
  [
    "a list that is older than a row",
    /^notice list-older lists/,
    { participation: [fresh], lists: [{ ...fresh, complete_as_of: "2026-01-01" }] },
  ],
  ["an answer to no question", /^error unknown-question/, { answers: [fresh] }],
  [
    "an answer of another kind",
    /^error bad-value answers\/deadline\/BR\/yes value$/,
    { questions: [{}], answers: [{ ...fresh, value: "yes" }] },
  ],
]

describe("each kind of fault is found", () => {
  for (const [name, said, rows] of faults) {
    test(name, () => {
      const all = found(rows)
      assert.ok(
        all.some((one) => said.test(one)),
        all.join("\n"),
      )
    })
  }
  test("an act of the Union without a row for each member", () => {
    const rows: FactRows = {
      instruments: [fresh, { ...fresh, id: "eu" }, { ...fresh, id: "act", kind: "eu-act" }],
      participation: ["DE", "FR"].map((place) => ({ ...fresh, instrument: "eu", place, status: "member" })),
    }
    const act = (place: string, status = "in force") => ({ ...fresh, instrument: "act", place, status })
    assert.deepEqual(found({ ...rows, participation: [...(rows.participation ?? []), act("DE")] }), [
      "notice act-incomplete instruments/act",
    ])
    assert.deepEqual(
      found({ ...rows, participation: [...(rows.participation ?? []), act("DE"), act("FR", "not bound")] }),
      [],
    )
  })
})

describe("files that are no facts", () => {
  const good = factFiles({ instruments: [fresh], channels: [fresh] })
  const cases: [name: string, said: RegExp, files: FactFiles][] = [
    ["no version", /^error version/, { ...good, VERSION: "latest" }],
    ["a table that is none", /^error unknown-file/, { ...good, "people.csv": "a,b\r\n" }],
    [
      "a quote that does not end",
      /^error malformed/,
      { ...good, "regions.csv": 'place,region,subregion\r\nDE,"150,155\r\n' },
    ],
    [
      "a column more",
      /^error unknown-column regions\/DE capital$/,
      { ...good, "regions.csv": "place,region,subregion,capital\r\nDE,150,155,Berlin\r\n" },
    ],
    [
      "a column that stands twice",
      /^error column-twice +place$/,
      { ...good, "regions.csv": "place,region,subregion,place\r\nDE,150,155,FR\r\n" },
    ],
    [
      "far too many columns",
      /^error unknown-column +c57$/,
      { ...good, "regions.csv": `place,region,subregion,${Array.from({ length: 500 }, (_, i) => `c${i}`).join()}\n` },
    ],
    [
      "a row without end",
      /^error malformed/,
      { ...good, "regions.csv": `place,region,subregion\nDE,150,${"1".repeat(50_000)}\n` },
    ],
    [
      "lines that end in a way of long ago",
      /^error/,
      { ...good, "regions.csv": `place,region,subregion\rDE,150,155\r${"FR,150,155\r".repeat(200_000)}` },
    ],
    ["a day to come", /^error version-future/, { ...good, VERSION: "9999-12-31" }],
    ["a column less", /^error bad-/, { ...good, "regions.csv": "place,region\r\nDE,150\r\n" }],
  ]
  for (const [name, said, files] of cases) {
    test(name, () =>
      assert.ok(
        problems(files).some((one) => said.test(one)),
        problems(files).join("\n"),
      ),
    )
  }
})

test("coverage counts what was verified, by table and by instrument", () => {
  const { coverage, instruments } = checkFacts(
    factsFrom(
      factFiles({
        participation: [{}, { place: "BR", status: "signed", verified: "no" }],
        lists: [{}, { what: "reservations", place: "BR" }],
      }),
    ),
    TODAY,
  )
  assert.deepEqual(
    coverage.find(({ table }) => table === "participation"),
    { table: "participation", rows: 2, verified: 1, own: 0 },
  )
  assert.deepEqual(instruments, [
    {
      instrument: "treaty",
      statuses: { "in force": 1, signed: 1 },
      verified: 1,
      completeAsOf: "2026-01-31",
      reservations: 1,
    },
  ])
})
