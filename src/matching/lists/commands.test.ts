import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { marked } from "../../../test/support/sharing.ts"
import { tempFolder } from "../../../test/support/temp.ts"
import { type Call, translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { addObjects } from "../../library/index.ts"
import { addOwnParty, insertPeer, type PartyId } from "../../parties/index.ts"
import { matchListDeclarations, matchListHandlers } from "./commands.ts"
import { listLists } from "./lists.ts"
import type { GatherWish } from "./model.ts"
import { Previews } from "./previews.ts"

const node = await openInProcess()
const { store, clock } = node
const PEER = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad2" as PartyId
await store.write(async (tx) => {
  await insertPeer(tx, { party: PEER, endpoint: "https://b.example", state: "active", theirs: "active", name: "Bravo" })
  await addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null)
})
const inbox = await node.collection("in")
const amber = marked("amber", { pattern: "[domain-name:value = 'amber.example']" })
await addObjects(store, inbox, prepared(marked("green", { pattern: "[domain-name:value = 'c2.example']" }), amber))
const search = {
  settled: async () => {},
  keys: async () => ({ keys: node.meddle("select key from object").map(({ key }) => Number(key)), more: true }),
}
const parts = { store, clock, search, database: node.folder.database, folder: tempFolder() }
const handlers = matchListHandlers(parts)
const previews = new Previews(parts)
after(async () => {
  await previews.close()
  await node.close()
})

/** What a command returns, and what people read of it. */
async function ran(name: string, given: { [name: string]: Json }): Promise<string[]> {
  const call = { arguments: given, progress: async () => {}, signal: new AbortController().signal } as unknown as Call
  const result = (await handlers[name]?.(call)) as Json
  return matchListDeclarations.find((one) => one.name === name)?.show(translator("en"), result) ?? []
}

test("the command line saves a list, says what a partner could be told of it, and removes it", async () => {
  assert.deepEqual(await ran("match selection list", {}), ["No list is saved."])
  const given = { NAME: "Domains", type: ["indicator"], marking: ["TLP:GREEN", "none"], collection: ["in"] }
  const [id] = await ran("match selection add", given)
  assert.deepEqual(await ran("match selection list", {}), [`${id}\tDomains`])
  const [saved] = await listLists(store)
  assert.deepEqual([saved?.query.markings, saved?.query.collections], [["green", "none"], [inbox.id]])
  await assert.rejects(ran("match selection add", { NAME: "x", marking: ["purple"] }), { code: "command.value" })
  assert.deepEqual(await ran("match selection preview", { NAME: "Domains", PARTY: ["bravo"] }), [
    "objects looked at: 2",
    "The selection has more objects than are looked at; these are the newest.",
    "1\tDomain names",
    "  1\tTLP:AMBER is stricter than TLP:GREEN, the most that the terms let in.",
  ])
  await ran("match selection remove", { NAME: id ?? "" })
  await assert.rejects(ran("match selection preview", { NAME: "Domains", PARTY: ["bravo"] }), { kind: "not-found" })
})

test("a preview goes on by itself, is shown again for a while, and one that was cancelled is begun anew", async () => {
  const query = { text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null } as const
  const wish: GatherWish = {
    ...{ query: { ...query, revoked: "any" }, parties: [PEER], types: [{ type: "domain", most: 10 }] },
    ...{ agreement: null, purpose: null, approved: false },
  }
  const found = await previews.lookFor(wish, 30_000)
  assert.deepEqual([found.done, found.total, found.failed, found.gathered?.objects], [2, 2, false, 2])
  assert.equal(await previews.lookFor(wish, 30_000), found)
  await previews.cancel(wish)
  assert.equal(previews.look(wish).gathered, null)
})
