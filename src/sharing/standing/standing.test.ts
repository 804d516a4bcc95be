import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { addOfficer, dismissOfficer } from "../../../test/support/officers.ts"
import { everybodyPulls, import_, marked, releasesOf, share, shownAt } from "../../../test/support/sharing.ts"
import { malware } from "../../../test/support/stix.ts"
import { silent } from "../../kernel/diagnostics.ts"
import type { Collection } from "../../library/index.ts"
import { tlpMarkingId } from "../../stix/index.ts"
import { widenAudience } from "../release/audiences.ts"
import type { Releases } from "../release/releases.ts"
import { fits, RuleWish } from "./model.ts"
import { listRules } from "./queries.ts"
import { addRule, removeRule, switchRule } from "./rules.ts"
import { halted, StandingRules } from "./running.ts"

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
