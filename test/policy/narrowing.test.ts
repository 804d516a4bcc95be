import assert from "node:assert/strict"
import { test } from "node:test"
import { decide, isNarrower, type Terms } from "../../src/policy/index.ts"
import type { Asked } from "../support/decisions.ts"
import { Dice, question, terms } from "./questions.ts"

const CASES = 30_000

test("what is released of one's own under narrower terms is released under wider ones, and what is copied is not refused where there are two", () => {
  const dice = new Dice(7)
  const seen = { release: 0, redact: 0, hold: 0, refuse: 0 }
  for (let i = 0; i < CASES; i++) {
    const asked: Asked = { ...question(dice), origin: "own" }
    if (asked.terms === null || !("marking" in asked.terms)) continue
    const wide: Terms = asked.terms
    const narrow = narrowed(dice, wide)
    assert.ok(isNarrower(narrow, wide))
    const under = (one: Terms) =>
      decide(asked.object, asked.origin, one, asked.facts, asked.approvals, asked.purpose, asked.time).is
    const is = under(narrow)
    seen[is] += 1
    if (is === "release") assert.equal(under(wide), "release", JSON.stringify({ asked, narrow }))
    // A node that is alone may take out what it may not let go.
    if ((is === "redact" || is === "hold") && asked.facts.officers >= 2)
      assert.notEqual(under(wide), "refuse", JSON.stringify({ asked, narrow }))
  }
  assert.ok(seen.release > 1000 && seen.redact > 100 && seen.hold > 100, JSON.stringify(seen))
})

/** Narrower in some terms: others are tried term by term, and what would be wider stays. */
function narrowed(dice: Dice, wide: Terms): Terms {
  const other = terms(dice)
  let narrow = wide
  for (const name of (Object.keys(wide) as (keyof Terms)[]).filter(() => dice.yes(6))) {
    const next = { ...narrow, [name]: other[name] }
    if (isNarrower(next, wide)) narrow = next
  }
  return narrow
}
