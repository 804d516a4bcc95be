import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { day } from "../../../test/support/node-in-process.ts"
import {
  cardSaying,
  everybodyPulls,
  import_,
  marked,
  only,
  release,
  releasesOf,
  share,
  shownAt,
} from "../../../test/support/sharing.ts"
import { malware, newVersion, type Stix, stixId } from "../../../test/support/stix.ts"
import { listUnshared, loadCollection } from "../../library/index.ts"
import { addRefusal } from "../../policy/index.ts"
import { type Tlp, tlpMarkingId } from "../../stix/index.ts"
import { narrowAudience, widenAudience } from "./audiences.ts"
import { newestKey } from "./queries.ts"
import { withReferences } from "./references.ts"
import { loadRelease, prepareRelease, releaseOn, startRelease } from "./releasing.ts"

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

test("what the rule lets out arrives at the audience alone; of the rest each says why it stays", async () => {
  const [green, amber, plain] = [marked("green"), marked("amber"), marked(null)]
  await import_(fi, green, amber, plain)
  const shared = await share(fi, jp)
  const outcome = only(await release(fi, [shared], ids(green, amber, plain)))
  assert.deepEqual([outcome.released, outcome.refused], [1, 2])
  assert.deepEqual(
    outcome.grounds.map(({ code, count }) => [code, count]),
    [
      ["marking.above", 1],
      ["marking.none", 1],
    ],
  )
  assert.deepEqual(
    outcome.withheld.map(({ id }) => id),
    ids(amber, plain),
  )
  await everybodyPulls(federation, fi)
  assert.deepEqual(await Promise.all([green, amber, plain].map(({ id }) => shownAt(jp, id))), ["green", null, null])
  assert.equal(await shownAt(br, green.id), null)
})

test("nobody but an officer lets anything out, and what is there already is not put there again", async () => {
  const green = marked("green")
  await import_(fi, green)
  const shared = await share(fi, jp)
  const analyst = only(await release(fi, [shared], ids(green), { by: "Ada", officer: false }))
  assert.deepEqual(
    analyst.grounds.map(({ code }) => code),
    ["actor.not-officer"],
  )
  assert.equal((await fi.reload(shared)).size, 0)
  assert.equal(only(await release(fi, [shared], ids(green))).released, 1)
  assert.equal(only(await release(fi, [shared], ids(green))).already, 1)
  assert.equal((await fi.reload(shared)).size, 1)
})

test("what came from a partner is never passed on", async () => {
  const green = marked("clear")
  await import_(fi, green)
  await release(fi, [await share(fi, jp)], ids(green))
  await jp.round(fi)
  const onward = await share(jp, br)
  assert.deepEqual(
    only(await release(jp, [onward], ids(green))).grounds.map(({ code }) => code),
    ["onward.none"],
  )
  await everybodyPulls(federation, jp)
  assert.equal(await shownAt(br, green.id), null)
})

test("the refusal list stands above everything: parties, places of those who never said where they are, kinds", async () => {
  const [one, two] = [marked("green"), malware({ object_marking_refs: [tlpMarkingId("green")] })]
  await import_(fi, one, two)
  const [toJp, toBr] = [await share(fi, jp), await share(fi, br)]
  const wish = { reason: null, source: "Order 1", since: null }
  await addRefusal(fi.store, { ...wish, kind: "party", value: "BR" }, null)
  await addRefusal(fi.store, { ...wish, kind: "object-kind", value: "malware" }, null)
  const { outcome } = await release(fi, [toJp, toBr], ids(one, two))
  assert.deepEqual(
    outcome.map(({ released, refused }) => [released, refused]),
    [
      [1, 1],
      [0, 2],
    ],
  )
  assert.deepEqual(outcome[1]?.grounds[0]?.values, {
    party: br.party,
    name: "br",
    source: "Order 1",
    since: "2026-01-01",
  })
  await addRefusal(fi.store, { ...wish, kind: "place", value: "KP" }, null)
  assert.equal(only(await release(fi, [await share(fi, jp)], ids(one))).grounds[0]?.code, "audience.place-unknown")
  const card = (place: string) => cardSaying({ id: jp.party, name: "jp", kind: "government", place })
  fi.meddle("update peer set card = ? where party = ?", card("JP"), jp.party)
  assert.equal(only(await release(fi, [await share(fi, jp)], ids(one))).released, 1)
  fi.meddle("update peer set card = ? where party = ?", card("KP"), jp.party)
  assert.equal(only(await release(fi, [await share(fi, jp)], ids(one))).grounds[0]?.code, "audience.place-refused")
})

