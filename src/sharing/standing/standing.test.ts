import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { addOfficer, dismissOfficer } from "../../../test/support/officers.ts"
import { everybodyPulls, import_, marked, releasesOf, share, shownAt } from "../../../test/support/sharing.ts"
import { malware } from "../../../test/support/stix.ts"
import { silent } from "../../kernel/diagnostics.ts"
import type { Collection } from "../../library/index.ts"
import { saveInForce } from "../../policy/index.ts"
import { tlpMarkingId } from "../../stix/index.ts"
import { widenAudience } from "../release/audiences.ts"
import type { Releases } from "../release/releases.ts"
import { followRule, goesOnIn, halted, rulesStandingStill } from "./following.ts"
import { fits, RuleWish } from "./model.ts"
import { listRules } from "./queries.ts"
import { addRule, removeRule, switchRule } from "./rules.ts"
import { StandingRules } from "./running.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let shared: Collection
let releases: Releases
let standing: StandingRules

beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
  shared = await share(fi, jp)
  releases = releasesOf(fi)
  standing = new StandingRules({ ...fi, releases, diagnostics: silent, takenBack: "" })
})
after(() => federation.close())

const wish = (change: Record<string, unknown> = {}) =>
  RuleWish.parse({ title: "Daily", collection: shared.id, ...change })

async function run(): Promise<number> {
  const ids = await standing.runAll()
  const done = await Promise.all(ids.map((id) => releases.settled(id)))
  await everybodyPulls(federation, fi)
  return done.reduce((sum, { outcome }) => sum + (outcome[0]?.released ?? 0), 0)
}

test("what comes in and fits goes by itself, once, and is decided on like everything else", async () => {
  const before = marked("green")
  await import_(fi, before)
  await addRule(fi.store, wish({ types: ["indicator"] }), null)
  assert.equal(await run(), 0)
  const [green, amber] = [marked("green"), marked("amber")]
  await import_(fi, green, amber, malware({ object_marking_refs: [tlpMarkingId("green")] }))
  assert.equal(await run(), 1)
  assert.deepEqual(await Promise.all([before, green, amber].map(({ id }) => shownAt(jp, id))), [null, "green", null])
  assert.equal(await run(), 0)
})

test("what was there before goes where the rule says so", async () => {
  const before = marked("green")
  await import_(fi, before)
  await addRule(fi.store, wish({ existing: true }), null)
  assert.equal(await run(), 1)
  assert.equal(await shownAt(jp, before.id), "green")
})

test("a rule that is off lets nothing out, and passes over what came in meanwhile", async () => {
  const { id } = await addRule(fi.store, wish(), null)
  await switchRule(fi.store, id, false, null)
  const missed = marked("green")
  await import_(fi, missed)
  assert.equal(await run(), 0)
  await switchRule(fi.store, id, true, null)
  const next = marked("green")
  await import_(fi, next)
  assert.equal(await run(), 1)
  assert.deepEqual(await Promise.all([missed, next].map(({ id: one }) => shownAt(jp, one))), [null, "green"])
  await removeRule(fi.store, id, null)
  await import_(fi, marked("green"))
  assert.equal(await run(), 0)
})

test("who is no officer any more lets nothing out by a rule", async () => {
  const officer = await addOfficer(fi, "Olga")
  const rule = await addRule(fi.store, wish(), officer)
  await import_(fi, marked("green"))
  await dismissOfficer(fi, "Olga")
  assert.equal(await run(), 0)
  assert.equal(await halted(fi.store, rule), "no-officer")
})

test("a rule never follows its collection to a wider audience", async () => {
  const rule = await addRule(fi.store, wish(), null)
  await widenAudience(fi.store, releases, { collection: shared.id, party: br.party }, { by: null, officer: false })
  const green = marked("green")
  await import_(fi, green)
  assert.equal(await run(), 0)
  assert.equal(await halted(fi.store, rule), "closed")
  assert.deepEqual([await shownAt(jp, green.id), await shownAt(br, green.id)], [null, null])
})

