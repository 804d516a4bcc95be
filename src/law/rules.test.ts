import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type FactRows, someFacts } from "../../test/support/facts.ts"
import type { Day } from "./dates.ts"
import { compareRules } from "./rules.ts"

type Told = readonly [place: string, value: string, verified?: string]

function compared(question: NonNullable<FactRows["questions"]>[number], told: readonly Told[], date = "2026-11-27") {
  const answers = told.map(([jurisdiction, value, verified = "yes"]) => ({ jurisdiction, value, verified }))
  const facts = someFacts({ questions: [question], answers })
  const jurisdictions = [...new Set(told.map(([place]) => place))]
  const [found] = compareRules(facts, { questions: facts.rows.questions, jurisdictions, date: date as Day })
  assert.ok(found)
  return found
}

const yes = { kind: "yes-no", rule: "yes" }
const order = { kind: "yes-no", rule: "conflict" }
const cases: [name: string, kind: string, bridge: string | null, question: object, told: Told[]][] = [
  [
    "the same",
    "same",
    "P3D",
    {},
    [
      ["BR", "P3D"],
      ["SG", "P3D"],
    ],
  ],
  [
    "the same in other words",
    "same",
    "P3D",
    {},
    [
      ["BR", "P3D"],
      ["EU", "PT72H"],
    ],
  ],
  [
    "a deadline: the shortest satisfies all",
    "degree",
    "PT6H",
    {},
    [
      ["BR", "P3D"],
      ["IN", "PT6H"],
      ["EU", "PT72H"],
    ],
  ],
  [
    "a term: the longest satisfies all",
    "degree",
    "P70Y",
    { rule: "most" },
    [
      ["BR", "P70Y"],
      ["CN", "P50Y"],
    ],
  ],
  [
    "a duty: yes satisfies no",
    "degree",
    "yes",
    yes,
    [
      ["BR", "yes"],
      ["SG", "no"],
    ],
  ],
  [
    "an order and a statute that forbids it",
    "conflict",
    null,
    order,
    [
      ["US", "yes"],
      ["CN", "no"],
    ],
  ],
  [
    "an order that all know",
    "same",
    "yes",
    order,
    [
      ["US", "yes"],
      ["CN", "yes"],
    ],
  ],
  [
    "what has no order",
    "unknown",
    null,
    { kind: "text", rule: "none" },
    [
      ["US", "a"],
      ["CN", "b"],
    ],
  ],
  ["one alone", "unknown", null, {}, [["BR", "P3D"]]],
  [
    "reports decide nothing",
    "unknown",
    null,
    {},
    [
      ["BR", "P3D"],
      ["SG", "PT1H", "no"],
    ],
  ],
  [
    "a report that differs changes nothing",
    "same",
    "P3D",
    {},
    [
      ["BR", "P3D"],
      ["SG", "P3D"],
      ["IN", "PT6H", "partly"],
    ],
  ],
]

describe("how answers stand to each other", () => {
  for (const [name, kind, bridge, question, told] of cases) {
    test(name, () => {
      const found = compared(question, told)
      assert.deepEqual([found.kind, found.bridge], [kind, bridge])
    })
  }
})

test("who has no verified answer, or two that contradict, is told as undecided", () => {
  const told: Told[] = [
    ["BR", "P3D"],
    ["SG", "P3D"],
    ["IN", "PT6H", "no"],
    ["JP", "P5D"],
    ["JP", "P3D"],
  ]
  assert.deepEqual(compared({}, told).undecided, ["IN", "JP"])
  assert.equal(compared({}, told).answers.length, 5)
})

test("the same period in other words is one group", () => {
  const found = compared({}, [
    ["BR", "P3D"],
    ["EU", "PT72H"],
    ["IN", "PT6H"],
  ])
  assert.deepEqual(
    found.groups.map(({ jurisdictions }) => jurisdictions),
    [["IN"], ["BR", "EU"]],
  )
})

test("groups go from the smallest to the largest, and the spread names both ends", () => {
  const found = compared({}, [
    ["BR", "P3D"],
    ["IN", "PT6H"],
    ["SG", "P3D"],
  ])
  assert.deepEqual(found.groups, [
    { value: "PT6H", jurisdictions: ["IN"] },
    { value: "P3D", jurisdictions: ["BR", "SG"] },
  ])
  assert.deepEqual(found.spread, { least: "PT6H", most: "P3D" })
})

test("an answer counts from the day on which it holds until the day on which it no longer does", () => {
  const facts = someFacts({
    questions: [{}],
    answers: [
      { jurisdiction: "EU", value: "PT72H", valid_from: "2018-05-25" },
      { jurisdiction: "IN", value: "PT6H", valid_to: "2022-01-01" },
    ],
  })
  const at = (date: string) =>
    compareRules(facts, { questions: facts.rows.questions, jurisdictions: ["EU", "IN"], date: date as Day })[0]
      ?.undecided
  assert.deepEqual(at("2018-05-24"), ["EU"])
  assert.deepEqual(at("2018-05-25"), [])
  assert.deepEqual(at("2022-01-01"), ["IN"])
})
