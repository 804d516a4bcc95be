import assert from "node:assert/strict"
import { test } from "node:test"
import { visible } from "./terminal.ts"

test("text from outside is shown, never obeyed, by a terminal", () => {
  for (const [text, shown] of [
    ["\u001b[31mred", "\\u001b[31mred"],
    ["\u009b2J", "\\u009b2J"],
    ["one\r\ntwo", "one\\u000d\\u000atwo"],
    ["a\u202etxt.exe", "a\\u202etxt.exe"],
    ["\u0000\u007f", "\\u0000\\u007f"],
  ] as const) {
    assert.equal(visible(text), shown)
  }
})

test("what people write and how lists are laid out stays as it is", () => {
  for (const text of ["id\talias\t12\ttitle", "集合：收件", "مجموعة", "👩‍🚒 e\u0301"]) assert.equal(visible(text), text)
})
