import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { type Federation, type Member, strangers } from "../../../test/support/federation.ts"
import { prepared } from "../../../test/support/node-in-process.ts"
import { indicator } from "../../../test/support/stix.ts"
import { addObjects, addShared, audienceOf, loadCollection } from "../../library/index.ts"
import { findPeer, loadPeer } from "../../parties/index.ts"
import { accept, compare, couriersOf, deliver, fingerprints, invite, leave, resume, suspend } from "../index.ts"

let federation: Federation
let fi: Member
let jp: Member

beforeEach(async () => {
  federation = await strangers(["fi", "jp", "br"])
  ;[fi, jp] = federation.members as [Member, Member]
})
afterEach(() => federation.close())

const link = async (from: Member) => (await invite(from.parts, "for a friend", null)).link
const stateOf = async (node: Member, other: Member) => {
  const peer = await findPeer(node.store, other.party)
  return peer === null ? null : `${peer.state}/${peer.theirs}`
}
const states = async () => [await stateOf(fi, jp), await stateOf(jp, fi)]
/** Delivers what waits at one node for another. */
const post = async (from: Member, to: Member) => {
  federation.clock.forward(2_000_000)
  const peer = await findPeer(from.store, to.party)
  if (peer !== null) await deliver(from.parts, couriersOf(), peer.key)
}
const heardBy = async (node: Member, other: Member) =>
  (await fingerprints(node.store, await loadPeer(node.store, other.party))).theirs

async function acquainted(): Promise<void> {
  await accept(jp.parts, await link(fi), null)
  await post(jp, fi)
}

async function compareBoth(): Promise<void> {
  const [one, other] = [await heardBy(fi, jp), await heardBy(jp, fi)]
  await compare(fi.parts, jp.party, { words: one.words.join(" ") }, null)
  await post(fi, jp)
  await compare(jp.parts, fi.party, { digits: other.digits }, null)
  await post(jp, fi)
}

test("two nodes become partners by an invitation and two people who compare", async () => {
  await acquainted()
  assert.deepEqual(await states(), ["invited/invited", "invited/invited"])
  const [ours, theirs] = [
    await heardBy(jp, fi),
    (await fingerprints(fi.store, await loadPeer(fi.store, jp.party))).ours,
  ]
  assert.deepEqual(ours, theirs, "what one reads out is what the other must hear")
  const heard = await heardBy(fi, jp)
  await compare(fi.parts, jp.party, { words: heard.words.join(" ") }, null)
  await post(fi, jp)
  assert.deepEqual(await states(), ["compared/invited", "invited/compared"])
  await compare(jp.parts, fi.party, { digits: ours.digits }, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["active/active", "active/active"])
})

test("nothing is shared before both compared", async () => {
  await acquainted()
  const collection = await addShared(fi.store, { title: "S", alias: null, audience: [jp.party] }, null)
  await addObjects(fi.store, await fi.collection(), prepared(indicator()))
  await jp.roundWith(fi)
  assert.equal((await jp.store.all({ sql: "select key from feed", values: [] } as never)).length, 0)
  await compareBoth()
  await jp.roundWith(fi)
  assert.equal((await jp.store.all({ sql: "select key from feed", values: [] } as never)).length, 1)
  assert.equal((await audienceOf(fi.store, await loadCollection(fi.store, collection))).length, 1)
})

test("what was heard wrongly changes nothing and is written down", async () => {
  await acquainted()
  const { words } = await heardBy(fi, jp)
  for (const wrong of ["", [...words].reverse().join(" "), (await heardBy(jp, fi)).words.join(" ")]) {
    await assert.rejects(compare(fi.parts, jp.party, { words: wrong }, null), { code: "peer.fingerprint-differs" })
  }
  assert.equal(await stateOf(fi, jp), "invited/invited")
  const [row] = fi.meddle("select count(*) as n from journal_entry where header like '%peer.fingerprint-differs%'")
  assert.equal(row?.n, 3)
})

test("an invitation lets one party in, once, for three days, and not its own giver", async () => {
  const [, , br] = federation.members as [Member, Member, Member]
  const first = await link(fi)
  await assert.rejects(accept(fi.parts, first, null), { code: "invitation.own" })
  await accept(jp.parts, first, null)
  await post(jp, fi)
  await accept(br.parts, first, null)
  await post(br, fi)
  assert.equal(await stateOf(fi, br), null)
  const second = await link(fi)
  federation.clock.forward(3 * 86_400_000_000 + 1)
  await assert.rejects(accept(br.parts, second, null), { code: "invitation.expired" })
  for (const text of ["", "x", first.slice(0, -20), "https://fi.example/peer/join#e30", "{}"]) {
    await assert.rejects(accept(br.parts, text, null), { code: "invitation.malformed" }, text)
  }
})

test("an answer that was lost makes no second partner", async () => {
  await accept(jp.parts, await link(fi), null)
  const wire = federation.wire
  federation.wire = async (_, pass) => {
    await pass()
    throw Object.assign(new Error("lost"), {})
  }
  await assert.rejects(post(jp, fi))
  federation.wire = wire
  await post(jp, fi)
  assert.deepEqual(await states(), ["invited/invited", "invited/invited"])
})

test("a pause stops both ways, and an end leaves every audience; both may meet again and must compare again", async () => {
  await acquainted()
  await compareBoth()
  const id = await addShared(fi.store, { title: "S", alias: null, audience: [jp.party] }, null)
  await suspend(jp.parts, fi.party, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["active/suspended", "suspended/active"])
  await resume(jp.parts, fi.party, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["active/active", "active/active"])
  await leave(jp.parts, fi.party, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["left/left", "left/active"])
  assert.equal((await audienceOf(fi.store, await loadCollection(fi.store, id))).length, 0)
  await acquainted()
  assert.deepEqual(await states(), ["invited/invited", "invited/invited"])
  await compareBoth()
  assert.deepEqual(await states(), ["active/active", "active/active"])
})

test("a party that comes with another key log is not taken for the one that is known", async () => {
  const [, , br] = federation.members as [Member, Member, Member]
  await acquainted()
  const impostor = { ...br.parts, store: br.store, self: { ...br.parts.self } }
  br.meddle("update party set id = ? where is_own = 1", jp.party)
  const again = await link(fi)
  await accept({ ...impostor, self: { ...impostor.self, party: async () => jp.party } }, again, null)
  const peer = await findPeer(br.store, fi.party)
  assert.ok(peer)
  await deliver({ ...impostor, self: { ...impostor.self, party: async () => jp.party } }, couriersOf(), peer.key)
  const [row] = br.meddle("select failure from outbox where delivered_at is null")
  assert.ok(row?.failure)
  assert.equal(await stateOf(fi, jp), "invited/invited")
})
