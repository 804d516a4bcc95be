import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Instant } from "../../kernel/time.ts"
import { type PartyId, peerStates } from "../../parties/index.ts"
import { TLP_LEVELS } from "../../stix/index.ts"
import type { Refused } from "../refusals/model.ts"
import {
  RELEASE_REASON_CODES,
  type Recipient,
  type ReleaseObject,
  type ReleaseQuestion,
  type ReleaseReasonCode,
} from "./model.ts"
import { decide } from "./rule.ts"

const id = (number: number) => `identity--00000000-0000-4000-8000-00000000000${number}` as PartyId
const NOW = 1_700_000_000_000_000 as Instant
const refused = (value: string): Refused => ({
  ...{ id: `refusal--${value}` as Refused["id"], value, reason: null, source: "Official Journal", since: "2026-01-01" },
})
const refusing = (...values: string[]) => new Map(values.map((value) => [value, refused(value)]))

const jp: Recipient = {
  ...{ party: id(1), names: ["Example CSIRT Japan"], places: ["JP"] },
  peer: { state: "active", theirs: "active" },
}
const object: ReleaseObject = {
  ...{ type: "indicator", kinds: [], marking: "green", others: [], aside: false, withdrawn: false },
  ...{ revokedSince: false, recalledAt: null },
}
const allowed: ReleaseQuestion = {
  actor: { is: "person", officer: true },
  object,
  origin: "own",
  collection: { kind: "shared", closedAt: null },
  audience: [jp],
  refusals: { parties: new Map(), places: new Map(), kinds: new Map() },
  again: false,
}

function codes(question: ReleaseQuestion): ReleaseReasonCode[] {
  const decision = decide(question)
  return decision.is === "release" ? [] : decision.reasons.map(({ code }) => code)
}

const about = (change: Partial<ReleaseObject>): Partial<ReleaseQuestion> => ({ object: { ...object, ...change } })
const to = (change: Partial<Recipient>): Partial<ReleaseQuestion> => ({ audience: [{ ...jp, ...change }] })
const none = allowed.refusals
const statement = { id: "marking-definition--1", carried: true }

/** What may leave, and right beside it what may not. */
const PAIRS: readonly [ReleaseReasonCode, may: Partial<ReleaseQuestion>, mayNot: Partial<ReleaseQuestion>][] = [
  ["actor.not-officer", { actor: { is: "operator" } }, { actor: { is: "person", officer: false } }],
  ["collection.not-shared", {}, { collection: { kind: "inbox", closedAt: null } }],
  ["collection.not-shared", {}, { collection: { kind: "received", closedAt: null } }],
  ["collection.closed", {}, { collection: { kind: "shared", closedAt: NOW } }],
  ["audience.empty", { audience: [jp, { ...jp, party: id(2) }] }, { audience: [] }],
  ["audience.stranger", {}, to({ peer: null })],
  ["audience.not-active", {}, to({ peer: { state: "compared", theirs: "active" } })],
  ["audience.not-active", {}, to({ peer: { state: "active", theirs: "suspended" } })],
  ["audience.not-active", {}, { audience: [jp, { ...jp, peer: { state: "left", theirs: "active" } }] }],
  [
    "audience.refused",
    { refusals: { ...none, parties: refusing("example csirt") } },
    { refusals: { ...none, parties: refusing("example csirt japan") } },
  ],
  [
    "audience.refused",
    { refusals: { ...none, parties: refusing(id(2)) } },
    { refusals: { ...none, parties: refusing(id(1)) } },
  ],
  [
    "audience.place-refused",
    { refusals: { ...none, places: refusing("BR") } },
    { refusals: { ...none, places: refusing("JP") } },
  ],
  [
    "audience.place-unknown",
    to({ places: null }),
    { ...to({ places: null }), refusals: { ...none, places: refusing("BR") } },
  ],
  [
    "audience.place-unknown",
    to({ places: [] }),
    { ...to({ places: [] }), refusals: { ...none, places: refusing("BR") } },
  ],
  ["object.received", {}, { origin: id(3) as `identity--${string}` }],
  ["object.aside", {}, about({ aside: true })],
  ["object.withdrawn", {}, about({ withdrawn: true })],
  ["object.recalled", { ...about({ recalledAt: NOW }), again: true }, about({ recalledAt: NOW })],
  ["object.revoked-since", {}, about({ revokedSince: true })],
  [
    "object.kind-refused",
    { refusals: { ...none, kinds: refusing("malware") } },
    { refusals: { ...none, kinds: refusing("indicator") } },
  ],
  [
    "object.kind-refused",
    { ...about({ kinds: ["malware-sample"] }), refusals: { ...none, kinds: refusing("exploit-code") } },
    { ...about({ kinds: ["malware-sample"] }), refusals: { ...none, kinds: refusing("malware-sample") } },
  ],
  ["marking.none", about({ type: "marking-definition", marking: null }), about({ marking: null })],
  ["marking.above", about({ marking: "clear" }), about({ marking: "amber" })],
  ["marking.above", about({ marking: "green" }), about({ marking: "red" })],
  ["marking.above", {}, about({ type: "marking-definition", marking: "amber+strict" })],
  [
    "marking.without-rules",
    about({ others: [statement] }),
    about({ others: [statement, { id: "x", carried: false }] }),
  ],
]

