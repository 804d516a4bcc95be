import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { addOfficer } from "../../../test/support/officers.ts"
import { import_, marked, only, release, releasesOf, shownAt } from "../../../test/support/sharing.ts"
import { newVersion, type Stix } from "../../../test/support/stix.ts"
import { addShared, type Collection, loadCollection, loadNewest } from "../../library/index.ts"
import { approvalsOf, DEFAULT_TERMS, keptTerms, loadApproval, type Terms } from "../../policy/index.ts"
import { approveAndRelease } from "../approvals/deciding.ts"
import { copiesOf } from "./copy-queries.ts"
import { reachOf } from "./reaching.ts"
import { erase, mark, recall } from "./withdrawing.ts"

let federation: Federation
let fi: Member
let jp: Member

beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
})
after(() => federation.close())

const REDACTED: Partial<Terms> = { personal: { is: "redact" } }
const TOLD = "write to ada@example.org"

async function shareUnder(change: Partial<Terms>): Promise<Collection> {
  const wish = { title: "Copies", alias: null, audience: [jp.party], terms: keptTerms({ ...DEFAULT_TERMS, ...change }) }
  return loadCollection(fi.store, await addShared(fi.store, wish, null))
}

async function copyOf({ id }: Stix): Promise<string> {
  const [copy, ...others] = await copiesOf(fi.store, id)
  assert.ok(copy !== undefined && others.length === 0)
  return copy
}

const textAt = async (node: Member, id: string) =>
  Buffer.from((await loadNewest(node.store, id)).bytes).toString("utf8")

test("what is personal stays: a reader gets a copy without it, under an id that says nothing of the original", async () => {
  const object = marked("green", { description: TOLD })
  await import_(fi, object)
  const shared = await shareUnder(REDACTED)
  const outcome = only(await release(fi, [shared], [object.id]))
  assert.deepEqual([outcome.released, outcome.redacted], [1, 1])
  assert.deepEqual(outcome.redactions, [{ what: "email", count: 1 }])
  await jp.round(fi)
  const copy = await copyOf(object)
  assert.equal(await shownAt(jp, object.id), null)
  const text = await textAt(jp, copy)
  assert.doesNotMatch(text, /ada|description/)
  assert.equal(text.includes(object.id.split("--")[1] ?? ""), false)
  assert.equal(JSON.parse(text).created_by_ref, fi.party)
  assert.equal(only(await release(fi, [shared], [object.id])).already, 1)
})

test("a newer version of the object is a newer version of its copy, and another collection has another copy", async () => {
  const object = marked("green", { description: TOLD })
  await import_(fi, object)
  const shared = await shareUnder(REDACTED)
  await release(fi, [shared], [object.id])
  const copy = await copyOf(object)
  await import_(fi, { ...object, name: "Renamed", modified: "2027-01-01T00:00:00.000Z" })
  assert.equal(only(await release(fi, [shared], [object.id])).released, 1)
  await jp.round(fi)
  assert.equal(JSON.parse(await textAt(jp, copy)).name, "Renamed")
  await release(fi, [await shareUnder(REDACTED)], [object.id])
  assert.equal((await copiesOf(fi.store, object.id)).length, 2)
})

test("a recall of the original recalls every copy, and it goes again only on purpose", async () => {
  const object = marked("green", { description: TOLD })
  await import_(fi, object)
  const [one, other] = [await shareUnder(REDACTED), await shareUnder(REDACTED)]
  await release(fi, [one, other], [object.id])
  await jp.round(fi)
  const reach = await reachOf(fi.store, object.id)
  assert.deepEqual([reach.collections.length, reach.entries, reach.reached.length], [2, 2, 1])
  const told = await recall(fi.store, { id: object.id, reason: "wrong" }, null)
  assert.deepEqual([told.collections.length, told.entries, told.receipts], [2, 2, 2])
  await jp.round(fi)
  for (const copy of await copiesOf(fi.store, object.id)) assert.equal(await shownAt(jp, copy), null)
  const again = only(await release(fi, [one], [object.id]))
  assert.deepEqual(
    again.grounds.map(({ code }) => code),
    ["object.recalled"],
  )
  assert.equal(only(await release(fi, [one], [object.id], { again: true })).released, 1)
})

