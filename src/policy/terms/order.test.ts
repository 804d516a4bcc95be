import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { nearTerms, someTerms } from "../../../test/support/terms.ts"
import { DEFAULT_TERMS, TERM_NAMES, type TermName, type Terms, termsText } from "./model.ts"
import { isNarrower, loosened } from "./order.ts"

const about = (change: Partial<Terms>): Terms => ({ ...DEFAULT_TERMS, ...change })
const { audience, objects, duties } = DEFAULT_TERMS

const allowing = (safeguard: string, instrument: string | null) =>
  about({ personal: { is: "allow", safeguard, instrument } })

const ROW = { type: "phone", purpose: "evidence", basis: "Act 12", safeguard: "Art. 14" } as const
const matching = (...rows: Terms["matching"] & object) => about({ matching: rows })

/** Of each term something narrower and something wider. */
const STEPS: readonly [TermName, narrower: Terms, wider: Terms][] = [
  [
    "parties",
    about({
      audience: { ...audience, parties: [`identity--${"0".repeat(8)}-0000-4000-8000-${"0".repeat(12)}` as never] },
    }),
    DEFAULT_TERMS,
  ],
  [
    "kinds",
    about({ audience: { ...audience, kinds: ["civil"] } }),
    about({ audience: { ...audience, kinds: ["civil", "company"] } }),
  ],
  ["places", about({ audience: { ...audience, places: ["JP"] } }), DEFAULT_TERMS],
  ["bound", about({ audience: { ...audience, bound: ["eu"] } }), DEFAULT_TERMS],
  [
    "bound",
    about({ audience: { ...audience, bound: ["budapest", "eu"] } }),
    about({ audience: { ...audience, bound: ["eu"] } }),
  ],
  ["confidential", DEFAULT_TERMS, about({ audience: { ...audience, confidential: false } })],
  ["types", about({ objects: { ...objects, types: ["indicator"] } }), DEFAULT_TERMS],
  [
    "sectors",
    about({ objects: { ...objects, sectors: ["energy"] } }),
    about({ objects: { ...objects, sectors: ["energy", "water"] } }),
  ],
  ["incidents", about({ objects: { ...objects, incidents: ["fraud"] } }), DEFAULT_TERMS],
  ["marking", DEFAULT_TERMS, about({ marking: "amber" })],
  ["actions", about({ actions: "red" }), DEFAULT_TERMS],
  ["actions", about({ actions: "green" }), about({ actions: "amber" })],
  ["purposes", about({ purposes: ["defence"] }), DEFAULT_TERMS],
  ["personal", about({ personal: { is: "redact" } }), DEFAULT_TERMS],
  ["personal", about({ personal: { is: "forbid" } }), about({ personal: { is: "redact" } })],
  ["personal", allowing("Art. 14", "convention-108"), allowing("Art. 14", null)],
  ["personal", about({ personal: { is: "forbid" } }), allowing("Art. 14", "convention-108")],
  ["attribution", about({ attribution: "hidden" }), DEFAULT_TERMS],
  ["onward", about({ onward: "agreement" }), about({ onward: "marked" })],
  ["retention", about({ retention: 30 }), about({ retention: 90 })],
  ["acknowledge", about({ duties: { ...duties, acknowledge: 4 } }), DEFAULT_TERMS],
  ["answer", about({ duties: { ...duties, answer: 4 } }), about({ duties: { ...duties, answer: 8 } })],
  ["sightings", about({ duties: { ...duties, sightings: 4 } }), DEFAULT_TERMS],
  ["start", about({ start: "2026-01-02" }), about({ start: "2026-01-01" })],
  ["end", about({ end: "2026-01-01" }), about({ end: "2026-01-02" })],
  ["end", about({ end: "2026-01-01" }), DEFAULT_TERMS],
  ["notice", DEFAULT_TERMS, about({ notice: 30 })],
  ["urgent", DEFAULT_TERMS, about({ urgent: true })],
  ["matching", DEFAULT_TERMS, matching(ROW)],
  ["matching", matching(ROW), matching({ ...ROW, type: "case" }, ROW)],
]

test("each term has a narrower and a wider side", () => {
  for (const [name, narrower, wider] of STEPS) {
    assert.deepEqual(loosened(narrower, wider), [], name)
    assert.deepEqual(loosened(wider, narrower), [name], name)
  }
  assert.deepEqual(new Set(STEPS.map(([name]) => name)), new Set(TERM_NAMES))
})

test("another safeguard is neither narrower nor wider, nor is another instrument, nor a copy where an instrument keeps the whole", () => {
  const pairs = [
    [allowing("Art. 14", null), allowing("Art. 15", null)],
    [allowing("Art. 14", "convention-108"), allowing("Art. 14", "eu")],
    [about({ personal: { is: "redact" } }), allowing("Art. 14", "eu")],
  ] as const
  for (const [one, other] of pairs) {
    assert.deepEqual(loosened(one, other), ["personal"])
    assert.deepEqual(loosened(other, one), ["personal"])
  }
})

test("what may be matched on another basis, for another purpose or under another safeguard is neither narrower nor wider", () => {
  for (const other of [
    { basis: "Act 13" },
    { safeguard: "Art. 15" },
    { purpose: "defence" },
    { type: "case" },
  ] as const) {
    assert.deepEqual(loosened(matching({ ...ROW, ...other }), matching(ROW)), ["matching"])
    assert.deepEqual(loosened(matching(ROW), matching({ ...ROW, ...other })), ["matching"])
  }
})

const terms = fc.oneof(someTerms, nearTerms)

test("the order is a partial one: reflexive, transitive, and two that are both narrower are the same text", () => {
  let chains = 0
  fc.assert(
    fc.property(nearTerms, nearTerms, terms, (a, b, c) => {
      assert.ok(isNarrower(a, a))
      if (isNarrower(a, b) && isNarrower(b, a)) assert.equal(termsText(a), termsText(b))
      if (!isNarrower(a, b) || !isNarrower(b, c)) return
      chains += 1
      assert.ok(isNarrower(a, c))
    }),
    { numRuns: 20_000 },
  )
  assert.ok(chains > 50, `${chains} chains`)
})