test("objects without a mark leave under the one that the officer chooses, at home too", async () => {
  const [plain, red] = [marked(null), marked("red")]
  await import_(fi, plain, red)
  const shared = await share(fi, jp)
  const outcome = only(await release(fi, [shared], ids(plain, red), { unmarked: "green" }))
  assert.deepEqual([outcome.released, outcome.marked, outcome.refused], [1, 1, 1])
  await jp.round(fi)
  assert.equal(await shownAt(jp, plain.id), "green")
  assert.equal(await shownAt(fi, plain.id), "green")
  assert.equal(await shownAt(fi, red.id), "red")
})

test("statements go along with what names them, once; a marking whose rules nobody knows holds it back", async () => {
  const definition = { type: "marking-definition", spec_version: "2.1", created: day(0) }
  const statement = { ...definition, id: stixId("marking-definition"), definition_type: "statement" }
  const copyright = { ...statement, definition: { statement: "© Harbour CERT" } }
  const strange = {
    ...definition,
    id: stixId("marking-definition"),
    definition_type: "acme",
    definition: { acme: "3" },
  }
  const with_ = (...markings: string[]) => marked(null, { object_marking_refs: [tlpMarkingId("green"), ...markings] })
  const [a, b, c, d] = [
    with_(copyright.id),
    with_(copyright.id),
    with_(strange.id),
    with_(stixId("marking-definition")),
  ]
  await import_(fi, copyright, strange, a, b, c, d)
  const shared = await share(fi, jp)
  const outcome = only(await release(fi, [shared], ids(a, b, c, d)))
  assert.deepEqual([outcome.released, outcome.along, outcome.refused], [2, 1, 2])
  assert.deepEqual(new Set(outcome.grounds.map(({ code }) => code)), new Set(["marking.without-rules"]))
  await jp.round(fi)
  assert.equal(await shownAt(jp, copyright.id), "none")
})

test("a release of thousands goes on where it was after a crash, and puts nothing twice", async () => {
  const many = Array.from({ length: 1200 }, () => marked("green"))
  await import_(fi, ...many)
  const shared = await share(fi, jp)
  const keys = await Promise.all(many.map(({ id }) => newestKey(fi.store, id)))
  const chosen = { unmarked: null, again: false, by: null, officer: false }
  const objects = keys.flatMap((key) => key ?? [])
  const id = await prepareRelease(fi.store, { ...chosen, collections: [shared.id], objects }, "decided")
  await fi.store.write((tx) => startRelease(tx, id, chosen))
  await releaseOn(fi.store, id)
  const half = await loadRelease(fi.store, id)
  assert.ok(half.settled > 0 && half.settled < 1200, `${half.settled}`)
  await fi.reopen()
  const releases = releasesOf(fi)
  await releases.resume()
  const done = await releases.settled(id)
  assert.deepEqual([done.state, only(done).released], ["done", 1200])
  assert.equal((await fi.reload(shared)).size, 1200)
  const [begun, ended] = fi.meddle(
    "select cast(body as text) as body from journal_entry where header like '%\"release.%' order by seq",
  )
  assert.equal(JSON.parse(String(begun?.body)).pairs, 1200)
  assert.match(JSON.parse(String(ended?.body)).digest, /^[A-Za-z0-9+/]{43}=$/)
  assert.doesNotMatch(JSON.stringify([begun, ended]), /198\.51\.100|indicator--/)
})

test("a report takes along what it names, and what that names", async () => {
  const author = {
    type: "identity",
    spec_version: "2.1",
    id: stixId("identity"),
    created: day(0),
    modified: day(0),
    name: "A",
  }
  const bad = malware({ created_by_ref: author.id })
  const link = {
    ...{ type: "relationship", spec_version: "2.1", id: stixId("relationship"), created: day(0), modified: day(0) },
    ...{ relationship_type: "indicates", source_ref: stixId("indicator"), target_ref: bad.id },
  }
  const report = { ...author, type: "report", id: stixId("report"), published: day(0), object_refs: [link.id] }
  const other = marked("green")
  await import_(fi, author, bad, link, report, other)
  const key = (await newestKey(fi.store, report.id)) ?? 0
  const keys = await Promise.all([report, link, bad, author].map(({ id }) => newestKey(fi.store, id)))
  assert.deepEqual(await withReferences(fi.store, [key]), keys)
})

test("a new version is not let out by itself: it is shown as not shared until somebody does", async () => {
  const first = marked("green", { modified: day(1) })
  await import_(fi, first)
  const [shared, other] = [await share(fi, jp), await share(fi, br)]
  await release(fi, [shared, other], ids(first))
  assert.deepEqual(await listUnshared(fi.store, { most: 10 }), [])
  await import_(fi, newVersion(first, day(2), { revoked: true }))
  const found = await listUnshared(fi.store, { id: first.id, most: 10 })
  assert.deepEqual(
    found.map(({ collection, revoked }) => [collection, revoked]).toSorted(),
    [shared, other].map(({ id }) => [id, true]).toSorted(),
  )
  assert.equal((await listUnshared(fi.store, { revoked: false, most: 10 })).length, 0)
  await release(fi, [shared], ids(first))
  assert.deepEqual(
    (await listUnshared(fi.store, { most: 10 })).map(({ collection }) => collection),
    [other.id],
  )
  assert.equal((await listUnshared(fi.store, { collection: shared.key, most: 10 })).length, 0)
})

