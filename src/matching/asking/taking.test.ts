import assert from "node:assert/strict"
import { after, test } from "node:test"
import {
  type Asker,
  anyList,
  ask,
  askingFederation,
  countsOf,
  foundIn,
  item,
  know,
  ledgerOf,
  open,
} from "../../../test/support/asking.ts"
import { ComityError } from "../../kernel/errors.ts"
import { random } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { loadPeer } from "../../parties/index.ts"
import { bodyOf, say } from "../../peering/index.ts"
import { itemBytes } from "../items/types.ts"
import type { Knowledge } from "../runs/model.ts"
import { addSubject, askDesks, consentToContact, declineContact, endSubject, listContacts } from "./desk.ts"
import { declineToTell, listKnowings, loadKnowing, wishToKnow } from "./knowing.ts"
import { batchesOf, evaluationsOf } from "./model.ts"
import { openAnswers } from "./opening.ts"
import { askPartners, listHeld, loadQuestion } from "./questioning.ts"
import { tellKnown } from "./telling.ts"
import { works } from "./works.ts"

const federation = await askingFederation(["fi", "jp", "br"])
after(() => federation.close())
const [fi, jp, br] = federation.members as [Asker, Asker, Asker]

const KNOWN: Knowledge = {
  ...{ firstSeen: "2025-11-02T08:00:00Z", lastSeen: null, confidence: 80, labels: ["c2"], names: ["線索"] },
  ...{ marking: "green", objects: 2 },
}

/** Letters go to and fro until nobody has anything to say. */
async function letters(...pairs: [Asker, Asker][]) {
  for (let i = 0; i < 3; i++) {
    for (const [one, other] of pairs) {
      await one.round(other)
      await other.round(one)
    }
  }
}

test("batches say how many items are asked to a few sizes alone", () => {
  const sizes = [1, 64, 65, 256, 257, 1000, 1024, 1025, 1100, 3000, 4000, 4096, 5000, 10_000]
  assert.deepEqual(
    sizes.map((items) => batchesOf(items).join("+")),
    [
      ...["64", "64", "256", "256", "1024", "1024", "1024", "1024+64", "1024+256"],
      ...["1024+1024+1024", "4096", "4096", "4096+1024", "4096+4096+1024+1024"],
    ],
  )
  for (const items of sizes) assert.ok(evaluationsOf(items) >= items && evaluationsOf(items) <= 4 * items + 63)
})

test("what a partner knows of a common item comes by its officer's consent, sealed for who has the item", async () => {
  await know(jp, ["c2.example", "198.51.100.7"])
  await open(jp, [fi])
  const asked = await ask(fi, [jp], ["198.51.100.7", "c2.example", "no.example"])
  assert.deepEqual(foundIn(asked), [[jp.party], [jp.party], []])
  const wish = { question: asked.question.id, party: jp.party }
  await assert.rejects(wishToKnow(fi.store, { ...wish, items: [2] }, null), { code: "match.not-found-there" })
  const ids = await wishToKnow(fi.store, { ...wish, items: [0, 1] }, "ann")
  assert.equal(ids.length, 2, "one for each key")
  await letters([fi, jp])
  const waiting = await listKnowings(jp.store)
  assert.deepEqual(
    waiting.map(({ side, state, party, items }) => [side, state, party, items.map(({ type }) => type)]),
    [
      ["theirs", "waiting", fi.party, ["domain"]],
      ["theirs", "waiting", fi.party, ["ipv4"]],
    ],
  )
  const [domain, address] = waiting
  assert.ok(domain && address)
  assert.ok(domain.items[0]?.item.equals(item("c2.example")))
  const knownHere = async () => [KNOWN]
  await tellKnown({ store: jp.store, knownHere }, domain.id, "officer")
  await declineToTell(jp.store, address.id, "officer")
  await assert.rejects(tellKnown({ store: jp.store, knownHere }, domain.id, null), { code: "match.knowing-decided" })
  const bodies: Buffer[] = []
  federation.wire = (request, pass) => {
    bodies.push(request.body)
    return pass()
  }
  await letters([fi, jp])
  federation.wire = (_, pass) => pass()
  assert.ok(!bodies.some((body) => body.includes("c2") && body.includes('labels":["')), "sealed on the way")
  const told = await loadKnowing(fi.store, domain.id)
  assert.deepEqual([told.state, told.items[0]?.known], ["told", KNOWN])
  assert.equal((await loadKnowing(fi.store, address.id)).state, "declined")
  const last = countsOf(fi, "match.knowing-told").at(-1)
  assert.deepEqual([last?.side, last?.told, last?.broken], ["them", 1, 0])
})

