import assert from "node:assert/strict"
import { test } from "node:test"
import { durationText } from "./durations.ts"

test("a duration is said in the unit in which the law has it, in the reader's language", () => {
  const cases = [
    ["PT72H", "72 hours", "72小時", "72小时"],
    ["P3D", "3 days", "3天", "3天"],
    ["P1M", "1 month", "1個月", "1个月"],
    ["P1Y6M", "1 year 6 months", "1年6個月", "1年6个月"],
  ] as const
  for (const [duration, en, hant, hans] of cases) {
    assert.equal(durationText("en", duration), en)
    assert.equal(durationText("zh-Hant", duration), hant)
    assert.equal(durationText("zh-Hans", duration), hans)
  }
})

test("what is no duration stays as it is", () => {
  for (const text of ["", "soon", "P", "PT", "P1", "<b>P1D</b>"]) assert.equal(durationText("en", text), text)
})
