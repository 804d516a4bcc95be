import assert from "node:assert/strict"
import { test } from "node:test"
import { BALTIC, HARBOUR, sampleText } from "../../test/support/agreements.ts"
import { articleChanges, clauseChanges, differences } from "./comparing.ts"

const shown = (before: string, after: string) =>
  differences(before, after)
    .map(({ is, text }) => (is === "same" ? text : is === "gone" ? `[-${text}-]` : `{+${text}+}`))
    .join("")

test("differences are told in words, in either script", () => {
  assert.equal(shown("for defence only", "for defence and research only"), "for defence {+and research +}only")
  assert.equal(shown("erased after 90 days", "erased after 30 days"), "erased after [-90-]{+30+} days")
  assert.equal(shown("指標僅得用於防禦。", "指標得用於防禦及研究。"), "指標[-僅-]得用於防禦{+及研究+}。")
  assert.equal(shown("", "new"), "{+new+}")
  assert.equal(shown("same", "same"), "same")
})

test("both texts can be read out of their differences, whatever they are", () => {
  const texts = ["a b c d", "d c b a", "a a a b", "", "完全不同的條文。", "x ".repeat(50), "a x c y d"]
  for (const before of texts) {
    for (const after of texts) {
      const pieces = differences(before, after)
      const side = (other: "gone" | "new") => pieces.filter(({ is }) => is !== other).map(({ text }) => text)
      assert.deepEqual([side("new").join(""), side("gone").join("")], [before, after])
    }
  }
})

test("texts without a common word that are too long to compare are shown one after the other", () => {
  const pieces = differences("a ".repeat(5000), "b ".repeat(5000))
  assert.deepEqual([...new Set(pieces.map(({ is }) => is))].toSorted(), ["gone", "new", "same"])
})

test("clauses and articles are followed by their id, through other numbers", () => {
  const before = sampleText([
    { party: HARBOUR, name: "Harbour" },
    { party: BALTIC, name: "Baltic" },
  ])
  const [purpose, use] = before.articles
  assert.ok(purpose !== undefined && use !== undefined)
  const [first, second] = use.clauses
  assert.ok(first !== undefined && second !== undefined)
  const changed = { ...second, text: { ...second.text, en: "They are erased after 30 days." } }
  const added = { ...first, id: "000000b9", text: { en: "New", "zh-Hant": "新" } }
  const after = {
    ...before,
    articles: [{ ...use, heading: { en: "Use", "zh-Hant": "使用" }, clauses: [added, first, changed] }],
  }
  assert.deepEqual(
    clauseChanges(before, after).map(({ is, from, to }) => [is, from?.clause ?? null, to?.clause ?? null]),
    [
      ["new", null, 1],
      ["moved", 1, 2],
      ["changed", 2, 3],
      ["gone", 1, null],
    ],
  )
  assert.deepEqual(
    articleChanges(before, after).map(({ is, from, to }) => [is, from, to]),
    [
      ["changed", 2, 1],
      ["gone", 1, null],
    ],
  )
  assert.deepEqual(clauseChanges(before, before), [])
})
