import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, strangers } from "../../../test/support/federation.ts"
import { prepared } from "../../../test/support/node-in-process.ts"
import { indicator } from "../../../test/support/stix.ts"
import { PLAIN_TERMS } from "../../../test/support/terms.ts"
import { ComityError } from "../../kernel/errors.ts"
import { addObjects, addShared, audienceOf, loadCollection } from "../../library/index.ts"
import { findPeer, loadPeer } from "../../parties/index.ts"
import {
  accept,
  bodyOf,
  compare,
  couriersOf,
  deliver,
  fingerprints,
  giveCard,
  invite,
  leave,
  moveTo,
  resume,
  say,
  suspend,
} from "../index.ts"

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
const waitingAt = (node: Member, kind = "card") =>
  Number(node.meddle("select count(*) as n from outbox where delivered_at is null and kind = ?", kind)[0]?.n)
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
  const collection = await addShared(
    fi.store,
    { title: "S", alias: null, terms: PLAIN_TERMS, audience: [jp.party] },
    null,
  )
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
  const id = await addShared(fi.store, { title: "S", alias: null, terms: PLAIN_TERMS, audience: [jp.party] }, null)
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

test("six words by their numbers are enough, five are not, and a wrong one is counted", async () => {
  await acquainted()
  const { words } = await heardBy(fi, jp)
  const some = (...numbers: number[]) => new Map(numbers.map((number) => [number, words[number - 1] ?? ""]))
  const typed = some(1, 3, 4, 7, 11, 12)
  for (const heard of [some(1, 3, 4, 7, 11), new Map(typed).set(7, words[7] ?? ""), new Map(typed).set(13, "")]) {
    await assert.rejects(compare(fi.parts, jp.party, { some: heard }, null), { code: "peer.fingerprint-differs" })
  }
  assert.deepEqual(fi.meddle("select differed from peer")[0]?.differed, 3)
  await compare(fi.parts, jp.party, { some: typed }, null)
  assert.equal(await stateOf(fi, jp), "compared/invited")
})

test("only comparing makes a relation active: not a word of the other side, and not going on", async () => {
  await acquainted()
  await assert.rejects(resume(fi.parts, jp.party, null), { code: "peer.state" })
  const peer = await loadPeer(jp.store, fi.party)
  const told = (at: number) => say(jp.parts, peer, "status", { body: bodyOf({ v: 1, state: "active", at }) })
  await told(federation.clock.now())
  assert.equal(await stateOf(fi, jp), "invited/invited")
  await assert.rejects(told(federation.clock.now() + 3_600_000_000), { code: "peer.refused", kind: "invalid" })
})

test("who invited and who accepted twice, and both who invited each other, become partners all the same", async () => {
  const [first, second, back] = [await link(fi), await link(fi), await link(jp)]
  await accept(jp.parts, first, null)
  await accept(jp.parts, second, null)
  await accept(fi.parts, back, null)
  await post(jp, fi)
  await post(fi, jp)
  assert.deepEqual(await states(), ["invited/invited", "invited/invited"])
  await compare(fi.parts, jp.party, { words: (await heardBy(fi, jp)).words.join(" ") }, null)
  await post(fi, jp)
  await accept(jp.parts, first, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["compared/invited", "invited/compared"])
  await compare(jp.parts, fi.party, { words: (await heardBy(jp, fi)).words.join(" ") }, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["active/active", "active/active"])
})

