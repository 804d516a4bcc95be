import assert from "node:assert/strict"
import { test } from "node:test"
import { openInProcess } from "../../test/support/node-in-process.ts"
import type { AccountId } from "../accounts/index.ts"
import { addNewcomer } from "../accounts/people.ts"
import { deleteAccount, findAccount } from "../accounts/queries.ts"
import {
  ADDRESS_MOST,
  deleteSearch,
  renameSearch,
  SAVED_MOST,
  savedSearch,
  savedSearches,
  saveSearch,
} from "./saved-searches.ts"

async function scene() {
  const node = await openInProcess()
  const add = async (name: string): Promise<AccountId> =>
    (await node.store.write((tx) => addNewcomer(tx, { name, role: "reader", administrator: false }, null))).id
  return { ...node, mine: await add("Mine"), theirs: await add("Theirs") }
}

test("a search is kept for the person who saved it and nobody else", async () => {
  const { store, mine, theirs, close } = await scene()
  const id = await saveSearch(store, mine, { name: "Red", address: "marking=red" })
  await saveSearch(store, theirs, { name: "Red", address: "" })
  assert.deepEqual(
    (await savedSearches(store, mine)).map(({ name, address }) => [name, address]),
    [["Red", "marking=red"]],
  )
  const unknown = { kind: "not-found", code: "search.unknown" }
  await assert.rejects(savedSearch(store, theirs, id), unknown)
  await assert.rejects(renameSearch(store, theirs, id, "Mine now"), unknown)
  await assert.rejects(deleteSearch(store, theirs, id), unknown)
  assert.equal((await savedSearch(store, mine, id)).name, "Red")
  await close()
})

test("a name stands once, and a search may keep its own", async () => {
  const { store, mine, close } = await scene()
  const id = await saveSearch(store, mine, { name: "A", address: "q=a" })
  await saveSearch(store, mine, { name: "B", address: "q=b" })
  const taken = { kind: "conflict", code: "search.exists" }
  await assert.rejects(saveSearch(store, mine, { name: "A", address: "q=c" }), taken)
  await assert.rejects(renameSearch(store, mine, id, "B"), taken)
  await renameSearch(store, mine, id, "A")
  await renameSearch(store, mine, id, "C")
  await deleteSearch(store, mine, id)
  assert.deepEqual(
    (await savedSearches(store, mine)).map(({ name }) => name),
    ["B"],
  )
  await close()
})

test("a person keeps at most so many, and none with an address that programs on the way would cut", async () => {
  const { store, mine, theirs, close } = await scene()
  const saving = Array.from({ length: SAVED_MOST }, (_, i) => saveSearch(store, mine, { name: `S${i}`, address: "" }))
  await Promise.all(saving)
  await assert.rejects(saveSearch(store, mine, { name: "more", address: "" }), { code: "search.too-many" })
  const address = `q=${"a".repeat(ADDRESS_MOST)}`
  await assert.rejects(saveSearch(store, theirs, { name: "long", address }), { code: "search.too-long" })
  await saveSearch(store, theirs, { name: "more", address: "" })
  await close()
})

test("searches go with their owner", async () => {
  const { store, mine, close } = await scene()
  await saveSearch(store, mine, { name: "A", address: "" })
  await store.write(async (tx) => deleteAccount(tx, (await findAccount(tx, "Mine"))?.key ?? 0))
  assert.deepEqual(await savedSearches(store, mine), [])
  await close()
})
