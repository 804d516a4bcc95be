import assert from "node:assert/strict"
import { test } from "node:test"
import { newSealKey } from "../../crypto/index.ts"
import { recipientsIn } from "./card.ts"

const { recipient } = await newSealKey("x25519")
const card = (recipients: unknown) =>
  Buffer.from(
    JSON.stringify({
      type: "identity",
      extensions: { "extension-definition--1": { kind: "x" }, "extension-definition--2": { recipients } },
    }),
  )

test("recipients stand in an extension of a card", () => {
  const told = [{ name: "Desk", kind: "desk", recipient }]
  assert.deepEqual(recipientsIn(card(told)), told)
})

test("a card that says something else offers nobody", () => {
  const one = { name: "Desk", kind: "desk", recipient }
  const bad = [
    undefined,
    null,
    "age1",
    [{ ...one, more: 1 }],
    [{ ...one, name: "a\nb" }],
    [{ ...one, kind: "robot" }],
    [{ ...one, recipient: "ssh-ed25519 AAAA" }],
    Array.from({ length: 201 }, () => one),
  ]
  for (const recipients of bad) assert.deepEqual(recipientsIn(card(recipients)), [])
  for (const bytes of ["", "{", "[]", '{"extensions":[]}', '{"extensions":{"a":1}}']) {
    assert.deepEqual(recipientsIn(Buffer.from(bytes)), [])
  }
})
