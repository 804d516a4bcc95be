import assert from "node:assert/strict"
import { test } from "node:test"
import { type Asked, allowed, jp, NOON, partyId, plainObject } from "../../../test/support/decisions.ts"
import { formatOf, languages, translator } from "../../http/index.ts"
import type { Instant } from "../../kernel/time.ts"
import type { Bound, Day, FactRef } from "../../law/index.ts"
import type { Refused } from "../refusals/model.ts"
import { DEFAULT_TERMS, type Terms } from "../terms/model.ts"
import { decide } from "./deciding.ts"
import {
  APPROVAL_HOLDS,
  type Decision,
  type Found,
  RELEASE_REASON_CODES,
  type Recipient,
  type ReleaseFacts,
  type ReleaseObject,
  type ReleaseOrigin,
  type ReleaseReasonCode,
} from "./model.ts"
import { plainNames, reasonText } from "./words.ts"

const refused = (value: string): Refused => ({
  ...{ id: `refusal--${value}` as Refused["id"], value, reason: null, source: "Official Journal", since: "2026-01-01" },
})
const refusing = (...values: string[]) => new Map(values.map((value) => [value, refused(value)]))
const none = allowed.facts.refusals

function ask({ object, origin, terms, facts, approvals, purpose, time }: Asked): Decision {
  return decide(object, origin, terms, facts, approvals, purpose, time)
}

const about = (change: Partial<ReleaseObject>): Partial<Asked> => ({ object: { ...plainObject, ...change } })
const given = (change: Partial<ReleaseFacts>): Partial<Asked> => ({ facts: { ...allowed.facts, ...change } })
const to = (change: Partial<Recipient>): Partial<Asked> => given({ audience: [{ ...jp, ...change }] })
const under = (change: Partial<Terms>): Partial<Asked> => ({ terms: { ...DEFAULT_TERMS, ...change } })
const reading = (change: Partial<Terms["audience"]>) => under({ audience: { ...DEFAULT_TERMS.audience, ...change } })
const within = (change: Partial<Terms["objects"]>) => under({ objects: { ...DEFAULT_TERMS.objects, ...change } })
const from = (change: Partial<Terms>, agreement: string | null = null): { origin: ReleaseOrigin } => ({
  origin: { party: partyId(3), terms: { ...DEFAULT_TERMS, ...change }, agreement },
})
const together = given({ collection: { kind: "shared", closedAt: null, agreement: "treaty" } })
const email: Found = { path: "/description", what: "email", whole: false }
const author: Found = { path: "/created_by_ref", what: "author", whole: false }
const statement = { id: "marking-definition--1", marking: null, is: "statement" } as const
const pap = (actions: "clear" | "green" | "amber" | "red" | null) =>
  ({ id: "marking-definition--2", marking: null, is: "actions", actions }) as const

const boundBy = (...bound: string[]) => reading({ bound })
const row = { fact: "participation/eu/JP/Japan/member" as FactRef, source: "Depositary", asOf: "2026-02-28" as Day }
const law = (state: Bound["state"]) => given({ law: new Map([["eu/JP", { state, rests: row }]]) })
const safeguarded = under({ personal: { is: "allow", safeguard: "Art. 14", instrument: "eu" } })
const holding = about({ personal: [email] })