test("two desks that work on the same thing hear that contact may be useful, and who it is once both consent", async () => {
  for (const member of [fi, jp, br]) {
    await addSubject(member.store, { item: item("wallet-shop.example"), desk: `Desk of ${member.name}` }, "ann")
  }
  await addSubject(fi.store, { item: item("only.example"), desk: "Desk of fi" }, "ann")
  const parts = { store: jp.store, requireList: anyList }
  const desk = { list: null, title: "Our desks", types: [{ type: "domain" }] }
  await openAnswers(parts, { ...desk, partners: [fi.party] }, null)
  await openAnswers({ ...parts, store: br.store }, { ...desk, partners: [fi.party] }, null)
  for (const one of [jp, br]) await one.asking.answering.look({ now: true })
  const id = await askDesks(fi.store, { partners: [jp.party, br.party], subjects: null }, "ann")
  const sent: string[] = []
  federation.wire = (request, pass) => {
    sent.push(`${request.url.split("/").at(-1)} ${request.body.length}`)
    return pass()
  }
  await fi.asking.questions.settled()
  await letters([fi, jp], [fi, br])
  federation.wire = (_, pass) => pass()
  assert.equal(new Set(sent.filter((one) => one.startsWith("match-desk"))).size, 1)
  const { parts: answered } = await loadQuestion(fi.store, id)
  assert.deepEqual(
    answered.flatMap(({ state, found }) => [state, found]),
    ["answered", null, "answered", null],
  )
  const [atFi, atJp, atBr] = await Promise.all([fi, jp, br].map(({ store }) => listContacts(store)))
  assert.ok(atFi && atJp && atBr)
  assert.deepEqual([atFi.length, atJp.length, atBr.length], [2, 1, 1])
  for (const one of [...atFi, ...atJp, ...atBr]) {
    assert.deepEqual(
      [one.named, one.ours, one.theirs, one.subject.item],
      [null, null, null, item("wallet-shop.example")],
    )
  }
  const [withJp, withBr] = [atJp[0]?.id ?? "", atBr[0]?.id ?? ""]
  await consentToContact(fi.store, withJp, "ann")
  await letters([fi, jp])
  const told = JSON.stringify([await listContacts(jp.store), await listContacts(fi.store)])
  assert.ok(!told.includes(jp.party) && !told.includes(fi.party) && !told.includes('"jp"'), "one consent names nobody")
  await consentToContact(jp.store, withJp, "ken")
  await letters([fi, jp])
  const named = async (member: Asker, contact: string) =>
    (await listContacts(member.store)).find((one) => one.id === contact)?.named
  assert.deepEqual(await named(fi, withJp), { party: jp.party, name: "jp", desk: "Desk of jp" })
  assert.deepEqual(await named(jp, withJp), { party: fi.party, name: "fi", desk: "Desk of fi" })
  await declineContact(br.store, withBr, "bia")
  await letters([fi, br])
  assert.deepEqual((await listContacts(fi.store)).find((one) => one.id === withBr)?.theirs, false)
  await assert.rejects(consentToContact(fi.store, withBr, null), { code: "match.contact-decided" })
  assert.equal(await named(fi, withBr), null)
  assert.ok(!JSON.stringify([fi, jp, br].map(ledgerOf)).includes("wallet-shop"))
})

test("asked again the same two desks are not told twice, and a subject that ended is nobody's", async () => {
  const askAgain = async () => {
    await askDesks(fi.store, { partners: [jp.party], subjects: null }, null)
    await fi.asking.questions.settled()
    await letters([fi, jp])
  }
  await askAgain()
  assert.deepEqual([(await listContacts(fi.store)).length, (await listContacts(jp.store)).length], [2, 1])
  await endSubject(jp.store, (await listContacts(jp.store))[0]?.subject.id ?? "", null)
  await jp.asking.answering.look({ now: true })
  await addSubject(fi.store, { item: item("wallet-shop.example"), desk: "Another desk" }, null)
  await askAgain()
  assert.equal((await listContacts(fi.store)).length, 2)
})

const heard = (verb: string, body: Buffer | object, from: Asker = fi, to: Asker = jp) =>
  loadPeer(from.store, to.party).then((peer) =>
    say(from.parts, peer, verb, { body: Buffer.isBuffer(body) ? body : bodyOf(body as never) }),
  )
const status = (work: Promise<unknown>) =>
  work.then(
    () => 200,
    (error: unknown) => (error instanceof ComityError ? error.details.status : error),
  )

