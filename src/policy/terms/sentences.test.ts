import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { someTerms } from "../../../test/support/terms.ts"
import { formatOf, languages, translator } from "../../http/index.ts"
import { DEFAULT_TERMS, TERM_NAMES, Terms, USUAL_SAFEGUARD } from "./model.ts"
import { safeguardText, safeguardTyped } from "./safeguard.ts"
import { termSentences, termWord } from "./sentences.ts"

function said(terms: Terms, language: (typeof languages)[number] = "en"): Map<string, string> {
  const names = { ...formatOf(language, "UTC"), party: (id: string) => id.slice(-2), instrument: (id: string) => id }
  return new Map(termSentences(translator(language), terms, names).map(({ term, text }) => [term, text]))
}

test("whatever the terms are, each of them has its sentence and its heading in each language, without a blank", () => {
  fc.assert(
    fc.property(someTerms, fc.constantFrom(...languages), (terms, language) => {
      const sentences = said(terms, language)
      assert.deepEqual([...sentences.keys()].toSorted(), [...TERM_NAMES].toSorted())
      for (const text of sentences.values()) assert.doesNotMatch(text, /\{\w+\}|undefined|null/)
    }),
    { numRuns: 300 },
  )
  for (const language of languages) for (const name of TERM_NAMES) assert.ok(termWord(translator(language), name))
})

test("a sentence names what the term limits, in the words of the reader", () => {
  const terms = Terms.parse({
    ...DEFAULT_TERMS,
    audience: { ...DEFAULT_TERMS.audience, places: ["JP", "BR"] },
    objects: { types: ["x-acme", "indicator"], sectors: ["energy"], incidents: ["fraud"] },
    marking: "amber+strict",
    actions: "amber",
    retention: 90,
    matching: [{ type: "phone", purpose: "evidence", basis: "Act 12", safeguard: USUAL_SAFEGUARD }],
  })
  const english = said(terms)
  assert.match(english.get("places") ?? "", /Brazil and Japan/)
  assert.match(english.get("types") ?? "", /Indicator and x-acme/)
  assert.match(english.get("marking") ?? "", /TLP:AMBER\+STRICT/)
  assert.match(english.get("actions") ?? "", /PAP:AMBER/)
  assert.match(english.get("retention") ?? "", /90/)
  assert.match(
    english.get("matching") ?? "",
    /two people.*Telephone numbers for evidence \(legal basis: Act 12; safeguards: the law that binds each party\)/,
  )
  assert.match(said(DEFAULT_TERMS).get("matching") ?? "", /not matched/)
  assert.match(said(terms, "zh-Hant").get("sectors") ?? "", /能源/)
  assert.match(said(terms, "zh-Hans").get("incidents") ?? "", /欺诈/)
})

test("the usual safeguard is said in the language of the reader and understood in each; any other is what was written", () => {
  assert.match(said(DEFAULT_TERMS, "zh-Hant").get("personal") ?? "", /對各參與方具有拘束力的法律$/)
  assert.match(said(DEFAULT_TERMS).get("personal") ?? "", /the law that binds each party$/)
  for (const language of languages) {
    assert.equal(safeguardTyped(safeguardText(translator(language), USUAL_SAFEGUARD)), USUAL_SAFEGUARD)
    assert.equal(safeguardText(translator(language), "Convention 108"), "Convention 108")
  }
  assert.equal(safeguardTyped("Convention 108"), "Convention 108")
})