/** What may leave, and right beside it what may not, for this reason alone. */
const REFUSED: readonly [ReleaseReasonCode, may: Partial<Asked>, mayNot: Partial<Asked>][] = [
  [
    "actor.not-officer",
    given({ actor: { is: "operator" } }),
    given({ actor: { is: "person", officer: false, by: "ada" } }),
  ],
  ["collection.not-shared", {}, given({ collection: { kind: "inbox", closedAt: null, agreement: null } })],
  ["collection.not-shared", {}, given({ collection: { kind: "received", closedAt: null, agreement: null } })],
  ["collection.closed", {}, given({ collection: { kind: "shared", closedAt: NOON, agreement: null } })],
  ["terms.unknown", {}, { terms: null }],
  ["terms.not-begun", under({ start: "2026-07-01" }), under({ start: "2026-07-02" })],
  ["terms.ended", under({ end: "2026-07-01" }), under({ end: "2026-06-30" })],
  ["purpose.outside", { purpose: "investigation" }, { purpose: "research" }],
  ["audience.empty", given({ audience: [jp, { ...jp, party: partyId(2) }] }), given({ audience: [] })],
  ["audience.stranger", {}, to({ peer: null })],
  ["audience.not-active", {}, to({ peer: { state: "compared", theirs: "active" } })],
  ["audience.not-active", {}, to({ peer: { state: "active", theirs: "suspended" } })],
  [
    "audience.not-active",
    {},
    given({ audience: [jp, { ...jp, party: partyId(2), peer: { state: "left", theirs: "active" } }] }),
  ],
  [
    "audience.refused",
    given({ refusals: { ...none, parties: refusing("example csirt") } }),
    given({ refusals: { ...none, parties: refusing("example csirt japan") } }),
  ],
  [
    "audience.refused",
    given({ refusals: { ...none, parties: refusing(partyId(2)) } }),
    given({ refusals: { ...none, parties: refusing(partyId(1)) } }),
  ],
  [
    "audience.place-refused",
    given({ refusals: { ...none, places: refusing("BR") } }),
    given({ refusals: { ...none, places: refusing("JP") } }),
  ],
  [
    "audience.place-unknown",
    to({ places: null }),
    given({ audience: [{ ...jp, places: null }], refusals: { ...none, places: refusing("BR") } }),
  ],
  [
    "audience.place-unknown",
    to({ places: [] }),
    given({ audience: [{ ...jp, places: [] }], refusals: { ...none, places: refusing("BR") } }),
  ],
  ["audience.not-named", reading({ parties: [partyId(1)] }), reading({ parties: [partyId(2)] })],
  ["audience.kind-outside", reading({ kinds: ["government"] }), reading({ kinds: ["civil", "company"] })],
  ["audience.kind-unknown", to({ kind: null }), { ...to({ kind: null }), ...reading({ kinds: ["government"] }) }],
  ["audience.place-outside", reading({ places: ["BR", "JP"] }), reading({ places: ["BR"] })],
  [
    "audience.place-outside",
    { ...to({ places: ["BR", "JP"] }), ...reading({ places: ["BR", "JP"] }) },
    { ...to({ places: ["BR", "JP"] }), ...reading({ places: ["JP"] }) },
  ],
  ["audience.place-unsaid", to({ places: null }), { ...to({ places: null }), ...reading({ places: ["JP"] }) }],
  ["audience.place-unsaid", to({ places: [] }), { ...to({ places: [] }), ...reading({ places: ["JP"] }) }],
  ["audience.bound-unsaid", to({ places: null }), { ...to({ places: null }), ...boundBy("eu") }],
  ["audience.not-bound", { ...boundBy("eu"), ...law("bound") }, { ...boundBy("eu"), ...law("not-bound") }],
  ["audience.bound-unverified", law("unverified"), { ...boundBy("eu"), ...law("unverified") }],
  ["audience.bound-open", law("open"), { ...boundBy("eu"), ...law("open") }],
  ["audience.bound-unknown", law("unknown"), { ...boundBy("eu"), ...law("unknown") }],
  ["audience.bound-unknown", law("bound"), { ...boundBy("budapest"), ...law("bound") }],
  ["audience.instrument-unknown", law("no-instrument"), { ...boundBy("eu"), ...law("no-instrument") }],
  [
    "personal.bound-unsaid",
    { ...to({ places: [] }), ...safeguarded },
    { ...to({ places: [] }), ...holding, ...safeguarded },
  ],
  ["personal.not-bound", { ...safeguarded, ...law("not-bound") }, { ...holding, ...safeguarded, ...law("not-bound") }],
  ["personal.bound-unverified", law("unverified"), { ...holding, ...safeguarded, ...law("unverified") }],
  ["personal.bound-open", law("open"), { ...holding, ...safeguarded, ...law("open") }],
  ["personal.bound-unknown", law("unknown"), { ...holding, ...safeguarded, ...law("unknown") }],
  ["personal.instrument-unknown", law("no-instrument"), { ...holding, ...safeguarded, ...law("no-instrument") }],
  ["object.aside", {}, about({ aside: true })],
  ["object.withdrawn", {}, about({ withdrawn: true })],
  ["object.recalled", { ...about({ recalledAt: NOON }), ...given({ again: true }) }, about({ recalledAt: NOON })],
  ["object.revoked-since", {}, about({ revokedSince: true })],
  [
    "object.kind-refused",
    given({ refusals: { ...none, kinds: refusing("malware") } }),
    given({ refusals: { ...none, kinds: refusing("indicator") } }),
  ],
  [
    "object.kind-refused",
    { ...about({ kinds: ["malware-sample"] }), ...given({ refusals: { ...none, kinds: refusing("exploit-code") } }) },
    { ...about({ kinds: ["malware-sample"] }), ...given({ refusals: { ...none, kinds: refusing("malware-sample") } }) },
  ],
  ["object.received", {}, { origin: { party: partyId(3), terms: null, agreement: null } }],
  ["onward.none", from({ onward: "marked" }), from({ onward: "none" })],
  ["onward.none", { ...from({ onward: "agreement" }, "treaty"), ...together }, { ...from({}, "treaty"), ...together }],
  [
    "onward.agreement",
    { ...from({ onward: "agreement" }, "treaty"), ...together },
    { ...from({ onward: "agreement" }, "other"), ...together },
  ],
  [
    "onward.agreement",
    { ...from({ onward: "constituents" }, "treaty"), ...together },
    from({ onward: "constituents" }),
  ],
  [
    "onward.marked",
    {
      ...from({ onward: "marked" }, "treaty"),
      ...together,
      ...about({ marking: "amber" }),
      ...under({ marking: "amber" }),
    },
    { ...from({ onward: "marked" }), ...about({ marking: "amber" }), ...under({ marking: "amber" }) },
  ],
  [
    "onward.wider",
    from({ onward: "marked", purposes: ["defence", "evidence", "investigation"] }),
    from({ onward: "marked", purposes: ["defence"] }),
  ],
  ["onward.wider", from({ onward: "marked" }), from({ onward: "marked", retention: 30 })],
  ["onward.ended", from({ onward: "marked", end: "2026-07-01" }), from({ onward: "marked", end: "2026-06-30" })],
  ["object.type-outside", within({ types: ["indicator"] }), within({ types: ["report"] })],
  [
    "object.type-outside",
    { ...about({ type: "marking-definition", marking: null }), ...within({ types: ["report"] }) },
    within({ types: ["report"] }),
  ],
  ["object.sector-none", about({ sectors: [] }), within({ sectors: ["energy"] })],
  [
    "object.sector-outside",
    { ...about({ sectors: ["energy"] }), ...within({ sectors: ["energy"] }) },
    { ...about({ sectors: ["energy", "water"] }), ...within({ sectors: ["energy"] }) },
  ],
  ["object.incident-none", about({ incidents: [] }), within({ incidents: ["fraud"] })],
  [
    "object.incident-outside",
    { ...about({ incidents: ["fraud"] }), ...within({ incidents: ["fraud"] }) },
    { ...about({ incidents: ["rsit:new"] }), ...within({ incidents: ["fraud"] }) },
  ],
  ["marking.none", about({ type: "marking-definition", marking: null }), about({ marking: null })],
  ["marking.above", about({ marking: "clear" }), about({ marking: "amber" })],
  ["marking.above", { ...about({ marking: "amber" }), ...under({ marking: "amber" }) }, about({ marking: "red" })],
  ["marking.above", {}, about({ type: "marking-definition", marking: "amber+strict" })],
  ["marking.above", about({ others: [statement] }), about({ others: [{ ...statement, marking: "amber" }] })],
  [
    "marking.without-rules",
    about({ others: [statement, pap("red")] }),
    about({ others: [statement, { id: "x", marking: null, is: "unknown" }] }),
  ],
  [
    "marking.actions-above",
    { ...about({ others: [pap("green")] }), ...under({ actions: "green" }) },
    { ...about({ others: [pap("amber")] }), ...under({ actions: "green" }) },
  ],
  [
    "marking.actions-unknown",
    about({ others: [pap(null)] }),
    { ...about({ others: [pap(null)] }), ...under({ actions: "red" }) },
  ],
  [
    "personal.forbidden",
    under({ personal: { is: "forbid" } }),
    { ...about({ personal: [email] }), ...under({ personal: { is: "forbid" } }) },
  ],
  [
    "personal.whole",
    under({ personal: { is: "redact" } }),
    { ...about({ personal: [{ ...email, whole: true }] }), ...under({ personal: { is: "redact" } }) },
  ],
  [
    "source.whole",
    about({ sources: [{ ...author, whole: true }] }),
    { ...about({ sources: [{ ...author, whole: true }] }), ...under({ attribution: "hidden" }) },
  ],
  [
    "people.too-few",
    given({ officers: 1 }),
    { ...given({ officers: 1 }), ...about({ marking: "amber" }), ...under({ marking: "amber" }) },
  ],
]

