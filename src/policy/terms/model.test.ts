import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { someTerms } from "../../../test/support/terms.ts"
import { ComityError } from "../../kernel/errors.ts"
import { DEFAULT_TERMS, readTerms, Terms, termsHash, termsText } from "./model.ts"

const vector = {
  text:
    `{"actions":null,"attribution":"named","audience":{"bound":null,"confidential":true,"kinds":null,"parties":null,"places":null},` +
    `"duties":{"acknowledge":null,"answer":null,"sightings":null},"end":null,"marking":"green","notice":0,` +
    `"objects":{"incidents":null,"sectors":null,"types":null},"onward":"none",` +
    `"personal":{"instrument":null,"is":"allow","safeguard":"the law that binds each party"},` +
    `"purposes":["defence","investigation"],"retention":null,"start":null,"urgent":false,"v":1}`,
  hash: "cMdaTDFJ9BVWQzJJfbQV1JbIPxxKDqvr1Z/I29ypcRI=",
}

test("the default terms have one text and one hash for ever: logs and other nodes hold them", () => {
  assert.equal(termsText(DEFAULT_TERMS), vector.text)
  assert.equal(termsHash(vector.text), vector.hash)
})

test("what may be matched stands in the text only where something may: each type and purpose once, in one order", () => {
  const row = { type: "phone", purpose: "evidence", basis: "Act 12", safeguard: "Art. 14" } as const
  const other = { ...row, purpose: "defence", basis: "Act 13" } as const
  const text = termsText({ ...DEFAULT_TERMS, matching: [row, other] })
  assert.equal(text, termsText({ ...DEFAULT_TERMS, matching: [other, row] }))
  const said = (basis: string, purpose: string) =>
    `{"basis":"${basis}","purpose":"${purpose}","safeguard":"Art. 14","type":"phone"}`
  const after = `"marking":"green","matching":[${said("Act 13", "defence")},${said("Act 12", "evidence")}],"notice":0`
  assert.equal(text, vector.text.replace(`"marking":"green","notice":0`, after))
  assert.deepEqual(readTerms(text)?.matching, [other, row])
})

test("terms read back from their text are the same, and nothing but that text is read", () => {
  fc.assert(
    fc.property(someTerms, (terms) => {
      const text = termsText(terms)
      assert.deepEqual(readTerms(text), terms)
      assert.equal(readTerms(` ${text}`), null)
    }),
  )
})

test("sets have one spelling, whatever the order in which somebody wrote them", () => {
  const audience = { ...DEFAULT_TERMS.audience, places: ["JP", "BR", "JP"] }
  assert.deepEqual(Terms.parse({ ...DEFAULT_TERMS, audience }).audience.places, ["BR", "JP"])
  assert.equal(
    readTerms(termsText(DEFAULT_TERMS).replace('["defence","investigation"]', '["investigation","defence"]')),
    null,
  )
})

test("what the vocabulary does not have is no terms", () => {
  const faulty = [
    { v: 2 },
    { marking: "red" },
    { purposes: [] },
    { actions: "white" },
    { audience: { ...DEFAULT_TERMS.audience, parties: [] } },
    { audience: { ...DEFAULT_TERMS.audience, parties: ["identity--x"] } },
    { audience: { ...DEFAULT_TERMS.audience, places: ["XX"] } },
    { objects: { ...DEFAULT_TERMS.objects, types: ["Indicator"] } },
    { audience: { ...DEFAULT_TERMS.audience, bound: [] } },
    { audience: { ...DEFAULT_TERMS.audience, bound: ["Convention 108"] } },
    { personal: { is: "allow" } },
    { personal: { is: "allow", safeguard: "Art. 14" } },
    { personal: { is: "allow", safeguard: "Art. 14", instrument: "" } },
    { personal: { is: "allow", safeguard: "a\u202eb", instrument: null } },
    { personal: { is: "forbid", safeguard: "none" } },
    { retention: 0 },
    { start: "2026-02-30" },
    { extra: true },
    { matching: [] },
    { matching: [{ type: "email", purpose: "defence", basis: "Act", safeguard: "Act" }] },
    { matching: [{ type: "phone", purpose: "defence", basis: "", safeguard: "Act" }] },
    { matching: [{ type: "phone", purpose: "defence", basis: "Act" }] },
    { matching: ["Act 1", "Act 2"].map((basis) => ({ type: "phone", purpose: "defence", basis, safeguard: "Act" })) },
  ]
  for (const fault of faulty) {
    const terms = { ...DEFAULT_TERMS, ...fault } as Terms
    assert.throws(() => termsText(terms), new ComityError("invalid", "terms.malformed"), JSON.stringify(fault))
    assert.equal(readTerms(JSON.stringify(terms)), null)
  }
  for (const text of ["", "null", "{", "[]", '{"v":1}']) assert.equal(readTerms(text), null)
})
