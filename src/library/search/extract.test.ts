import assert from "node:assert/strict"
import { test } from "node:test"
import { nameOf } from "./extract.ts"

test("what was tabled in a negotiation is called by its title or its words, and a signature by nothing", () => {
  const called = (says: object) => nameOf({ type: "comity-agreement", says: says as never }, "comity-agreement")
  const title = { en: "Arrangement", "zh-Hant": "安排" }
  assert.equal(called({ is: "text", text: { title, articles: [] } }), "Arrangement")
  assert.equal(called({ is: "comment", text: "Which\nidentifiers?" }), "Which identifiers?")
  assert.equal(called({ is: "alternative", text: { "zh-Hant": "其他文字" } }), "其他文字")
  assert.equal(called({ is: "position", text: "" }), null)
  assert.equal(called({ is: "act", statement: { by: "A. B." } }), null)
  assert.equal(nameOf({ type: "comity-agreement", says: 7 }, "comity-agreement"), null)
})