test("each thing that may leave has beside it what may not, and for that reason alone", () => {
  for (const [code, may, mayNot] of REFUSED) {
    assert.deepEqual(ask({ ...allowed, ...may }), { is: "release", reasons: [] }, code)
    const decision = ask({ ...allowed, ...mayNot })
    assert.equal(decision.is, "refuse", code)
    assert.deepEqual(new Set(decision.reasons.map((reason) => reason.code)), new Set([code]))
  }
})

const wide = under({ marking: "amber+strict" })
const HELD: readonly [ReleaseReasonCode, goes: Partial<Asked>, waits: Partial<Asked>][] = [
  ["people.strict", { ...about({ marking: "amber" }), ...wide }, { ...about({ marking: "amber+strict" }), ...wide }],
  ["people.personal", {}, about({ personal: [email] })],
  ["people.looser", about({ strictest: "green" }), about({ strictest: "amber" })],
  ["people.first", given({ first: true, officers: 1 }), given({ first: true })],
]

test("what needs two people waits for another officer, and goes once that one has agreed to exactly it", () => {
  for (const [code, goes, waits] of HELD) {
    assert.equal(ask({ ...allowed, ...goes }).is, "release", code)
    const held = ask({ ...allowed, ...waits })
    assert.ok(held.is === "hold", code)
    assert.deepEqual(held.for, { role: "officer", except: ["ada"] })
    assert.deepEqual(
      held.reasons.map((reason) => reason.code),
      [code],
    )
    const yes = { by: "bo", officer: true, binding: "this", at: NOON }
    const with_ = (change: Partial<typeof yes>, time = NOON) =>
      ask({ ...allowed, ...waits, time, approvals: { binding: "this", given: [{ ...yes, ...change }] } })
    assert.deepEqual(with_({}), {
      is: "release",
      reasons: [{ code: "people.approved", values: { by: "bo", at: "2026-07-01T12:00:00.000000Z" } }],
    })
    for (const change of [{ by: "ada" }, { officer: false }, { binding: "other" }, { at: (NOON + 1) as Instant }]) {
      assert.equal(with_(change).is, "hold", JSON.stringify(change))
    }
    assert.equal(with_({}, (NOON + APPROVAL_HOLDS - 1) as Instant).is, "release")
    assert.equal(with_({}, (NOON + APPROVAL_HOLDS) as Instant).is, "hold")
  }
})