test("a revocation is answered for by those who read the collection now", async () => {
  const first = marked("green", { modified: day(1) })
  await import_(fi, first)
  const shared = await share(fi, jp, br)
  await release(fi, [shared], ids(first))
  await everybodyPulls(federation, fi)
  await narrowAudience(fi.store, { collection: shared.id, party: br.party }, null)
  await import_(fi, newVersion(first, day(2), { revoked: true }))
  await release(fi, [shared], ids(first))
  const due = () => fi.meddle("select party, kind, state from receipt_due").map((row) => ({ ...row }))
  assert.deepEqual(due(), [{ party: jp.party, kind: "revoke", state: "due" }])
  await everybodyPulls(federation, fi)
  assert.deepEqual(due(), [{ party: jp.party, kind: "revoke", state: "applied" }])
})

test("a wider audience gets a successor, for which every object is decided anew, also over a restart", async () => {
  const [kept, raised, old] = [marked("green"), marked("green"), marked("green", { modified: day(1) })]
  const many = Array.from({ length: 700 }, () => marked("clear"))
  await import_(fi, kept, raised, old, ...many)
  const shared = await share(fi, jp)
  await release(fi, [shared], ids(kept, raised, old, ...many))
  await import_(fi, newVersion(old, day(2), { revoked: true }))
  fi.meddle("update object set marking = 'amber' where id = ?", raised.id)
  const releases = releasesOf(fi)
  await releases.close() // as if the node stopped the moment after
  const wish = { collection: shared.id, party: br.party }
  const { successor, release: carried } = await widenAudience(fi.store, releases, wish, { by: null, officer: false })
  assert.equal((await releases.settled(carried.id)).state, "running")
  await fi.reopen()
  const after = releasesOf(fi)
  await after.resume()
  const outcome = only(await after.settled(carried.id))
  assert.deepEqual([outcome.released, outcome.refused], [701, 2])
  assert.deepEqual(new Set(outcome.grounds.map(({ code }) => code)), new Set(["marking.above", "object.revoked-since"]))
  await everybodyPulls(federation, fi)
  assert.equal(await shownAt(br, kept.id), "green")
  assert.equal(await shownAt(br, raised.id), null)
  const closed = await loadCollection(fi.store, shared.id)
  assert.deepEqual([closed.closedAt === null, closed.successor], [false, successor])
  assert.equal(only(await release(fi, [shared], ids(kept))).grounds[0]?.code, "collection.closed")
})

test("nobody enters an audience who is no active partner", async () => {
  const shared = await share(fi, jp)
  fi.meddle("update peer set state = 'suspended' where party = ?", br.party)
  const widening = widenAudience(
    fi.store,
    releasesOf(fi),
    { collection: shared.id, party: br.party },
    { by: null, officer: false },
  )
  await assert.rejects(widening, { kind: "refused", code: "audience.not-active", details: { name: "br" } })
  assert.equal((await loadCollection(fi.store, shared.id)).closedAt, null)
})

test("what stands in a report goes no further than the report may, as long as its newest version says so", async () => {
  const object = marked("green")
  const report = (level: Tlp, modified: string): Stix => ({
    ...{ type: "report", spec_version: "2.1", id: object.id.replace("indicator", "report"), name: "R" },
    ...{ created: "2026-01-01T00:00:00.000Z", modified, published: "2026-01-01T00:00:00.000Z" },
    ...{ object_refs: [object.id], object_marking_refs: [tlpMarkingId(level)] },
  })
  await import_(fi, object, report("amber", "2026-01-01T00:00:00.000Z"))
  const shared = await share(fi, jp)
  const held = only(await release(fi, [shared], [object.id]))
  assert.deepEqual(
    held.grounds.map(({ code, values }) => [code, values.marking]),
    [["marking.above", "amber"]],
  )
  const bare = marked(null)
  await import_(fi, bare, {
    ...report("amber", "2026-01-01T00:00:00.000Z"),
    id: bare.id.replace("indicator", "report"),
    object_refs: [bare.id],
  })
  assert.equal(only(await release(fi, [shared], [bare.id], { unmarked: "green" })).released, 0)
  await import_(fi, report("green", "2026-02-01T00:00:00.000Z"))
  assert.equal(only(await release(fi, [shared], [object.id])).released, 1)
})
