import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type FactRows, someFacts, someQuery } from "../../test/support/facts.ts"
import type { Day } from "./dates.ts"
import { findPaths } from "./finder.ts"
import { factsOf } from "./findings.ts"
import type { OwnRefusals, Query } from "./query.ts"

const both: NonNullable<FactRows["participation"]> = [
  { place: "DE", date: "2009-07-01" },
  { place: "BR", date: "2023-03-01" },
]
const entered: NonNullable<FactRows["lists"]> = [{ what: "reservations", place: "BR" }]
const possible: NonNullable<FactRows["instruments"]> = [{ reservations: "possible" }]

function answer(rows: FactRows, query: Partial<Query> = {}, refusals?: OwnRefusals) {
  const facts = someFacts({ participation: both, ...rows })
  assert.deepEqual(facts.problems, [])
  const found = findPaths(someQuery(query), facts, refusals)
  for (const finding of found.findings) {
    const cited = factsOf(finding)
    assert.ok(cited.length > 0, "a finding cites a fact")
    for (const ref of cited) assert.ok(facts.byRef.has(ref), `${ref} can be looked up`)
  }
  return found
}

function only(rows: FactRows, query: Partial<Query> = {}, refusals?: OwnRefusals) {
  const [finding, ...others] = answer(rows, query, refusals).findings
  assert.ok(finding)
  assert.equal(others.length, 0)
  return finding
}

function codes(finding: ReturnType<typeof only>, effect: string) {
  return finding.reasons.filter((one) => one.effect === effect).map(({ code }) => code)
}

describe("only verified facts open or close", () => {
  const cases: [name: string, verdict: string, because: string, rows: FactRows, query?: Partial<Query>][] = [
    ["both take part, all verified", "open", "", {}],
    [
      "one is only reported to",
      "conditional",
      "takes-part-reported",
      { participation: [{}, { place: "BR", verified: "no" }] },
    ],
    ["nothing is known of one", "unknown", "no-fact", { participation: [{}] }],
    ["one is not on a complete list", "closed", "not-on-list", { participation: [{}], lists: [{}] }],
    ["the channel's row was partly read", "conditional", "channel-partly", { channels: [{ verified: "partly" }] }],
    ["the channel's row was not read", "conditional", "channel-reported", { channels: [{ verified: "no" }] }],
    ["not in force", "closed", "not-in-force", { instruments: [{ status: "not in force", in_force_since: "" }] }],
    [
      "reported not to be in force",
      "unknown",
      "in-force-unknown",
      { instruments: [{ status: "not in force", in_force_since: "", verified: "no" }] },
    ],
    ["reported to be in force", "conditional", "in-force-reported", { instruments: [{ verified: "no" }] }],
    ["not yet applicable", "closed", "not-yet-in-force", { instruments: [{ in_force_since: "2027-01-01" }] }],
    ["data that it does not cover", "closed", "data-not-covered", { channels: [{ data: "subscriber" }] }],
    ["for emergencies", "closed", "emergency-only", { channels: [{ emergency_only: "yes" }] }],
    ["in an emergency", "open", "", { channels: [{ emergency_only: "yes" }] }, { urgency: "urgent" }],
    ["the same place", "closed", "same-place", {}, { to: "DE" }],
  ]
  for (const [name, verdict, because, rows, query] of cases) {
    test(name, () => {
      const finding = only(rows, query)
      assert.equal(finding.verdict, verdict)
      if (because !== "") assert.ok(codes(finding, verdict).includes(because as never), JSON.stringify(finding.reasons))
    })
  }
})

test("what only a row says that nobody read in full closes nothing", () => {
  const rows: [FactRows["channels"], Partial<Query>][] = [
    [[{ data: "subscriber", verified: "partly" }], {}],
    [[{ emergency_only: "yes", verified: "no" }], {}],
    [[{ needs: "consent", verified: "partly" }], { answers: { consent: "no" } }],
  ]
  for (const [channels, query] of rows) assert.equal(only({ channels: channels ?? [] }, query).verdict, "unknown")
})

