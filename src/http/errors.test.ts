import assert from "node:assert/strict"
import { test } from "node:test"
import { ComityError } from "../kernel/errors.ts"
import { sentence } from "./errors.ts"

test("the reason in an error is said in the reader's language; one that has no sentence stays as it is", () => {
  const because = (reason: string) => new ComityError("invalid", "match.value", { value: "word", reason })
  assert.equal(
    sentence(because("match-item.hash"), "en"),
    "word cannot be matched. This is no hash of a known kind and its length.",
  )
  assert.match(sentence(because("match-item.hash"), "zh-Hant"), /^word無法比對。\p{Script=Han}+/u)
  assert.equal(sentence(because("elsewhere"), "en"), "word cannot be matched. elsewhere")
})