test("what is no message is refused, and who was not named may ask nothing", async () => {
  const [held] = (await listHeld(fi.store)).filter(({ party, mode }) => party === jp.party && mode === "answers")
  assert.ok(held)
  const { epoch } = held
  const blinded = await works.blind({ batch: { seed: random(32), context: "", size: 64, items: [] } })
  const ask64 = { v: 1, epoch, blinded: blinded.toString("base64") }
  const id = newId("knowing")
  const proven = { tag: "00".repeat(16), held: "00".repeat(32) }
  const wrong: [string, object][] = [
    ["match-epochs", {}],
    ["match-epochs", { v: 1, more: 1 }],
    ["match-tags", { v: 1, epoch, from: -1 }],
    ["match-tags", { v: 1, epoch: "epoch--1", from: 0 }],
    ["match-ask", { ...ask64, blinded: blinded.subarray(32).toString("base64") }],
    ["match-ask", { ...ask64, blinded: ask64.blinded.replace(/=$/, "") }],
    ["match-ask", { ...ask64, blinded: `${ask64.blinded.slice(0, -2)}B=` }],
    ["match-ask", { ...ask64, blinded: Buffer.alloc(64 * 32).toString("base64") }],
    ["match-know", { v: 1, id, epoch, items: [] }],
    ["match-know", { v: 1, id, epoch, items: [{ ...proven, tag: "0" }] }],
    ["match-told", { v: 1, id, is: "told" }],
    ["match-desk", { v: 1, is: "contact", epoch, entries: [] }],
    ["match-desk", { v: 1, is: "named", id: newId("contact"), desk: "two\nlines" }],
    ["match-offered", { v: 2 }],
  ]
  for (const [verb, body] of wrong)
    assert.equal(await status(heard(verb, body)), 400, `${verb} ${JSON.stringify(body).slice(0, 80)}`)
  for (const verb of ["match-tags", "match-ask"]) {
    const body = verb === "match-ask" ? ask64 : { v: 1, epoch, from: 0 }
    assert.equal(await status(heard(verb, body, br)), 404, "a partner that was not named")
  }
  assert.equal(await status(heard("match-tags", { v: 1, epoch, from: 10_000 })), 409)
})

test("the quota is kept by who answers: the same question is counted once, and no more than so often answered", async () => {
  await open(br, [fi], [{ type: "domain", quota: 100 }])
  await fi.asking.questions.settled()
  await letters([br, fi])
  await fi.asking.questions.settled()
  const [held] = (await listHeld(fi.store)).filter(({ party, mode }) => party === br.party && mode === "answers")
  assert.ok(held, "it was told that there is something to ask")
  const question = async () => {
    const blinded = await works.blind({ batch: { seed: random(32), context: "", size: 64, items: [] } })
    return { v: 1, epoch: held.epoch, blinded: blinded.toString("base64") }
  }
  const said = async (body: object) => JSON.parse(Buffer.from((await heard("match-ask", body, fi, br)).body).toString())
  const first = await question()
  const answer = await said(first)
  assert.equal(answer.left, 36)
  const again = await said(first)
  assert.deepEqual([again.left, again.evaluated], [36, answer.evaluated])
  assert.deepEqual(await said(await question()), { v: 1, refused: "quota", left: 36 })
  assert.equal(countsOf(br, "match.quota-refused").length, 1)
  for (let i = 0; i < 3; i++) await said(first)
  assert.equal(await status(heard("match-ask", first, fi, br)), 429)
  assert.equal(countsOf(br, "match.answered").filter(({ epoch }) => epoch === held.epoch).length, 1)
})

test("who knows a tag and not the item gets nobody to look, and is told nothing", async () => {
  const [held] = (await listHeld(fi.store)).filter(({ party, type }) => party === jp.party && type === "domain")
  assert.ok(held)
  const [known] = fi.meddle("select tag from match_knowing_item order by knowing limit 1")
  const items = [{ tag: Buffer.from(known?.tag as Uint8Array).toString("hex"), held: "00".repeat(32) }]
  const before = (await listKnowings(jp.store)).length
  const id = newId("knowing")
  const { body } = await heard("match-know", { v: 1, id, epoch: held.epoch, items })
  assert.deepEqual(JSON.parse(Buffer.from(body).toString()), { v: 1, taken: false })
  assert.equal((await listKnowings(jp.store)).length, before)
  const stranger = { v: 1, is: "told", id, labels: [] }
  assert.equal(await status(heard("match-told", stranger)), 200)
  const contacts = (await listContacts(jp.store)).length
  const chance = () => ({ id: newId("contact"), tag: "11".repeat(16), held: "22".repeat(32) })
  await heard("match-desk", { v: 1, is: "contact", epoch: held.epoch, entries: Array.from({ length: 64 }, chance) })
  assert.equal((await listContacts(jp.store)).length, contacts)
})

test("persons, phones and cases are never asked this way, nor neighbours counted through without a second look", async () => {
  const wish = { partners: [jp.party] }
  const phone = itemBytes("phone", Buffer.from("358401234567"))
  await assert.rejects(askPartners(fi.store, { ...wish, items: [phone] }, null), { code: "match.restricted" })
  await assert.rejects(addSubject(fi.store, { item: phone, desk: "A" }, null), { code: "match.restricted" })
  const parts = { store: jp.store, requireList: anyList }
  const open_ = { list: "list--x", title: "All", partners: [fi.party], types: [{ type: "phone" }] }
  await assert.rejects(openAnswers(parts, open_, null), { code: "match.types" })
  const dense = Array.from({ length: 64 }, (_, i) => item(`203.0.113.${i}`))
  await assert.rejects(askPartners(fi.store, { ...wish, items: dense }, null), {
    kind: "conflict",
    code: "match.dense",
  })
  await askPartners(fi.store, { ...wish, items: dense, dense: true }, null)
})
