import assert from "node:assert/strict"
import { test } from "node:test"
import { BALTIC, HARBOUR, sampleText } from "../../test/support/agreements.ts"
import { termsOf } from "./clause-terms.ts"
import { type AgreementText, parseText } from "./model.ts"
import { narrowedBetween, narrowedBy, termsFor } from "./reserving.ts"

const PHONE = { type: "phone", purpose: "evidence", basis: "Act 12", safeguard: "Art. 14" } as const
const CASE = { ...PHONE, type: "case" } as const
const PERSON = { ...PHONE, type: "person" } as const

const sample = sampleText([
  { party: HARBOUR, name: "Harbour" },
  { party: BALTIC, name: "Baltic" },
])
const [purpose, use] = sample.articles as [AgreementText["articles"][number], AgreementText["articles"][number]]
const [first] = purpose.clauses as [(typeof purpose.clauses)[number]]
const matched = { ...first, terms: { matching: [PHONE, CASE, PERSON] } }
const text = parseText({ ...sample, articles: [{ ...purpose, clauses: [matched] }, use] })

test("what a clause lets be matched stands in the terms of the text, and nothing where none does or one says so", () => {
  assert.deepEqual(termsOf(text).matching, [CASE, PERSON, PHONE])
  assert.equal("matching" in termsOf(sample), false)
  assert.equal("matching" in termsOf(text, { matching: [] }), false)
})

test("a party may reserve that less is matched with it, or nothing, but no other basis", () => {
  const reserved = (matching: (typeof PHONE | typeof CASE | typeof PERSON)[]) =>
    narrowedBy(text, { clause: matched.id, terms: { matching } })
  assert.deepEqual(reserved([PHONE]), { matching: [PHONE] })
  assert.deepEqual(reserved([]), { matching: [] })
  assert.equal(reserved([CASE, PERSON, PHONE]), null)
  assert.equal(narrowedBy(text, { clause: matched.id, terms: { matching: [{ ...PHONE, basis: "Act 13" }] } }), null)
})

test("between two who both reserved only what both left is matched, and the rest of the agreement counts all the same", () => {
  const between = narrowedBetween(text, { matching: [PHONE, CASE] }, { matching: [PERSON, CASE] })
  assert.deepEqual(between, { matching: [CASE] })
  const nothing = narrowedBetween(text, { matching: [PHONE] }, { matching: [PERSON] })
  assert.deepEqual(nothing, { matching: [] })
  assert.deepEqual(termsFor(text, nothing ?? null), termsOf(text, { matching: [] }))
})
