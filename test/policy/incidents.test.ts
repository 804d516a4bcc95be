import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { addShared, collectionsOf, loadCollection, makeShared, putShared, widen } from "../../src/library/index.ts"
import { DEFAULT_TERMS, keptTerms } from "../../src/policy/index.ts"
import { newestEverKey } from "../../src/sharing/release/queries.ts"
import { tlpMarkingId } from "../../src/stix/index.ts"
import { type Federation, type Member, testFederation } from "../support/federation.ts"
import { addOfficer } from "../support/officers.ts"
import { import_, marked, only, release, releasesOf, share, shownAt } from "../support/sharing.ts"
import { type Stix, stixId } from "../support/stix.ts"
import { PLAIN_TERMS } from "../support/terms.ts"

// What went wrong elsewhere, one test each. Those about forms, keys, feeds and routes stand where these are tested:
// page-rights, hostile, peering/signatures, peering/feeds, sharing/approvals/races.

const BY = { by: null, officer: false } as const
let federation: Federation
let [fi, jp, br] = [] as unknown as [Member, Member, Member]
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
})
after(() => federation.close())

const report = (...members: Stix[]): Stix => ({
  ...marked("green"),
  ...{ id: stixId("report"), type: "report", name: "R", published: "2022-01-01T00:00:00.000Z" },
  object_refs: members.map(({ id }) => id),
  ...{ pattern: undefined, pattern_type: undefined, valid_from: undefined },
})

test("a sharing group was taken where the field that names its readers was left out (MISP CVE-2026-85533)", async () => {
  const wish = { title: "S", alias: null, audience: [], terms: PLAIN_TERMS }
  await assert.rejects(addShared(fi.store, wish, null), { code: "collection.no-audience" })
})

test("whoever saw an event saw its report and attributes (MISP CVE-2026-95683)", async () => {
  const [to, inner] = [await share(fi, jp), marked("amber")]
  const outer = JSON.parse(JSON.stringify(report(inner))) as Stix
  await import_(fi, inner, outer)
  const { released, refused, grounds } = only(await release(fi, [to], [outer.id, inner.id], BY))
  assert.deepEqual([released, refused, grounds.map(({ code }) => code)], [1, 1, ["marking.above"]])
  await jp.round(fi)
  assert.deepEqual([await shownAt(jp, outer.id), await shownAt(jp, inner.id)], ["green", null])
})

test("one of several markings was enough to read (MISP CVE-2026-112178)", async () => {
  const both = marked("green", { object_marking_refs: [tlpMarkingId("green"), tlpMarkingId("amber+strict")] })
  await import_(fi, both)
  const { released, grounds } = only(await release(fi, [await share(fi, jp)], [both.id], BY))
  assert.deepEqual([released, grounds.map(({ code }) => code)], [0, ["marking.above"]])
})

test("what a stricter report holds travels under its mark, also to whom the report is not shown (MISP CVE-2026-95683)", async () => {
  const terms = keptTerms({ ...DEFAULT_TERMS, marking: "amber", onward: "marked" })
  const wish = { title: "S", alias: null, audience: [jp.party], terms }
  const to = await fi.store.write(async (tx) => loadCollection(tx, await makeShared(tx, wish, null)))
  const inner = marked("green")
  const outer = { ...report(inner), object_marking_refs: [tlpMarkingId("amber")] }
  await import_(fi, inner, JSON.parse(JSON.stringify(outer)) as Stix)
  for (const name of ["Olga", "Omar"]) await addOfficer(fi, name)
  const first = marked("green")
  await import_(fi, first)
  await fi.store.write(async (tx) => putShared(tx, await fi.reload(to), (await newestEverKey(tx, first.id)) as number))
  assert.equal(only(await release(fi, [to], [inner.id], BY)).released, 1)
  await jp.round(fi)
  assert.equal(await shownAt(jp, inner.id), "amber")
  const { grounds } = only(await release(jp, [await share(jp, br)], [inner.id], BY))
  assert.ok(grounds.some(({ code }) => code === "onward.marked"))
})

test("a careless peer showed other servers' private posts to its own readers (Pixelfed CVE-2025-30741)", async () => {
  const object = marked("green")
  await import_(fi, object)
  await release(fi, [await share(fi, jp)], [object.id], BY)
  await jp.round(fi)
  assert.equal(only(await release(jp, [await share(jp, br)], [object.id], BY)).released, 0)
  for (const from of [fi, jp]) await br.round(from)
  assert.equal(await shownAt(br, object.id), null)
})

test("a group that was set to everyone opened what it held before (HSIN-Intel 2023)", async () => {
  const [to, object] = [await share(fi, jp), marked("green")]
  await import_(fi, object)
  await release(fi, [to], [object.id], BY)
  await fi.store.write(async (tx) => widen(tx, await fi.reload(to), br.party, null))
  await br.round(fi)
  assert.equal(await shownAt(br, object.id), null)
  assert.deepEqual(
    (await collectionsOf(fi.store, br.party)).map(({ size }) => size),
    [0],
  )
})

test("one object was checked and another one changed (MISP CVE-2026-56424)", async () => {
  const [to, first] = [await share(fi, jp), marked("green", { modified: "2022-01-02T00:00:00.000Z" })]
  await import_(fi, first)
  const releases = releasesOf(fi)
  const key = (await newestEverKey(fi.store, first.id)) as number
  const chosen = { collections: [to.id], objects: [key], unmarked: null, again: false, by: null, officer: false }
  const id = await releases.prepare(chosen)
  await releases.settled(id)
  const refs = { object_marking_refs: [tlpMarkingId("amber")] }
  await import_(fi, { ...first, ...refs, modified: "2022-01-03T00:00:00.000Z", description: "later" })
  await releases.start(id, BY)
  await releases.settled(id)
  await jp.round(fi)
  assert.deepEqual(
    jp.meddle("select stamp from object where id = ?", first.id).map(({ stamp }) => stamp),
    ["2022-01-02T00:00:00.000Z"],
  )
})

test("one member of staff uploaded a list of customers (VirusTotal 2023)", async () => {
  const object = marked("green", { description: "Told by jane.doe@example.org" })
  await import_(fi, object)
  const { released, grounds } = only(await release(fi, [await share(fi, jp)], [object.id], BY))
  assert.deepEqual([released, grounds.map(({ code }) => code)], [0, ["people.too-few", "people.personal"]])
})

test("what a receiver could not take was dropped and nobody was told (MISP CVE-2026-107278)", async () => {
  const [to, object] = [await share(fi, jp), marked("green")]
  await import_(jp, { ...object, description: "another content under the same version" })
  await import_(fi, object)
  await release(fi, [to], [object.id], BY)
  await jp.round(fi)
  assert.deepEqual(
    jp.meddle("select refused from feed").map(({ refused }) => refused),
    [1],
  )
  assert.equal(jp.meddle("select reason from conflict").length, 1)
  await jp.round(fi)
  assert.deepEqual(
    fi.meddle("select party, kind, state, reason from receipt_due").map((row) => ({ ...row })),
    [{ party: jp.party, kind: "put", state: "refused", reason: "conflict-content" }],
  )
})