describe("reservations", () => {
  const cases: [
    name: string,
    verdict: string,
    reservations: NonNullable<FactRows["reservations"]>,
    lists?: FactRows["lists"],
  ][] = [
    ["that nobody entered leave a condition", "conditional", []],
    ["that are all entered leave none", "open", [], entered],
    [
      "that are entered from a source that does not show all leave one",
      "conditional",
      [],
      [{ what: "reservations", place: "BR", verified: "no" }],
    ],
    ["that exclude the article close it", "closed", [{}], entered],
    ["that exclude a paragraph of it close it", "closed", [{ article: "29(4)" }], entered],
    ["that are only reported leave it unknown", "unknown", [{ verified: "no" }], entered],
    ["to another article do nothing", "open", [{ article: "9(4)" }], entered],
    ["of the side that asks close it too", "closed", [{ place: "DE" }], entered],
    ["that were withdrawn do nothing", "open", [{ until: "2020-01-01" }], entered],
    ["that are made later do nothing yet", "open", [{ date: "2026-12-01" }], entered],
    [
      "that limit by dual criminality ask for it",
      "conditional",
      [{ effect: "limits", condition: "dual-criminality" }],
      entered,
    ],
    ["that declare something are told", "open", [{ effect: "declares", text: "in English" }], entered],
  ]
  for (const [name, verdict, reservations, lists] of cases) {
    test(name, () => assert.equal(only({ instruments: possible, reservations, lists: lists ?? [] }).verdict, verdict))
  }
})

describe("reservations that limit, or name no article", () => {
  test("a limit does not reach the offences that it spares, where a verified row says that it is one", () => {
    const limit = { effect: "limits", condition: "dual-criminality", spares: "2-11" }
    const rows = { instruments: possible, lists: entered, reservations: [limit] }
    const fraud = { offence: { class: "fraud", penaltyYears: null } }
    assert.equal(only({ ...rows, offences: [{ article: "8" }] }, fraud).verdict, "open")
    assert.equal(only({ ...rows, offences: [{ article: "8", verified: "no" }] }, fraud).verdict, "conditional")
    assert.equal(only({ ...rows, offences: [{ article: "12" }] }, fraud).verdict, "conditional")
    assert.equal(only({ ...rows, offences: [{ article: "8" }] }).verdict, "conditional")
  })
  test("that name no article speak of the whole instrument", () => {
    for (const article of ["", "Chapter III"]) {
      const rows = { instruments: possible, lists: entered, reservations: [{ article }] }
      assert.equal(only(rows).verdict, "closed", article)
    }
  })
  test("a limit that nobody verified closes nothing, whatever the answer, and is cited", () => {
    const limit = { effect: "limits", condition: "consent", verified: "no" }
    const rows = { instruments: possible, lists: entered, reservations: [limit] }
    const found = only(rows, { answers: { consent: "no" } })
    assert.equal(found.verdict, "unknown")
    assert.ok(factsOf(found).some((ref) => ref.startsWith("reservations/")))
    assert.equal(
      only({ ...rows, reservations: [{ ...limit, verified: "yes" }] }, { answers: { consent: "no" } }).verdict,
      "closed",
    )
  })
  test("a limit is met by the answer to its question", () => {
    const rows = {
      instruments: possible,
      lists: entered,
      reservations: [{ effect: "limits", condition: "dual-criminality" }],
    }
    assert.deepEqual(
      only(rows).missing.map(({ code }) => code),
      ["dual-criminality"],
    )
    assert.equal(only(rows, { answers: { "dual-criminality": "yes" } }).verdict, "open")
    assert.equal(only(rows, { answers: { "dual-criminality": "no" } }).verdict, "conditional", "may still be granted")
  })
})

