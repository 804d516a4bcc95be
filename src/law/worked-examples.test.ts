import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { someQuery } from "../../test/support/facts.ts"
import type { Verdict } from "./codes.ts"
import type { Day } from "./dates.ts"
import { findPaths } from "./finder.ts"
import type { Query } from "./query.ts"
import { shippedFacts } from "./shipped.ts"

const facts = shippedFacts()

function verdicts(query: Partial<Query>): Record<string, Verdict> {
  const { findings } = findPaths(someQuery(query), facts)
  return Object.fromEntries(findings.map(({ channel, verdict }) => [channel.id, verdict]))
}

function reasons(query: Partial<Query>, id: string): string[] {
  const found = findPaths(someQuery(query), facts).findings.find(({ channel }) => channel.id === id)
  assert.ok(found, id)
  return found.reasons.filter(({ effect }) => effect !== "for").map(({ code }) => code)
}

function includes(found: Record<string, Verdict>, wanted: Record<string, Verdict>): void {
  for (const [channel, verdict] of Object.entries(wanted)) assert.equal(found[channel], verdict, channel)
}

describe("a prosecutor in Germany, a provider established in Ireland, subscriber data", () => {
  const query: Partial<Query> = { from: "DE", to: "IE", provider: true, measure: "produce", data: "subscriber" }
  test("the European order is open; what Ireland does not take part in is closed; the 1959 Convention is slow", () => {
    includes(verdicts(query), {
      ...{ "epo-sub": "open", "epo-con": "closed", "bud-31": "closed", eio: "closed", "2ap-7": "closed" },
      ...{ "coe-1959": "conditional", mlat: "conditional", "uncc-44": "closed" },
    })
    assert.equal(findPaths(someQuery(query), facts).findings[0]?.channel.id, "epo-sub")
  })
  test("each says why", () => {
    assert.deepEqual(reasons(query, "epo-con"), ["data-not-covered", "condition-open"])
    assert.ok(reasons(query, "bud-31").includes("not-on-list"))
    assert.deepEqual(reasons(query, "eio"), ["not-party", "condition-open"])
    assert.ok(reasons(query, "2ap-7").includes("not-in-force"))
  })
  test("before 18 August 2026 the order does not apply yet", () => {
    const before = { ...query, date: "2026-08-17" as Day }
    assert.equal(verdicts(before)["epo-sub"], "closed")
    assert.equal(reasons(before, "epo-sub")[0], "not-yet-in-force")
  })
  test("the first deadline is ten days, in an emergency eight hours", () => {
    const first = (urgency: Query["urgency"]) =>
      findPaths(someQuery({ ...query, urgency }), facts).findings.find(({ channel }) => channel.id === "epo-sub")?.limit
    assert.deepEqual([first("normal"), first("urgent")], ["P10D", "PT8H"])
  })
  test("Denmark is not bound, and nobody outside the Union is", () => {
    assert.equal(verdicts({ ...query, to: "DK" })["epo-sub"], "closed")
    assert.equal(verdicts({ ...query, from: "DK" })["epo-sub"], "closed")
    for (const to of ["GB", "US", "BR", "CH", "NO"]) assert.equal(verdicts({ ...query, to })["epo-sub"], "closed", to)
  })
})