test("whoever commands the machine needs an officer's yes where an officer needs another's", () => {
  const machine = given({ first: true, actor: { is: "operator" } })
  const held = ask({ ...allowed, ...machine })
  assert.deepEqual(held.is === "hold" && held.for.except, [])
  const given_ = [{ by: "ada", officer: true, binding: "this", at: NOON }]
  assert.equal(ask({ ...allowed, ...machine, approvals: { binding: "this", given: given_ } }).is, "release")
})

test("a node with fewer than two officers holds nothing for a second one that it does not have", () => {
  for (const change of [about({ personal: [email] }), about({ strictest: "red" })]) {
    const decision = ask({ ...allowed, ...given({ officers: 1 }), ...change })
    assert.equal(decision.is, "refuse")
    assert.equal(decision.reasons[0]?.code, "people.too-few")
  }
})

test("urgent need lets one officer decide where the terms know of it, with a reason, and somebody is told", () => {
  const strict = { ...about({ marking: "amber+strict" }), ...under({ marking: "amber+strict", urgent: true }) }
  const urgent = { reason: "it spreads", told: "bo" }
  const now = (change: Partial<ReleaseFacts>) => ask({ ...allowed, ...strict, ...given({ urgent, ...change }) })
  for (const officers of [1, 2]) {
    assert.deepEqual(now({ officers }), {
      is: "release",
      reasons: [{ code: "people.urgent", values: { told: "bo", why: "it spreads" } }],
    })
  }
  const without: Partial<ReleaseFacts>[] = [
    { urgent: null },
    { urgent: { ...urgent, told: "ada" } },
    { urgent: { ...urgent, told: "" } },
    { urgent: { ...urgent, reason: " " } },
    { actor: { is: "operator" } },
  ]
  for (const change of without) assert.equal(now(change).is, "hold", JSON.stringify(change))
  assert.equal(ask({ ...allowed, ...strict, ...wide, ...given({ urgent }) }).is, "hold")
})