test("a partner that lost what it knew, or left unheard, comes back by a new invitation and is compared again", async () => {
  await acquainted()
  await compareBoth()
  const id = await addShared(fi.store, { title: "S", alias: null, terms: PLAIN_TERMS, audience: [jp.party] }, null)
  const wire = federation.wire
  federation.wire = async () => {
    throw new ComityError("unavailable", "peer.unreachable")
  }
  await leave(jp.parts, fi.party, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["active/active", "left/active"])
  jp.meddle("delete from outbox where delivered_at is null")
  federation.wire = wire
  const first = await link(fi)
  await accept(jp.parts, first, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["invited/invited", "invited/invited"])
  assert.equal((await audienceOf(fi.store, await loadCollection(fi.store, id))).length, 0)
  await leave(jp.parts, fi.party, null)
  await post(jp, fi)
  await accept(jp.parts, first, null)
  await post(jp, fi)
  assert.deepEqual(await states(), ["left/left", "invited/invited"], "an invitation that was used lets nobody in again")
})

test("a card waits for a relation that is active, and what still waits is taken back when it ends", async () => {
  await acquainted()
  await giveCard(fi.parts, jp.party, true, null)
  assert.equal(waitingAt(fi), 0)
  await compareBoth()
  assert.equal(waitingAt(fi), 0, "the switch is set anew when people compare")
  await giveCard(fi.parts, jp.party, true, null)
  assert.equal(waitingAt(fi), 1)
  await suspend(fi.parts, jp.party, null)
  assert.deepEqual([waitingAt(fi, "card"), waitingAt(fi, "status")], [0, 1])
  await resume(fi.parts, jp.party, null)
  assert.equal(waitingAt(fi, "card"), 1)
  await leave(fi.parts, jp.party, null)
  assert.equal(waitingAt(fi, "card"), 0)
})

test("a partner is followed to another address only if its key answers there", async () => {
  const [, , br] = federation.members as [Member, Member, Member]
  await acquainted()
  await assert.rejects(moveTo(fi.parts, jp.party, jp.endpoint, null), { code: "peer.not-met" })
  await compareBoth()
  for (const address of ["http://jp.example", "https://jp.example/x", "https://u@jp.example", "jp.example", ""]) {
    await assert.rejects(moveTo(fi.parts, jp.party, address, null), { code: "peer.endpoint" }, address)
  }
  for (const address of [br.endpoint, "https://nobody.example"]) {
    await assert.rejects(moveTo(fi.parts, jp.party, address, null), { kind: "unavailable" }, address)
  }
  assert.equal((await loadPeer(fi.store, jp.party)).endpoint, jp.endpoint)
  const [forked] = fi.meddle("select count(*) as n from journal_entry where header like '%peer.keys-forked%'")
  assert.equal(forked?.n, 0, "what another node says of its keys is no evidence against this one")
  fi.meddle("update peer set endpoint = 'https://elsewhere.example'")
  assert.equal((await moveTo(fi.parts, jp.party, `${jp.endpoint}/`, null)).endpoint, jp.endpoint)
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
  const used = await fi.store.get<{ by: string }>(sql`select used_by as by from peer_invitation order by key desc`)
  assert.equal(used?.by, jp.party, "one invitation tries one name")
})

test("nobody joins as this node itself, and without an invitation nothing is looked at", async () => {
  const [, , br] = federation.members as [Member, Member, Member]
  const asFi = { ...br.parts, store: br.store, self: { ...br.parts.self, party: async () => fi.party } }
  await accept(asFi, await link(fi), null)
  const peer = await loadPeer(br.store, fi.party)
  const join = br.meddle("select cast(body as text) as body from outbox where kind = 'join'")[0]?.body
  const said = async (body: string) => {
    let code = ""
    federation.wire = async ({ url }, pass) => {
      const answer = await pass()
      if (url.endsWith("/join")) code = (JSON.parse(String(answer.body)) as { error_code: string }).error_code
      return answer
    }
    await say(asFi, peer, "join", { body }).catch(() => {})
    return code
  }
  assert.equal(await said(String(join)), "invitation.own")
  assert.equal(await findPeer(fi.store, fi.party), null)
  const broken = { ...JSON.parse(String(join)), token: "x".repeat(43), statements: ["AAAA"] }
  assert.equal(await said(JSON.stringify(broken)), "invitation.unknown")
})
