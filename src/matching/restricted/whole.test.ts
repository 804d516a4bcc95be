import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { after, test } from "node:test"
import { ledgerOf, type Matcher, matchFederation } from "../../../test/support/matching.ts"
import { addOfficer } from "../../../test/support/officers.ts"
import { addShared, loadCollection, narrow } from "../../library/index.ts"
import { DEFAULT_TERMS, keptTerms, type MatchingRow, saveInForce } from "../../policy/index.ts"
import { plainItem } from "../items/canonical.ts"
import { saveList } from "../lists/lists.ts"
import type { RunId } from "../runs/model.ts"
import { accept, consent, propose } from "../runs/operations.ts"
import { itemsOf, loadRun } from "../runs/standing.ts"
import { approvalsOfRun, approveMatch } from "./approving.ts"
import { restrictedGate } from "./gate.ts"

const AGREEMENT = "comity-agreement--5f2c3c1e-6a53-4e0a-8d39-0a4c7d0a9a12"
const PHONE: MatchingRow = { type: "phone", purpose: "investigation", basis: "Act 12", safeguard: "sealed" }
const TYPES = [{ type: "phone", most: 200, smallest: 1 }] as const

const federation = await matchFederation({ gate: restrictedGate })
const [a, b] = federation.matchers
after(() => federation.close())

type Side = { one: Matcher; list: string; collection: string; first: string; second: string }

async function sideOf(one: Matcher, partner: Matcher, numbers: readonly string[]): Promise<Side> {
  const [first, second] = [await addOfficer(one, "First Officer"), await addOfficer(one, "Second Officer")]
  const query = { text: "x", types: [], markings: [], origins: [], collections: [], from: null, to: null } as const
  const { id: list } = await saveList(one.store, { name: "Numbers", query: { ...query, revoked: "no" } }, null)
  one.lists[list] = numbers.map((number) => ["phone", number] as const)
  const terms = keptTerms({ ...DEFAULT_TERMS, matching: [PHONE] })
  const collection = await addShared(one.store, { title: "Ours", alias: null, audience: [partner.party], terms }, null)
  const row = { agreement: AGREEMENT, part: "", collection, text: "", articles: { matching: "4(1)" } }
  await one.store.write((tx) => saveInForce(tx, row))
  return { one, list, collection, first, second }
}

const ours = await sideOf(a, b, ["+358401234567", "+358401234568", "+358401234569"])
const theirs = await sideOf(b, a, ["+358401234568", "+81312345678"])
const sides = [ours, theirs] as const
const states = async (id: string) => (await federation.both(id)).map(({ state }) => state)

async function agree({ one, second }: Side, id: string): Promise<void> {
  const [approval] = await approvalsOfRun(one.store, await loadRun(one.store, id))
  await approveMatch(one.runs, approval?.id ?? "", { by: second, digest: approval?.digest ?? "" })
  await federation.settle()
}

/** As far as both have counted: two people at each side wanted it. */
async function counted(): Promise<RunId> {
  const wish = { party: b.party, list: ours.list, types: TYPES, purpose: "investigation", basis: "Inquiry" } as const
  const id = await propose(a.runs, { ...wish, agreement: AGREEMENT, learners: "both" }, ours.first)
  await federation.settle()
  await assert.rejects(loadRun(b.store, id), { code: "match.unknown" })
  await agree(ours, id)
  assert.equal(await accept(b.runs, id, { list: theirs.list }, theirs.first), "waits")
  await federation.settle()
  assert.deepEqual(await states(id), ["proposed", "proposed"])
  await agree(theirs, id)
  assert.deepEqual(await states(id), ["counted", "counted"])
  return id
}

test("two numbers meet only after two people at each side wanted each step of it", async () => {
  const id = await counted()
  for (const { one, first } of sides) assert.equal(await consent(one.runs, id, ["phone"], first), "waits")
  await federation.settle()
  assert.deepEqual(await states(id), ["counted", "counted"])
  await agree(ours, id)
  assert.deepEqual(await states(id), ["counted", "counted"])
  await agree(theirs, id)
  assert.deepEqual(await states(id), ["done", "done"])
  for (const { one } of sides) {
    const items = await itemsOf(one.store, await loadRun(one.store, id))
    assert.deepEqual(
      items.map(({ item }) => plainItem(item).value),
      ["+358401234568"],
    )
    const said = JSON.stringify(await ledgerOf(one))
    assert.ok(said.includes('"match.approved"') && !said.includes("35840123456"))
  }
})

test("when the agreement ends at one side the run is over at both, and keys and lists are erased", async () => {
  const id = await counted()
  const folders = sides.map(({ one }) => `${one.folder}/${id.slice("match--".length)}`)
  assert.ok(folders.every((folder) => existsSync(folder)))
  await b.store.write(async (tx) => narrow(tx, await loadCollection(tx, theirs.collection), a.party, null))
  await b.matches.look()
  await federation.settle()
  const both = await federation.both(id)
  assert.deepEqual(
    both.map(({ state, reason, endedBy }) => [state, reason, endedBy]),
    [
      ["cancelled", "match.agreement", "them"],
      ["cancelled", "match.agreement", "us"],
    ],
  )
  assert.ok(folders.every((folder) => !existsSync(folder)))
  assert.ok(both.every(({ erasedAt }) => erasedAt !== null))
})