test("an officer lets a rule go on in the successor: from where it stopped, and nowhere else", async () => {
  const rule = await addRule(fi.store, wish({ types: ["indicator"] }), null)
  const by = { by: null, officer: false }
  const { successor, release } = await widenAudience(fi.store, releases, { collection: shared.id, party: br.party }, by)
  await releases.settled(release.id)
  const meanwhile = marked("green")
  await import_(fi, meanwhile)
  assert.deepEqual(
    (await goesOnIn(fi.store, rule)).map(({ id }) => id),
    [successor],
  )
  assert.deepEqual(
    (await rulesStandingStill(fi.store)).map(({ id }) => id),
    [rule.id],
  )
  const other = await share(fi, br)
  await assert.rejects(followRule(fi.store, rule.id, other.id, null), { code: "rule.not-next" })
  const next = await followRule(fi.store, rule.id, successor, null)
  assert.deepEqual(
    (await listRules(fi.store)).map(({ id, collection, types }) => [id, collection, types]),
    [[next, successor, ["indicator"]]],
  )
  assert.equal(await run(), 1)
  assert.deepEqual([await shownAt(jp, meanwhile.id), await shownAt(br, meanwhile.id)], ["green", "green"])
  assert.deepEqual(await rulesStandingStill(fi.store), [])
})

/** A reservation of Brazil's gives it a collection of its own under the same agreement. */
async function splitOff() {
  const part = await share(fi, br)
  const row = { agreement: "comity-agreement--1", text: "", articles: {} }
  await fi.store.write(async (tx) => {
    await saveInForce(tx, { ...row, part: "", collection: shared.id })
    await saveInForce(tx, { ...row, part: "x", collection: part.id })
  })
  return part
}

test("where reservations split the readers a rule says so, and goes to the others only when an officer lets it", async () => {
  const rule = await addRule(fi.store, wish(), null)
  federation.clock.forward(1_000_000)
  const part = await splitOff()
  assert.equal(await halted(fi.store, rule), null)
  assert.deepEqual(
    (await rulesStandingStill(fi.store)).map(({ id }) => id),
    [rule.id],
  )
  const green = marked("green")
  await import_(fi, green)
  assert.equal(await run(), 1)
  assert.deepEqual([await shownAt(jp, green.id), await shownAt(br, green.id)], ["green", null])
  await followRule(fi.store, rule.id, part.id, null)
  assert.equal((await listRules(fi.store)).length, 2)
  assert.deepEqual(await rulesStandingStill(fi.store), [])
  const next = marked("green")
  await import_(fi, next)
  assert.equal(await run(), 2)
})

test("a rule whose split was left as it is says nothing of it any more", async () => {
  const rule = await addRule(fi.store, wish(), null)
  federation.clock.forward(1_000_000)
  await splitOff()
  assert.equal((await rulesStandingStill(fi.store)).length, 1)
  federation.clock.forward(1_000_000)
  await switchRule(fi.store, rule.id, true, null)
  assert.deepEqual(await rulesStandingStill(fi.store), [])
})

test("a rule is for shared collections, and looks in inboxes alone", async () => {
  const inbox = await fi.collection()
  await assert.rejects(addRule(fi.store, wish({ collection: inbox.id }), null), { code: "collection.not-shared" })
  await assert.rejects(addRule(fi.store, wish({ inboxes: [shared.id] }), null), { code: "rule.inbox" })
  assert.deepEqual(await listRules(fi.store), [])
})

test("what fits is what each part of the rule lets through", () => {
  const any = { types: null, markings: null, sectors: null }
  const object = { type: "indicator", marking: "green", sectors: ["energy"] } as const
  assert.ok(fits(any, object))
  assert.ok(fits({ types: ["indicator"], markings: ["green"], sectors: ["energy", "water"] }, object))
  assert.ok(!fits({ ...any, types: ["malware"] }, object))
  assert.ok(!fits({ ...any, markings: ["clear"] }, object))
  assert.ok(!fits({ ...any, markings: ["clear"] }, { ...object, marking: null }))
  assert.ok(!fits({ ...any, sectors: ["water"] }, object))
  assert.ok(!fits({ ...any, sectors: ["water"] }, { ...object, sectors: [] }))
})
