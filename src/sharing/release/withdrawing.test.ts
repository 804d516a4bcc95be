import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { day } from "../../../test/support/node-in-process.ts"
import {
  everybodyPulls,
  import_,
  marked,
  only,
  release,
  releasesOf,
  share,
  shownAt,
} from "../../../test/support/sharing.ts"
import { newVersion, type Stix } from "../../../test/support/stix.ts"
import { type Collection, countConflicts, loadNewest, recallsOf, verifyLogs } from "../../library/index.ts"
import { narrowAudience, widenAudience } from "./audiences.ts"
import { erase, mark, recall } from "./withdrawing.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member

beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
})
after(() => federation.close())

const ids = (...objects: Stix[]) => objects.map(({ id }) => id)
const WRONG = "Wrong attribution"
const someone = { by: null, officer: false }

/** What each recipient still owes or has answered, by name of the party and kind. */
function dues(): string[] {
  const names = new Map([jp, br].map(({ party, name }) => [String(party), name]))
  const rows = fi.meddle("select party, kind, state from receipt_due order by collection, seq, party")
  return rows.map(({ party, kind, state }) => `${names.get(String(party))} ${kind} ${state}`)
}

async function released(object: Stix, ...audience: Member[]): Promise<Collection> {
  await import_(fi, object)
  const shared = await share(fi, ...audience)
  assert.equal(only(await release(fi, [shared], ids(object))).released, 1)
  await everybodyPulls(federation, fi)
  return shared
}

const recallIt = (object: Stix) => recall(fi.store, { id: object.id, reason: WRONG }, null)

test("a recall reaches every one who got it, in every collection, closed or left, once, with an answer from each", async () => {
  const object = marked("green")
  const first = await released(object, jp, br)
  await narrowAudience(fi.store, { collection: first.id, party: br.party }, null)
  const second = await share(fi, jp)
  await release(fi, [second], ids(object))
  const releases = releasesOf(fi)
  const wish = { collection: second.id, party: br.party }
  await releases.settled((await widenAudience(fi.store, releases, wish, someone)).release.id)
  await everybodyPulls(federation, fi)
  const done = await recallIt(object)
  assert.deepEqual([done.collections.length, done.entries], [3, 3])
  // The closed collection was served to jp, its successor to both, the first one to both, one of whom left.
  assert.equal(done.receipts, 5)
  assert.equal(await shownAt(fi, object.id), "green")
  await everybodyPulls(federation, fi)
  assert.deepEqual([await shownAt(jp, object.id), await shownAt(br, object.id)], [null, null])
  assert.deepEqual(new Set(dues()), new Set(["jp recall applied", "br recall applied"]))
  await assert.rejects(recallIt(object), { kind: "not-found", code: "recall.nothing" })
})

test("a revocation that is recalled before somebody got it is answered for by the recall alone", async () => {
  const object = marked("green", { modified: day(1) })
  const shared = await released(object, jp, br)
  await import_(fi, newVersion(object, day(2), { revoked: true }))
  assert.equal(only(await release(fi, [shared], ids(object))).released, 1)
  await br.round(fi)
  await recallIt(object)
  await everybodyPulls(federation, fi)
  const answers = ["br recall applied", "br recall applied", "br revoke applied", "jp recall applied"]
  assert.deepEqual(dues().sort(), answers)
})

test("who is taken out before it got a revocation owes no answer for it, and is reached by a recall", async () => {
  const object = marked("green", { modified: day(1) })
  const shared = await released(object, jp, br)
  await import_(fi, newVersion(object, day(2), { revoked: true }))
  assert.equal(only(await release(fi, [shared], ids(object))).released, 1)
  await br.round(fi)
  for (const { party } of [jp, br]) await narrowAudience(fi.store, { collection: shared.id, party }, null)
  await everybodyPulls(federation, fi)
  assert.deepEqual(dues(), ["br revoke applied"])
  await recallIt(object)
  await everybodyPulls(federation, fi)
  assert.deepEqual(dues().sort(), ["br recall applied", "br recall applied", "br revoke applied", "jp recall applied"])
})

test("the receiver knows who recalled what, when and why, and nothing of its content", async () => {
  const object = marked("green")
  const shared = await released(object, jp)
  await recallIt(object)
  await jp.round(fi)
  const [told] = await recallsOf(jp.store, object.id)
  assert.deepEqual([told?.party, told?.reason, told?.title], [fi.party, WRONG, shared.title])
  assert.ok(Math.abs((told?.at ?? 0) - fi.clock.now()) < 1000)
  assert.deepEqual(await recallsOf(jp.store, marked("green").id), [])
})

test("what was recalled goes out again only on purpose, and a new version freely", async () => {
  const object = marked("green", { modified: day(1) })
  const shared = await released(object, jp)
  await recallIt(object)
  assert.deepEqual(
    only(await release(fi, [shared], ids(object))).grounds.map(({ code }) => code),
    ["object.recalled"],
  )
  const again = await release(fi, [shared], ids(object), { again: true })
  assert.equal(only(again).released, 1)
  await jp.round(fi)
  assert.equal(await shownAt(jp, object.id), "green")
  await recallIt(object)
  await import_(fi, newVersion(object, day(2)))
  assert.equal(only(await release(fi, [shared], ids(object))).released, 1)
})

