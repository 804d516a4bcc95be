import assert from "node:assert/strict"
import { test } from "node:test"
import { PLACE_CODES } from "../src/kernel/places.ts"
import { measures, shippedFacts } from "../src/law/index.ts"
import { keptTotals, pathTotals } from "./support/path-totals.ts"

test("all places with all places for all measures give the totals that were looked at; a change explains them", () => {
  const totals = pathTotals(shippedFacts())
  assert.deepEqual(Object.keys(totals), [...measures])
  const pairs = PLACE_CODES.length * (PLACE_CODES.length - 1)
  for (const [measure, counts] of Object.entries(totals)) {
    assert.equal(
      Object.values(counts).reduce((sum, count) => sum + count, 0),
      pairs,
      measure,
    )
  }
  assert.deepEqual(totals, keptTotals(), "where the facts changed for a reason: node test/support/path-totals.ts")
})
