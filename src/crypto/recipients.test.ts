import assert from "node:assert/strict"
import { test } from "node:test"
import { newSealKey, parseRecipient, sealKindOf } from "./recipients.ts"

const person = await newSealKey("x25519")
const quantum = await newSealKey("hybrid")

test("recipients of both kinds are taken, also with a blank around them", async () => {
  assert.equal(await parseRecipient(person.recipient), person.recipient)
  assert.equal(await parseRecipient(` ${quantum.recipient}\n`), quantum.recipient)
  assert.equal(sealKindOf(person.recipient), "x25519")
  assert.equal(sealKindOf(quantum.recipient), "hybrid")
  assert.match(person.identity, /^AGE-SECRET-KEY-1/)
  assert.match(quantum.identity, /^AGE-SECRET-KEY-PQ-1/)
})

test("a private identity is refused as such, so that whoever pasted it learns what happened", async () => {
  for (const secret of [person.identity, quantum.identity, person.identity.toLowerCase(), "AGE-PLUGIN-YUBIKEY-1QQPQ"]) {
    await assert.rejects(parseRecipient(secret), { kind: "refused", code: "sealed.recipient-secret" })
  }
})

test("keys that no person's own program opens are refused by name", async () => {
  const others = [
    "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
    "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN9W",
  ]
  for (const other of others) await assert.rejects(parseRecipient(other), { code: "sealed.recipient-kind" })
})

test("anything else is no recipient: a letter changed, another case, points on which nothing can be sealed", async () => {
  const { recipient } = person
  const last = recipient.at(-1) === "q" ? "p" : "q"
  const zero = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq3290gq"
  const bad = [
    "",
    "age1",
    recipient.slice(0, -1),
    recipient.slice(0, -1) + last,
    recipient.toUpperCase(),
    `${recipient}q`,
    zero,
  ]
  for (const text of bad) await assert.rejects(parseRecipient(text), { kind: "invalid", code: "sealed.recipient" })
  await assert.rejects(parseRecipient(`${quantum.recipient.slice(0, -2)}qq`), { code: "sealed.recipient" })
})