test("each thing that may leave has beside it what may not, and for that reason alone", () => {
  for (const [code, may, mayNot] of PAIRS) {
    assert.deepEqual(codes({ ...allowed, ...may }), [], code)
    assert.deepEqual(codes({ ...allowed, ...mayNot }), [code])
  }
  assert.deepEqual(new Set(PAIRS.map(([code]) => code)), new Set(RELEASE_REASON_CODES))
})

test("a refusal says whom and what it is about, so that a lawyer can follow it", () => {
  const decision = decide({ ...allowed, ...about({ marking: "amber" }), refusals: { ...none, places: refusing("JP") } })
  assert.deepEqual(decision, {
    is: "refuse",
    reasons: [
      {
        code: "audience.place-refused",
        values: {
          ...{ party: id(1), name: "Example CSIRT Japan", place: "JP" },
          source: "Official Journal",
          since: "2026-01-01",
        },
      },
      { code: "marking.above", values: { marking: "amber" } },
    ],
  })
})

test("what was recalled and is held nowhere else is let out again only on purpose", () => {
  const recalled = about({ recalledAt: NOW, withdrawn: true })
  assert.deepEqual(codes({ ...allowed, ...recalled }), ["object.withdrawn", "object.recalled"])
  assert.deepEqual(codes({ ...allowed, ...recalled, again: true }), [])
})

const recipients: fc.Arbitrary<Recipient> = fc.record({
  party: fc.constantFrom(id(1), id(2), id(3)),
  names: fc.uniqueArray(fc.constantFrom("A", "B", "Ｂ", "c  d"), { maxLength: 2 }),
  places: fc.option(fc.uniqueArray(fc.constantFrom("JP", "BR", "EU"), { maxLength: 2 })),
  peer: fc.option(fc.record({ state: fc.constantFrom(...peerStates), theirs: fc.constantFrom(...peerStates) })),
})
const some = (...values: string[]) => fc.subarray(values, { maxLength: 2 }).map((chosen) => refusing(...chosen))
const worlds: fc.Arbitrary<ReleaseQuestion> = fc.record({
  actor: fc.oneof(
    fc.constant({ is: "operator" } as const),
    fc.record({ is: fc.constant("person" as const), officer: fc.boolean() }),
  ),
  object: fc.record({
    type: fc.constantFrom("indicator", "artifact", "marking-definition"),
    kinds: fc.constantFrom([], ["exploit-code", "malware-sample"]),
    marking: fc.option(fc.constantFrom(...TLP_LEVELS)),
    others: fc.array(fc.record({ id: fc.constant("marking-definition--x"), carried: fc.boolean() }), { maxLength: 2 }),
    ...{ aside: fc.boolean(), withdrawn: fc.boolean(), revokedSince: fc.boolean() },
    recalledAt: fc.option(fc.constant(NOW)),
  }),
  origin: fc.constantFrom("own" as const, id(3) as `identity--${string}`),
  collection: fc.record({
    kind: fc.constantFrom("shared" as const, "inbox" as const, "received" as const),
    closedAt: fc.option(fc.constant(NOW)),
  }),
  audience: fc.array(recipients, { maxLength: 3 }),
  refusals: fc.record({
    parties: some("b", "c d", id(2)),
    places: some("BR", "EU"),
    kinds: some("indicator", "malware-sample"),
  }),
  again: fc.boolean(),
})
/** Half of the questions differ from one that may leave in few things only: else none would ever leave. */
const near: fc.Arbitrary<ReleaseQuestion> = fc
  .tuple(
    worlds,
    fc.subarray(["actor", "object", "origin", "collection", "audience", "refusals", "again"] as const, {
      maxLength: 2,
    }),
  )
  .map(([other, parts]) => Object.assign({ ...allowed }, Object.fromEntries(parts.map((part) => [part, other[part]]))))

/** The rule once more, written from the sentence and not from the code. */
function mayLeave({ actor, object: o, origin, collection, audience, refusals, again }: ReleaseQuestion): boolean {
  if (actor.is === "person" && !actor.officer) return false
  if (collection.kind !== "shared" || collection.closedAt !== null) return false
  if (audience.length < 1 || !audience.every(({ peer }) => peer?.state === "active" && peer.theirs === "active"))
    return false
  const fold = (name: string) => name.normalize("NFKC").toLowerCase().split(/\s+/).join(" ")
  for (const { party, names, places } of audience) {
    for (const value of refusals.parties.keys())
      if (value === party || names.some((name) => fold(name) === value)) return false
    if (refusals.places.size === 0) continue
    if ((places ?? []).length === 0 || (places ?? []).some((place) => refusals.places.has(place))) return false
  }
  if (origin !== "own" || o.aside || o.revokedSince) return false
  if (refusals.kinds.has(o.type) || o.kinds.some((kind) => refusals.kinds.has(kind))) return false
  if (o.recalledAt === null ? o.withdrawn : !again) return false
  if (!o.others.every(({ carried }) => carried)) return false
  if (o.marking === null) return o.type === "marking-definition"
  return o.marking === "clear" || o.marking === "green"
}

test("two formulations of the rule agree on every question, and a refusal always says why", () => {
  const counts = { release: 0, redact: 0, hold: 0, refuse: 0 }
  fc.assert(
    fc.property(fc.oneof(worlds, near), (question) => {
      const decision = decide(question)
      counts[decision.is] += 1
      assert.equal(decision.is === "release", mayLeave(question))
      if (decision.is === "refuse") assert.ok(decision.reasons.length > 0)
    }),
    { numRuns: 4000, seed: 5 },
  )
  assert.ok(counts.release > 100 && counts.refuse > 100, JSON.stringify(counts))
})
