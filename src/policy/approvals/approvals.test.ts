import assert from "node:assert/strict"
import { after, before, beforeEach, test } from "node:test"
import fc from "fast-check"
import { type InProcess, openInProcess } from "../../../test/support/node-in-process.ts"
import { DAY } from "../../kernel/time.ts"
import type { CollectionId } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { type ApprovalRequest, digestOf, type Leaving, tagOf } from "./model.ts"
import {
  type Asking,
  addItem,
  approve,
  closeAsking,
  decline,
  dropAsking,
  expireApprovals,
  loadApproval,
  waitingFor,
  withdrawAsking,
} from "./operations.ts"
import { selectOfRelease, selectYes, setUsed } from "./queries.ts"

const party = (number: number) => `identity--00000000-0000-4000-8000-00000000000${number}` as PartyId
const leaving: Leaving = {
  bytes: Buffer.from('{"type":"indicator"}'),
  without: [{ path: "/created_by_ref", what: "author" }],
  marking: "amber+strict",
  collection: "00000000-0000-4000-8000-000000000001" as CollectionId,
  terms: "terms",
  audience: [party(1), party(2)],
  purpose: "defence",
}

let node: InProcess
before(async () => {
  node = await openInProcess()
})
after(() => node.close())

let asked = 0
let mine: Leaving
beforeEach(() => {
  mine = { ...leaving, bytes: Buffer.from(`{"number":${asked}}`) } // each test agrees to something of its own
})
const asking = (change: Partial<Asking> = {}): Asking => ({
  ...{ kind: "ask", release: `release--${asked++}`, collection: leaving.collection, terms: "terms" },
  ...{ audience: leaving.audience, unmarked: null, again: false, askedBy: "Olga", reason: null, told: null, ...change },
})
const reasons = [{ code: "people.strict", values: {} }] as Parameters<typeof addItem>[2]["reasons"]

async function ask(change: Partial<Asking> = {}, tag = tagOf(mine)): Promise<ApprovalRequest> {
  const question = asking(change)
  return node.store.write(async (tx) => {
    await addItem(tx, question, { object: 1, tag, reasons })
    await closeAsking(tx, question.release)
    const [approval] = await selectOfRelease(tx, question.release)
    assert.ok(approval !== undefined)
    return approval
  })
}

const officer = (person: string) => ({ person, officer: true })
const yes = (approval: ApprovalRequest, by = officer("Omar"), digest = approval.digest ?? "") =>
  node.store.write((tx) => approve(tx, approval.id, { by, digest }))
const found = (tag = tagOf(mine)) => selectYes(node.store, tag, node.clock.now())

test("a yes is bound to bytes, mark, what is taken out, purpose, collection, terms and readers, in whatever order these stand", () => {
  const tag = tagOf(leaving).toString("hex")
  assert.equal(tagOf({ ...leaving, audience: [party(2), party(1)] }).toString("hex"), tag)
  const changes: Partial<Leaving>[] = [
    { bytes: Buffer.from('{"type": "indicator"}') },
    { without: [] },
    { without: [{ path: "/created_by_ref", what: "source" }] },
    { marking: "amber" },
    { marking: null },
    { collection: "00000000-0000-4000-8000-000000000002" as CollectionId },
    { terms: "other" },
    { terms: null },
    { audience: [party(1)] },
    { purpose: "evidence" },
    { audience: [party(1), party(2), party(3)] },
  ]
  const tags = changes.map((change) => tagOf({ ...leaving, ...change }).toString("hex"))
  assert.equal(new Set([tag, ...tags]).size, changes.length + 1)
})

test("the digest is one for the same tags, and another one for any other", () => {
  const tag = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 8 }), tag, (tags, other) => {
      assert.equal(digestOf(tags.toReversed()), digestOf(tags))
      assert.notEqual(digestOf([...tags, other]), digestOf(tags))
    }),
  )
})

test("another officer agrees to what it saw, once, and from then on exactly that is found", async () => {
  const approval = await ask()
  assert.equal(await found(), null)
  await assert.rejects(yes(approval, officer("Olga")), { code: "approval.same-person" })
  await assert.rejects(yes(approval, { person: "Rita", officer: false }), { code: "approval.unknown" })
  await assert.rejects(yes(approval, officer("Omar"), "another digest"), { code: "approval.changed" })
  await yes(approval)
  await assert.rejects(yes(approval, officer("Otto")), { code: "approval.over" })
  const held = await found()
  assert.deepEqual([held?.id, held?.askedBy, held?.decidedBy], [approval.id, "Olga", "Omar"])
  assert.equal(await found(tagOf({ ...mine, marking: "amber" })), null)
  await node.store.write((tx) => setUsed(tx, approval.key, 1))
  assert.equal(await found(), null)
})

test("a yes runs out a day after it was asked for, and what nobody decided on is over then", async () => {
  const [given, waiting] = [await ask(), await ask()]
  await yes(given)
  node.clock.forward(DAY - 1)
  assert.equal((await found())?.id, given.id)
  assert.deepEqual(
    (await waitingFor(node.store, officer("Omar"), node.clock.now())).map(({ id }) => id),
    [waiting.id],
  )
  node.clock.forward(1)
  assert.equal(await found(), null)
  await assert.rejects(yes(waiting), { code: "approval.over" })
  await expireApprovals(node.store)
  assert.equal((await loadApproval(node.store, waiting.id)).state, "expired")
})

test("a no needs a reason and ends it; whoever asked may take it back, and nobody else", async () => {
  const [one, two] = [await ask(), await ask()]
  const no = (note: string) => node.store.write((tx) => decline(tx, one.id, { by: officer("Omar"), note }))
  await assert.rejects(no(" "), { code: "approval.note" })
  await no("Not this list")
  await assert.rejects(yes(one), { code: "approval.over" })
  await assert.rejects(withdrawAsking(node.store, two.id, "Omar"), { code: "approval.over" })
  await withdrawAsking(node.store, two.id, "Olga")
  await assert.rejects(yes(two), { code: "approval.over" })
  assert.equal(await found(), null)
})

test("what went in need is looked at by whoever was told, or another officer, also when it is late", async () => {
  const urgent = await ask({ kind: "urgent", reason: "The plant stops", told: "Rita" })
  const rita = { person: "Rita", officer: false }
  node.clock.forward(2 * DAY)
  assert.equal((await waitingFor(node.store, rita, node.clock.now())).length, 1)
  assert.deepEqual(await waitingFor(node.store, { person: "Ron", officer: false }, node.clock.now()), [])
  await expireApprovals(node.store)
  await assert.rejects(yes(urgent, officer("Olga")), { code: "approval.same-person" })
  await yes(urgent, rita)
  assert.equal(await found(), null)
})

test("a release that stopped asks nothing, and what is still being added to is not known", async () => {
  const question = asking()
  const id = await node.store.write(async (tx) => {
    await addItem(tx, question, { object: 1, tag: tagOf(mine), reasons })
    return (await selectOfRelease(tx, question.release))[0]?.id ?? ""
  })
  await assert.rejects(loadApproval(node.store, id), { code: "approval.unknown" })
  await node.store.write((tx) => dropAsking(tx, question.release))
  assert.deepEqual(await selectOfRelease(node.store, question.release), [])
})