describe("a prosecutor in Brazil, a provider in the United States, volatile data", () => {
  const query: Partial<Query> = { from: "BR", to: "US" }
  test("preservation first, by the Budapest Convention, for which nobody needs dual criminality", () => {
    const found = findPaths(someQuery({ ...query, measure: "produce", data: "subscriber" }), facts)
    assert.equal(found.preservation?.channel, "bud-29")
    const against = reasons({ ...query, measure: "preserve" }, "bud-29")
    assert.deepEqual(
      against.filter((code) => !/^reservations-|^declared|^limited|^condition-open/.test(code)),
      [],
    )
  })
  test("then what the provider gives of itself, or mutual assistance, both under conditions", () => {
    includes(verdicts({ ...query, measure: "disclose", data: "subscriber" }), { "provider-vol": "conditional" })
    includes(verdicts({ ...query, measure: "produce", data: "content" }), {
      ...{ "bud-31": "conditional", mlat: "conditional", "provider-vol": "conditional" },
      ...{ "2ap-7": "closed", "uncc-44": "closed", "cloud-uk": "closed", "cloud-au": "closed", "epo-con": "closed" },
    })
  })
  test("before Brazil was a Party to the Budapest Convention nothing says that it was", () => {
    assert.notEqual(verdicts({ ...query, date: "2022-01-01" as Day })["bud-29"], "open")
    assert.ok(reasons({ ...query, date: "2022-01-01" as Day }, "bud-29").includes("no-fact"))
  })
})

describe("an authority in China and one in Germany, ransomware, an emergency", () => {
  for (const [from, to] of [
    ["CN", "DE"],
    ["DE", "CN"],
  ] as const) {
    const query: Partial<Query> = { from, to, urgency: "urgent", offence: { class: "ransomware", penaltyYears: 5 } }
    test(`${from} asks ${to}: one fast technical lane and one slow legal lane`, () => {
      includes(verdicts({ ...query, measure: "takedown", data: "none" }), {
        csirt: "conditional",
        "untoc-18": "conditional",
      })
      includes(verdicts({ ...query, measure: "technical", data: "none" }), {
        csirt: "conditional",
        interpol: "conditional",
      })
      includes(verdicts({ ...query, measure: "preserve" }), { "bud-29": "closed", "uncc-42": "closed" })
      includes(verdicts({ ...query, measure: "produce" }), { "bud-31": "closed", "uncc-44": "closed", eio: "closed" })
      const uses = findPaths(someQuery({ ...query, measure: "technical", data: "none" }), facts).findings.map(
        ({ use }) => use,
      )
      assert.deepEqual(uses.toSorted(), ["lead", "technical"])
    })
  }
  test("five years are long enough for the convention on organised crime; the rest is asked", () => {
    const query: Partial<Query> = { from: "CN", to: "DE", measure: "takedown", data: "none" }
    const found = findPaths(someQuery({ ...query, offence: { class: null, penaltyYears: 5 } }), facts)
    const untoc = found.findings.find(({ channel }) => channel.id === "untoc-18")
    assert.deepEqual(
      untoc?.missing.map(({ code }) => code).filter((code) => code !== "reservations" && code !== "participation"),
      ["organised-group", "dual-criminality"],
    )
    const short = findPaths(someQuery({ ...query, offence: { class: null, penaltyYears: 2 } }), facts)
    assert.equal(short.findings.find(({ channel }) => channel.id === "untoc-18")?.verdict, "closed")
  })
})

test("Japan does not apply Article 7 of the protocol, which is not in force either", () => {
  assert.ok(reasons({ from: "DE", to: "JP", measure: "produce", data: "subscriber" }, "2ap-7").includes("excluded"))
  assert.ok(!reasons({ from: "DE", to: "JP", measure: "produce", data: "subscriber" }, "2ap-8").includes("excluded"))
})

test("between bound States the European Investigation Order goes before the 1959 Convention", () => {
  const query: Partial<Query> = { from: "DE", to: "FR", measure: "produce", data: "content" }
  assert.equal(verdicts(query)["coe-1959"], "closed")
  assert.ok(reasons(query, "coe-1959").includes("yields"))
  assert.notEqual(verdicts({ ...query, to: "IE" })["coe-1959"], "closed")
})

test("a decision on adequate protection of data opens no channel", () => {
  const lists = new Set(facts.rows.instruments.filter(({ field }) => field === "data-protection").map(({ id }) => id))
  assert.ok(lists.has("gdpr-adequacy"))
  assert.deepEqual(
    facts.channels.filter(({ instrument }) => lists.has(instrument)),
    [],
  )
})
