import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { import_, marked, only, release, releasesOf, shownAt } from "../../../test/support/sharing.ts"
import { newVersion } from "../../../test/support/stix.ts"
import { DAY } from "../../kernel/time.ts"
import { addShared, type Collection, loadCollection } from "../../library/index.ts"
import { DEFAULT_TERMS, eraseExpired, keptTerms } from "../../policy/index.ts"
import { widenAudience } from "./audiences.ts"
import { eraseOutlived } from "./outliving.ts"

const BY = { by: null, officer: false } as const
let federation: Federation
let [fi, jp, br, de] = [] as unknown as [Member, Member, Member, Member]
let shared: Collection
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp", "br", "de"])
  ;[fi, jp, br, de] = federation.members as [Member, Member, Member, Member]
  const terms = keptTerms({ ...DEFAULT_TERMS, retention: 30 })
  const wish = { title: "S", alias: null, audience: [jp.party, br.party], terms }
  shared = await loadCollection(fi.store, await addShared(fi.store, wish, null))
})
after(() => federation.close())

test("what readers may not keep any longer the owner serves no longer: who asks late gets none of it", async () => {
  const [old, young] = [marked("green", { modified: "2022-01-02T00:00:00.000Z" }), marked("green")]
  await import_(fi, old, young)
  await release(fi, [shared], [old.id])
  await jp.round(fi)
  federation.clock.forward(20 * DAY)
  const later = newVersion(old, "2022-01-03T00:00:00.000Z", { name: "Later" })
  await import_(fi, later)
  assert.equal(only(await release(fi, [shared], [old.id, young.id])).released, 2)
  assert.equal(await eraseOutlived(fi.store), 0)
  federation.clock.forward(10 * DAY)
  assert.equal(await eraseOutlived(fi.store), 1)
  for (const node of [jp, br]) {
    await node.round(fi)
    await eraseExpired(node.store)
    const rows = node.meddle("select stamp from object order by stamp").map(({ stamp }) => stamp)
    assert.equal(rows.includes("2022-01-02T00:00:00.000Z"), false)
    assert.equal(await shownAt(node, young.id), "green")
    await node.round(fi)
  }
  federation.clock.forward(21 * DAY)
  assert.equal(await eraseOutlived(fi.store), 2)
  assert.equal(await eraseOutlived(fi.store), 0)
  await br.round(fi)
  await br.round(fi)
  assert.equal(await shownAt(br, young.id), null)
  assert.equal(await shownAt(fi, young.id), "green")
  const answers = fi.meddle("select party, kind, state from receipt_due").map((row) => ({ ...row }))
  const answer = { party: jp.party, kind: "erase", state: "applied" }
  assert.deepEqual(answers[0], answer)
  assert.ok(answers.every(({ kind }) => kind === "erase"))
})

test("a successor does not let readers keep things longer: what was let out before goes at its first time, copies too", async () => {
  const terms = keptTerms({ ...DEFAULT_TERMS, retention: 30, personal: { is: "redact" } })
  const wish = { title: "Followed", alias: null, audience: [jp.party], terms }
  let to = await loadCollection(fi.store, await addShared(fi.store, wish, null))
  const plain = marked("green")
  const copied = marked("green", { description: "Mail: someone@example.org", name: "N" })
  await import_(fi, plain, copied)
  assert.equal(only(await release(fi, [to], [plain.id, copied.id])).released, 2)
  const releases = releasesOf(fi)
  for (const [days, reader] of [[10, br] as const, [10, de] as const]) {
    federation.clock.forward(days * DAY)
    const done = await widenAudience(fi.store, releases, { collection: to.id, party: reader.party }, BY)
    assert.equal((await releases.settled(done.release.id)).state, "done")
    to = await loadCollection(fi.store, done.successor)
  }
  const young = marked("green")
  await import_(fi, young)
  assert.equal(only(await release(fi, [to], [young.id])).released, 1)
  await de.round(fi)
  assert.equal(await shownAt(de, plain.id), "green")
  assert.equal(await eraseOutlived(fi.store), 0)
  federation.clock.forward(10 * DAY)
  // Two in each of three collections.
  assert.equal(await eraseOutlived(fi.store), 6)
  assert.equal(await eraseOutlived(fi.store), 0)
  for (const node of [jp, br, de]) {
    await node.round(fi)
    await node.round(fi)
    await eraseExpired(node.store)
    const held = node.meddle("select id from object where type = 'indicator'").map(({ id }) => id)
    assert.deepEqual(held, [young.id], node.name)
  }
  assert.deepEqual(fi.meddle("select 1 from carried"), [])
})