test("what was recalled after its copy was erased goes again only on purpose", async () => {
  const object = marked("green", { description: TOLD })
  await import_(fi, object)
  const shared = await shareUnder(REDACTED)
  await release(fi, [shared], [object.id])
  await erase(fi.store, { id: object.id, collection: shared.id }, null)
  await recall(fi.store, { id: object.id, reason: "wrong" }, null)
  assert.equal(only(await release(fi, [shared], [object.id])).refused, 1)
  assert.equal(only(await release(fi, [shared], [object.id], { again: true })).released, 1)
  await recall(fi.store, { id: object.id, reason: "wrong once more" }, null)
  assert.equal(only(await release(fi, [shared], [object.id])).refused, 1)
})

test("a version that is right goes after the one before was recalled", async () => {
  const object = marked("green", { description: TOLD })
  await import_(fi, object)
  const shared = await shareUnder(REDACTED)
  await release(fi, [shared], [object.id])
  await recall(fi.store, { id: object.id, reason: "wrong" }, null)
  await import_(fi, newVersion(object, "2026-01-01T00:00:00.000Z"))
  assert.equal(only(await release(fi, [shared], [object.id])).released, 1)
})

test("a recall reaches copies of copies", async () => {
  const object = marked("green", { description: TOLD, external_references: [{ source_name: "a friend" }] })
  await import_(fi, object)
  const [named, hidden] = [await shareUnder(REDACTED), await shareUnder({ ...REDACTED, attribution: "hidden" })]
  await release(fi, [named], [object.id])
  await release(fi, [hidden], [await copyOf(object)])
  assert.equal((await copiesOf(fi.store, object.id)).length, 2)
  assert.equal((await recall(fi.store, { id: object.id, reason: "wrong" }, null)).entries, 2)
})

test("a stricter mark on the original reaches its copies", async () => {
  const object = marked("clear", { description: TOLD })
  await import_(fi, object)
  await release(fi, [await shareUnder(REDACTED)], [object.id])
  await jp.round(fi)
  const copy = await copyOf(object)
  assert.equal(await shownAt(jp, copy), "clear")
  await mark(fi.store, { id: object.id, marking: "green" }, null)
  await jp.round(fi)
  assert.equal(await shownAt(jp, copy), "green")
})

test("what is nothing without what is personal stays, and hidden sources are taken out", async () => {
  const whole = marked("green", { pattern: "[email-addr:value = 'ada@example.org']" })
  const told = marked("green", { created_by_ref: "identity--33333333-3333-4333-8333-333333333333" })
  await import_(fi, whole, told)
  const shared = await shareUnder({ ...REDACTED, attribution: "hidden" })
  const outcome = only(await release(fi, [shared], [whole.id, told.id]))
  assert.deepEqual(
    outcome.grounds.map(({ code }) => code),
    ["personal.whole"],
  )
  await jp.round(fi)
  assert.equal(JSON.parse(await textAt(jp, await copyOf(told))).created_by_ref, fi.party)
})

test("a copy that two people must agree to waits, and goes without what was taken out once the second one did", async () => {
  const [olga, omar] = [await addOfficer(fi, "Olga"), await addOfficer(fi, "Omar")]
  const object = marked("green", { description: TOLD })
  await import_(fi, object)
  const done = await release(fi, [await shareUnder(REDACTED)], [object.id], { by: olga })
  assert.equal(only(done).held, 1)
  assert.deepEqual(await copiesOf(fi.store, object.id), [])
  const [approval] = await approvalsOf(fi.store, done.id)
  const id = approval?.id ?? ""
  const { digest } = await loadApproval(fi.store, id)
  const parts = { store: fi.store, releases: releasesOf(fi), clock: fi.clock }
  const yes = { by: { person: omar, officer: true }, digest: digest ?? "" }
  const went = await approveAndRelease(parts, id, yes)
  assert.equal(only(await parts.releases.settled(went?.id ?? "")).released, 1)
  await jp.round(fi)
  assert.doesNotMatch(await textAt(jp, await copyOf(object)), /ada/)
})
