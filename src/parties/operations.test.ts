import assert from "node:assert/strict"
import { test } from "node:test"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { addOwnParty, ownParty } from "./index.ts"

const TEAM = { name: "National response team", kind: "government", place: "TW" } as const

test("a node has one party for good, spoken of by the id of an identity", async (t) => {
  const { store, close } = await openInProcess()
  t.after(close)
  assert.equal(await ownParty(store), null)
  const own = await store.write((tx) => addOwnParty(tx, TEAM, null))
  assert.match(own.id, /^identity--[0-9a-f-]{36}$/)
  assert.deepEqual({ ...(await ownParty(store)) }, { ...TEAM, id: own.id })
  const again = store.write((tx) => addOwnParty(tx, { ...TEAM, name: "Another" }, null))
  await assert.rejects(again, { kind: "conflict", code: "party.exists" })
  assert.equal((await ownParty(store))?.name, TEAM.name)
})
