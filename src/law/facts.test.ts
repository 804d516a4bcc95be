import assert from "node:assert/strict"
import { test } from "node:test"
import { someFacts } from "../../test/support/facts.ts"
import { worded } from "./facts.ts"
import { shippedFacts } from "./shipped.ts"

test("a text of a fact is said in the reader's language where somebody translated it, and in English elsewhere", () => {
  const facts = someFacts({ words: [{ ref: "channels/way", part: "name", zh_hant: "路徑", zh_hans: "路径" }] })
  const said = (language: string, part = "name") => worded(facts, "channels/way", part, "A way", language)
  assert.deepEqual(
    ["en", "zh-Hant", "zh-Hans"].map((one) => said(one)),
    ["A way", "路徑", "路径"],
  )
  assert.equal(said("zh-Hant", "deadline"), "A way")
})

test("each shipped translation is of a row that is there", () => {
  const { rows, words } = shippedFacts()
  const refs = new Set(Object.values(rows).flatMap((list) => list.map(({ ref }) => ref as string)))
  const lost = [...words.keys()].filter((key) => !refs.has(key.slice(0, key.lastIndexOf("/"))))
  assert.deepEqual(lost, [])
})