describe("what the case must bring", () => {
  const penalty = { channels: [{ needs: "penalty-3-years" }], offences: [{ listed: "yes" }] }
  const offence = (name: string | null, years: number | null) => ({ offence: { class: name, penaltyYears: years } })
  const cases: [name: string, verdict: string, rows: FactRows, query: Partial<Query>][] = [
    ["not told", "conditional", penalty, {}],
    ["long enough a penalty", "open", penalty, offence(null, 3)],
    ["too short, and the offence may be listed", "conditional", penalty, offence(null, 2)],
    ["too short, and the offence is listed", "open", penalty, offence("fraud", 2)],
    [
      "too short, and a report lists the offence",
      "conditional",
      { ...penalty, offences: [{ listed: "yes", verified: "no" }] },
      offence("fraud", 2),
    ],
    ["too short, and nothing is listed", "closed", { channels: [{ needs: "penalty-3-years" }] }, offence(null, 2)],
    ["consent given", "open", { channels: [{ needs: "consent" }] }, { answers: { consent: "yes" } }],
    ["consent refused", "closed", { channels: [{ needs: "consent" }] }, { answers: { consent: "no" } }],
    [
      "a team listed on both sides, not told",
      "conditional",
      { channels: [{ needs: "team-listed", gate: "settled" }], participation: [] },
      {},
    ],
    [
      "a treaty between the two, none",
      "conditional",
      { channels: [{ needs: "treaty-between", gate: "settled" }], participation: [] },
      { answers: { "treaty-between": "no" } },
    ],
  ]
  for (const [name, verdict, rows, query] of cases) test(name, () => assert.equal(only(rows, query).verdict, verdict))

  test("an answer never mends what is not known of a place", () => {
    const rows = { channels: [{ needs: "consent" }], participation: [{}] }
    assert.equal(only(rows, { answers: { consent: "yes" } }).verdict, "unknown")
  })
})

describe("an instrument that goes before another", () => {
  const two = (rows: FactRows["participation"]): FactRows => ({
    instruments: [{}, { id: "act" }],
    channels: [{ yields_to: "act" }, { channel_id: "order", instrument: "act" }],
    participation: [...both, ...(rows ?? [])],
    lists: [{ instrument: "act" }],
  })
  const verdictOfWay = (rows: FactRows["participation"], query: Partial<Query> = {}) =>
    answer(two(rows), query).findings.find(({ channel }) => channel.id === "way")?.verdict

  test("closes the other between parties to both", () => {
    assert.equal(
      verdictOfWay([
        { instrument: "act", place: "DE" },
        { instrument: "act", place: "BR" },
      ]),
      "closed",
    )
  })
  test("does nothing where one is not bound by it", () => {
    assert.equal(verdictOfWay([{ instrument: "act", place: "DE" }]), "open")
  })
  test("leaves a question where one is only reported to be bound", () => {
    assert.equal(
      verdictOfWay([
        { instrument: "act", place: "DE" },
        { instrument: "act", place: "BR", verified: "no" },
      ]),
      "conditional",
    )
  })
})

test("a closed channel says what would open it", () => {
  const opens = (rows: FactRows, query: Partial<Query> = {}) => only(rows, query).opens.map(({ code }) => code)
  assert.deepEqual(opens({ participation: [{}], lists: [{}] }), ["ratify"])
  assert.deepEqual(opens({ instruments: [{ status: "not in force", in_force_since: "", needed: "5" }] }), [
    "enter-into-force",
  ])
  assert.deepEqual(opens({ instruments: [{ in_force_since: "2027-01-01" }] }), ["wait"])
  assert.deepEqual(opens({ instruments: possible, reservations: [{}], lists: entered }), ["withdraw"])
  assert.deepEqual(opens({ channels: [{ data: "subscriber" }] }), ["other-data"])
  assert.deepEqual(opens({}), [])
  const act = { kind: "eu-act" }
  const union = { instrument: "eu", place: "BR", status: "member" }
  const bodies = [act, { id: "eu", kind: "body" }]
  assert.deepEqual(opens({ instruments: bodies, participation: [{}], lists: [{}] }), ["union"])
  assert.deepEqual(opens({ instruments: bodies, participation: [{}, union], lists: [{}] }), ["opt-in"])
  assert.deepEqual(opens({ instruments: [{ kind: "agreement" }], participation: [{}], lists: [{}] }), ["conclude"])
  const waiting = only({ instruments: [{ status: "not in force", in_force_since: "", needed: "5" }] })
  assert.deepEqual(waiting.opens[0]?.values, { instrument: "treaty", date: "2026-01-31", have: 2, needed: 5 })
})