test("a recall also reaches who got what was erased or withheld since", async () => {
  const [erased, raised] = [marked("green"), marked("green")]
  const one = await released(erased, jp)
  const two = await released(raised, jp)
  assert.equal((await erase(fi.store, { id: erased.id, collection: one.id }, null)).receipts, 1)
  assert.deepEqual((await mark(fi.store, { id: raised.id, marking: "amber" }, null)).withdrawn, true)
  await jp.round(fi)
  assert.deepEqual([await shownAt(jp, erased.id), await shownAt(jp, raised.id)], [null, "amber"])
  for (const object of [erased, raised]) assert.equal((await recallIt(object)).receipts, 1)
  await jp.round(fi)
  assert.equal(await shownAt(jp, raised.id), null)
  assert.deepEqual(
    (await recallsOf(jp.store, erased.id)).map(({ reason }) => reason),
    [WRONG],
  )
  assert.equal(dues().filter((due) => due === "jp recall applied").length, 2)
  assert.equal((await fi.reload(two)).size, 3)
  for await (const step of verifyLogs(fi.folder.database, null)) {
    if ("report" in step) assert.deepEqual(step.report.problems, [], step.report.log)
  }
})

test("a stricter mark travels to who has it; above the ceiling nobody else gets it any more", async () => {
  const object = marked("clear")
  const shared = await released(object, jp)
  await mark(fi.store, { id: object.id, marking: "green" }, null)
  await everybodyPulls(federation, fi)
  assert.deepEqual([await shownAt(fi, object.id), await shownAt(jp, object.id)], ["green", "green"])
  await mark(fi.store, { id: object.id, marking: "amber" }, null)
  const releases = releasesOf(fi)
  const wish = { collection: shared.id, party: br.party }
  const { release: carried } = await widenAudience(fi.store, releases, wish, someone)
  await releases.settled(carried.id)
  await everybodyPulls(federation, fi)
  assert.deepEqual([await shownAt(jp, object.id), await shownAt(br, object.id)], ["amber", null])
  await mark(fi.store, { id: object.id, marking: "red" }, null)
  await jp.round(fi)
  assert.equal(await shownAt(jp, object.id), "red")
  assert.deepEqual(new Set(dues()), new Set(["jp mark applied"]))
})

test("a mark is made stricter only, of what is our own only", async () => {
  const object = marked("green")
  await released(object, jp)
  for (const marking of ["green", "clear"] as const) {
    await assert.rejects(mark(fi.store, { id: object.id, marking }, null), { code: "mark.not-stricter" })
  }
  await assert.rejects(mark(jp.store, { id: object.id, marking: "red" }, null), { code: "mark.received" })
  await assert.rejects(mark(fi.store, { id: marked(null).id, marking: "red" }, null), { code: "object.not-held" })
})

test("erasing takes the bytes from a shared collection, also of what was recalled before, and asks for an answer", async () => {
  const object = marked("green", { name: "Unforgettable-7f3a" })
  const shared = await released(object, jp)
  await recallIt(object)
  const inbox = fi.meddle("select c.id from entry e join collection c on c.key = e.collection where c.kind = 'inbox'")
  await erase(fi.store, { id: object.id, collection: String(inbox[0]?.id) }, null)
  await erase(fi.store, { id: object.id, collection: shared.id }, null)
  assert.equal(fi.meddle("select 1 from object where cast(bytes as text) like '%Unforgettable-7f3a%'").length, 0)
  await jp.round(fi)
  assert.equal(jp.meddle("select 1 from object where cast(bytes as text) like '%Unforgettable-7f3a%'").length, 0)
  assert.deepEqual(dues(), ["jp recall applied", "jp erase applied"])
  await assert.rejects(erase(fi.store, { id: object.id, collection: shared.id }, null), { code: "object.not-held" })
})

test("a partner's collection is not ours to erase from, to mark or to recall", async () => {
  const object = marked("green")
  await released(object, jp)
  const [mirror] = jp.meddle("select id from collection where party is not null")
  const wish = { id: object.id, collection: String(mirror?.id) }
  await assert.rejects(erase(jp.store, wish, null), { kind: "refused", code: "collection.forbidden" })
  await assert.rejects(recall(jp.store, { id: object.id, reason: WRONG }, null), { code: "recall.nothing" })
  await assert.rejects(recall(fi.store, { id: object.id, reason: " " }, null), { code: "recall.reason" })
})

test("a version of ours that a partner sends is kept aside as one that it does not own", async () => {
  const object = marked("green", { modified: day(1) })
  await released(object, jp)
  const forged = newVersion(object, day(2), { name: "Forged" })
  jp.meddle("update object set origin = 'own' where id = ?", object.id)
  await import_(jp, forged)
  await release(jp, [await share(jp, fi)], ids(forged))
  await fi.round(jp)
  assert.equal(await countConflicts(fi.store), 1)
  assert.equal(fi.meddle("select reason from conflict")[0]?.reason, "owner")
  assert.equal((await loadNewest(fi.store, object.id)).object.name, undefined)
})