test("what is taken out is told, of what goes at once and of what waits", () => {
  const object = about({ personal: [email], sources: [author] })
  const terms = under({ personal: { is: "redact" }, attribution: "hidden" })
  const what = [
    { path: "/description", what: "email" },
    { path: "/created_by_ref", what: "author" },
  ]
  assert.deepEqual(ask({ ...allowed, ...object, ...terms }), { is: "redact", what, reasons: [] })
  const held = ask({ ...allowed, ...object, ...terms, ...given({ first: true }) })
  assert.deepEqual(held.is === "hold" && held.what, what)
  assert.equal(ask({ ...allowed, ...about({ sources: [author] }) }).is, "release")
})

test("a reason that rests on an agreement names its article", () => {
  const decision = ask({ ...allowed, ...about({ marking: "amber" }), ...given({ articles: { marking: "4(2)" } }) })
  assert.deepEqual(decision.reasons, [
    { code: "marking.above", values: { marking: "amber", most: "green", article: "4(2)" } },
  ])
  const [reason] = decision.reasons
  assert.ok(reason !== undefined)
  assert.match(reasonText(translator("en"), reason, plainNames), /TLP:AMBER.*TLP:GREEN.*\(Art\. 4\(2\)\)/)
  assert.match(reasonText(translator("zh-Hant"), reason, plainNames), /（依據：第4條第2項）/)
  assert.match(reasonText(translator("zh-Hans"), reason, plainNames), /（依据：第4条第2款）/)
})

test("a fault of the node, a level and a question that nobody knows are refused", () => {
  const failed = { is: "refuse", reasons: [{ code: "decision.failed", values: {} }] }
  const broken = { ...allowed, object: null } as unknown as Asked
  assert.deepEqual(ask(broken), failed)
  const target = ask({ ...allowed, facts: { ...allowed.facts, audience: null } } as unknown as Asked)
  assert.deepEqual(target, failed)
  const marking = "violet" as ReleaseObject["marking"]
  assert.deepEqual(ask({ ...allowed, ...about({ marking }) }).reasons[0]?.code, "marking.above")
})

test("every reason is reached here and has its sentence in every language, without a blank", () => {
  const reached = new Map<ReleaseReasonCode, Decision["reasons"][number]>()
  const all = [...REFUSED, ...HELD].map(([, , asked]) => asked)
  const yes = { binding: "this", given: [{ by: "bo", officer: true, binding: "this", at: NOON }] }
  const urgent = { ...under({ urgent: true }), ...given({ first: true, urgent: { reason: "it spreads", told: "bo" } }) }
  const more = [{ ...given({ first: true }), approvals: yes }, urgent, { object: null as unknown as ReleaseObject }]
  for (const asked of [...all, ...more]) {
    for (const reason of ask({ ...allowed, ...asked }).reasons) reached.set(reason.code, reason)
  }
  assert.deepEqual([...reached.keys()].toSorted(), [...RELEASE_REASON_CODES].toSorted())
  for (const language of languages) {
    const names = { ...plainNames, place: formatOf(language, "UTC").place }
    for (const reason of reached.values()) {
      assert.doesNotMatch(reasonText(translator(language), reason, names), /\{\w+\}|undefined|null/, reason.code)
    }
  }
})