test("the own refusal list closes, whichever side it names", () => {
  const refused: OwnRefusals = new Map([["BR", { source: "Regulation X", since: "2026-01-01" }]])
  assert.deepEqual(codes(only({}, {}, refused), "closed"), ["own-refusal"])
  assert.equal(only({}, { from: "BR", to: "DE" }, refused).verdict, "closed")
  assert.equal(only({}, { to: "US" }, refused).verdict, "unknown", "an entry says nothing of others")
})

test("evidence comes first, then speed, then the fewest unknowns; what is closed comes last", () => {
  const channels = [
    { channel_id: "closed", data: "content" },
    { channel_id: "lead", use: "lead", pace: "hours" },
    { channel_id: "months", pace: "months" },
    { channel_id: "asks", needs: "consent" },
    { channel_id: "asks-more", needs: "consent domestic-law" },
    { channel_id: "days", limit: "P10D", urgent_limit: "PT8H" },
    { channel_id: "hours", pace: "hours" },
  ]
  const order = (query: Partial<Query>) => answer({ channels }, query).findings.map(({ channel }) => channel.id)
  assert.deepEqual(order({}), ["hours", "days", "months", "lead", "asks", "asks-more", "closed"])
  assert.deepEqual(order({ urgency: "urgent" }).slice(0, 2), ["days", "hours"])
})

test("who asks for data is told first how to have them kept", () => {
  const channels = [{}, { channel_id: "order", measures: "produce" }]
  const asked = answer({ channels }, { measure: "produce" })
  assert.deepEqual(asked.preservation, { channel: "way", verdict: "open" })
  assert.deepEqual(asked.findings[0]?.steps, ["preserve-first"])
  assert.equal(answer({ channels }, { measure: "produce", data: "none" }).preservation, null)
  assert.equal(answer({ channels }, { measure: "preserve" }).preservation, null)
  assert.equal(
    answer({ channels: [{ channel_id: "order", measures: "produce" }] }, { measure: "produce" }).preservation,
    null,
  )
})

test("a measure without a recorded channel has no finding", () => {
  assert.deepEqual(answer({}, { measure: "serve" }).findings, [])
})

test("a judicial channel always names the safeguards, with the statute of the side that is asked", () => {
  const safeguards = [
    { safeguard: "political-offence", article: "29(5)(a)" },
    { safeguard: "blocking-statute", instrument: "", place: "BR", law: "A law", article: "4" },
    { safeguard: "blocking-statute", instrument: "", place: "DE", law: "Another", article: "5" },
  ]
  const found = only({ safeguards }).safeguards
  assert.deepEqual(
    found.map(({ code }) => code),
    [
      ...[
        "dual-criminality",
        "political-offence",
        "fundamental-rights",
        "data-protection",
        "blocking-statute",
        "use-limits",
      ],
    ],
  )
  assert.deepEqual(found.find(({ code }) => code === "blocking-statute")?.facts, [
    "safeguards/blocking-statute//BR/A law/4",
  ])
  assert.deepEqual(
    only({}).safeguards.filter(({ code }) => code === "blocking-statute"),
    [],
  )
})

test("the law of the Union stands beside that of its member States", () => {
  const statute = { safeguard: "blocking-statute", instrument: "", place: "EU", law: "GDPR", article: "48" }
  const rows = { safeguards: [statute], instruments: [{}, { id: "eu", kind: "body" }] }
  const member = { instrument: "eu", place: "BR", status: "member" }
  const found = (more: object[]) =>
    only({ ...rows, participation: [...both, ...more] }).safeguards.map(({ code }) => code)
  assert.ok(found([member]).includes("blocking-statute"))
  assert.ok(!found([]).includes("blocking-statute"))
})

test("an answer for a date uses the facts of that date", () => {
  assert.equal(only({}, { date: "2023-02-28" as Day }).verdict, "unknown")
  assert.equal(only({}, { date: "2023-03-01" as Day }).verdict, "open")
})
