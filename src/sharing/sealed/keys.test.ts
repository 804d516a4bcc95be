import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { type InProcess, openInProcess } from "../../../test/support/node-in-process.ts"
import { quiet } from "../../../test/support/sealed-federation.ts"
import { commitmentOf } from "../../accounts/index.ts"
import { addNewcomer } from "../../accounts/people.ts"
import { newSealKey } from "../../crypto/index.ts"
import { listKeys, publishedRecipients, publishKey, registerKey, retireKey, usable } from "./keys.ts"

async function open(t: TestContext): Promise<InProcess> {
  const node = await openInProcess()
  t.after(() => node.close())
  return node
}

const desk = async (name = "Night desk") => ({
  ...({ kind: "desk", name, owner: null } as const),
  recipient: (await newSealKey("x25519")).recipient as string,
})

test("partners see a key once it is published, and no more once it is retired", async (t) => {
  const { store } = await open(t)
  const wish = await desk()
  const { id } = await registerKey(store, wish, null)
  assert.deepEqual(await publishedRecipients(store), [])
  await publishKey(quiet(store), id, null)
  await publishKey(quiet(store), id, null)
  const { name, kind, recipient } = wish
  assert.deepEqual(await publishedRecipients(store), [{ name, kind, recipient }])
  await retireKey(quiet(store), id, null)
  assert.deepEqual(await publishedRecipients(store), [])
  await assert.rejects(publishKey(quiet(store), id, null), { kind: "conflict", code: "seal-key.retired" })
  assert.equal((await listKeys(store)).length, 1, "what was in use once is known")
  await assert.rejects(publishKey(quiet(store), "sealing-key--0", null), {
    kind: "not-found",
    code: "seal-key.unknown",
  })
})

test("the key of somebody who has no account any more is not named to partners", async (t) => {
  const { store, meddle } = await open(t)
  const person = { name: "Aiko", role: "analyst", administrator: false } as const
  const { salt, name } = await store.write((tx) => addNewcomer(tx, person, null))
  const owner = commitmentOf(salt, name)
  const { recipient } = await newSealKey("hybrid")
  const { id } = await registerKey(store, { kind: "person", name: "Aiko T.", recipient, owner }, owner)
  await publishKey(quiet(store), id, null)
  assert.equal((await publishedRecipients(store)).length, 1)
  meddle("delete from account")
  assert.deepEqual(await publishedRecipients(store), [])
})

test("a key is registered once, by a plain name, as a public key, and few enough are in use", async (t) => {
  const { store } = await open(t)
  const wish = await desk()
  await registerKey(store, wish, null)
  await assert.rejects(registerKey(store, wish, null), { kind: "conflict", code: "seal-key.known" })
  for (const name of ["", "a\u202eb", "x".repeat(81)]) {
    await assert.rejects(registerKey(store, { ...(await desk()), name }, null), { code: "seal-key.name" })
  }
  const { identity } = await newSealKey("x25519")
  const secret = registerKey(store, { ...wish, recipient: identity }, null)
  await assert.rejects(secret, { kind: "refused", code: "sealed.recipient-secret" })
  for (let i = 0; i < 19; i++) await registerKey(store, await desk(), null)
  await assert.rejects(registerKey(store, await desk(), null), { kind: "refused", code: "seal-key.too-many" })
})

test("a private key that somebody pasted is nowhere in the data folder", async (t) => {
  const { store, meddle } = await open(t)
  const { identity } = await newSealKey("x25519")
  await registerKey(store, { ...(await desk()), recipient: identity }, null).catch(() => {})
  const everything = JSON.stringify(meddle("select header, cast(body as text) as body from journal_entry"))
  assert.ok(!everything.includes(identity))
})

test("of a partner's card only what something can be sealed to is offered", async () => {
  const { recipient } = await newSealKey("x25519")
  const told = [
    { name: "Desk", kind: "desk", recipient },
    { name: "Broken", kind: "person", recipient: recipient.slice(0, -1) + (recipient.endsWith("x") ? "y" : "x") },
  ] as const
  assert.deepEqual(
    (await usable(told)).map(({ name }) => name),
    ["Desk"],
  )
})

test("the card is sent anew when a key on it changes, and never grows beyond what can be sent", async (t) => {
  const { store } = await open(t)
  let sent = 0
  const parts = { store, announce: async () => void sent++ }
  const { id } = await registerKey(store, await desk(), null)
  const { id: other } = await registerKey(store, await desk(), null)
  await publishKey(parts, id, null)
  await retireKey(parts, id, null)
  await retireKey(parts, other, null)
  assert.equal(sent, 2, "of one that partners never saw nobody hears")
  for (let i = 0; i < 20; i++)
    await registerKey(store, { ...(await desk()), recipient: (await newSealKey("hybrid")).recipient }, null)
  const keys = (await listKeys(store)).filter(({ retiredAt }) => retiredAt === null)
  for (const key of keys) await publishKey(parts, key.id, null)
  const person = { name: "Aiko", role: "analyst", administrator: false } as const
  const account = await store.write((tx) => addNewcomer(tx, person, null))
  const owner = commitmentOf(account.salt, account.name)
  const full = async () => {
    for (let i = 0; i < 5; i++) {
      const { recipient } = await newSealKey("hybrid")
      const key = await registerKey(store, { kind: "person", name: `Aiko ${i}`, recipient, owner }, owner)
      await publishKey(parts, key.id, null)
    }
  }
  await assert.rejects(full(), { kind: "refused", code: "seal-key.card-full" })
  assert.ok(JSON.stringify(await publishedRecipients(store)).length <= 50_000)
})
