import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { sampleText } from "../../../test/support/agreements.ts"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { ComityError } from "../../kernel/errors.ts"
import { collectionsOf } from "../../library/index.ts"
import { resume, suspend } from "../../peering/index.ts"
import { startDraft } from "../drafts.ts"
import { type AgreementText, clausesOf, textHash } from "../model.ts"
import type { Tabler } from "./audience.ts"
import { keepSaying, sayings } from "./home.ts"
import type { ItemId, Says } from "./item.ts"
import { newestOf, standOf } from "./negotiation.ts"
import { Shelf } from "./shelf.ts"
import { type TablingParts, tableDraft, tableSayings, takeBack } from "./tabling.ts"

const OFFICER: Tabler = { by: "commitment", actor: { is: "person", officer: true, by: "commitment" } }
let federation: Federation
let [a, b, c] = [] as unknown as [Member, Member, Member]
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["alfa", "bravo", "charlie"])
  ;[a, b, c] = federation.members as [Member, Member, Member]
})
after(() => federation.close())

const shelves = new WeakMap<Member, Shelf>()
function partsOf({ store, clock, parts }: Member, member: Member): TablingParts {
  const shelf = shelves.get(member) ?? new Shelf()
  shelves.set(member, shelf)
  return { store, clock, shelf, prepare: parts.prepare }
}
const parts = (member: Member) => partsOf(member, member)
const seenBy = (member: Member, id: ItemId) => parts(member).shelf.negotiation(member.store, id)

/** Two negotiate, the third observes. */
function text(changes: Partial<AgreementText> = {}): AgreementText {
  const sample = sampleText([
    { party: a.party, name: a.name },
    { party: b.party, name: b.name },
  ])
  const observer = { party: c.party, name: c.name, role: "observer", binder: "", instrument: "" } as const
  return { ...sample, parties: [...sample.parties, observer], ...changes }
}

async function begin(by = a, first = text()): Promise<ItemId> {
  federation.clock.forward(5_000_000)
  return tableDraft(parts(by), await startDraft(by.store, first, null), OFFICER)
}

async function say(by: Member, negotiation: ItemId, says: Says): Promise<void> {
  federation.clock.forward(5_000_000)
  const id = await keepSaying(by.store, parts(by).shelf, { negotiation, says, before: null }, null)
  await tableSayings(parts(by), negotiation, [id], OFFICER)
}

async function everybodyPulls(): Promise<void> {
  for (const one of federation.members)
    for (const other of federation.members) if (one !== other) await one.round(other)
}

const accept = (on: AgreementText, clause: string): Says => ({
  ...{ is: "position", on: textHash(on), clause, position: "accept", text: "" },
})

test("what one party tables is seen alike by all of the negotiation, and a draft stays at home until then", async () => {
  const draft = await startDraft(a.store, text(), null)
  await everybodyPulls()
  for (const one of [a, b, c]) assert.deepEqual(await parts(one).shelf.negotiations(one.store), [])
  const id = await tableDraft(parts(a), draft, OFFICER)
  await assert.rejects(tableDraft(parts(a), draft, OFFICER), code("agreement.no-draft"))
  await everybodyPulls()
  await say(b, id, accept(text(), "000000a1"))
  await say(c, id, { is: "comment", on: textHash(text()), part: "000000b1", text: "Which identifiers?" })
  await everybodyPulls()
  const [at, bt, ct] = await Promise.all([a, b, c].map((one) => seenBy(one, id)))
  assert.deepEqual(bt, at)
  assert.deepEqual(ct, at)
  assert.ok(at !== undefined)
  assert.equal(newestOf(at).hash, textHash(text()))
  assert.equal(standOf(at, textHash(text()), "000000a1", b.party)?.says.position, "accept")
  assert.deepEqual(
    at.comments.map(({ party, says }) => [party, says.text]),
    [[c.party, "Which identifiers?"]],
  )
})

test("an observer comments and does nothing else, and who is no party says nothing at all", async () => {
  const id = await begin(a, { ...text(), parties: text().parties.slice(0, 2) })
  await everybodyPulls()
  await assert.rejects(seenBy(c, id), code("agreement.no-negotiation"))
  const second = await begin()
  await everybodyPulls()
  await assert.rejects(say(c, second, accept(text(), "000000a1")), code("agreement.observer"))
})

test("a position holds for the version on which it was taken; the last word of a party counts, and it can be taken back", async () => {
  const id = await begin()
  await everybodyPulls()
  const [clause = ""] = clausesOf(text()).map((one) => one.id)
  await say(b, id, accept(text(), clause))
  await say(b, id, { ...accept(text(), clause), position: "object", text: "Too wide" } as Says)
  const next = text({ title: { en: "Second", "zh-Hant": "第二版" } })
  const draft = await startDraft(b.store, next, null, { negotiation: id, base: textHash(text()) })
  federation.clock.forward(5_000_000)
  assert.equal(await tableDraft(parts(b), draft, OFFICER), id)
  await everybodyPulls()
  const seen = await seenBy(a, id)
  assert.deepEqual(
    seen.versions.map(({ party, base }) => [party, base]),
    [
      [a.party, null],
      [b.party, textHash(text())],
    ],
  )
  assert.equal(standOf(seen, textHash(text()), clause, b.party)?.says.text, "Too wide")
  assert.equal(standOf(seen, textHash(next), clause, b.party), null)
  await say(b, id, { ...accept(text(), clause), position: null } as Says)
  assert.equal(standOf(await seenBy(b, id), textHash(text()), clause, b.party)?.says.position, null)
})

test("a version for other parties is another negotiation, and the same text is not tabled twice", async () => {
  const id = await begin()
  const from = { negotiation: id, base: textHash(text()) }
  const fewer = await startDraft(a.store, { ...text(), parties: text().parties.slice(0, 2) }, null, from)
  await assert.rejects(tableDraft(parts(a), fewer, OFFICER), code("agreement.other-parties"))
  const same = await startDraft(a.store, text(), null, from)
  await assert.rejects(tableDraft(parts(a), same, OFFICER), code("agreement.tabled-already"))
})

test("other words stand beside the clause until their author takes them back", async () => {
  const id = await begin()
  const words = { en: "for defence and research", "zh-Hant": "供防禦與研究" }
  await everybodyPulls()
  await say(b, id, { is: "alternative", on: textHash(text()), clause: "000000b1", text: words, reason: "" })
  const [alternative] = (await seenBy(b, id)).alternatives
  assert.ok(alternative !== undefined)
  await everybodyPulls()
  await assert.rejects(
    takeBack(parts(a), id, `comity-agreement--${"0".repeat(8)}` as ItemId, OFFICER),
    code("agreement.no-item"),
  )
  assert.equal((await seenBy(a, id)).alternatives.length, 1)
  federation.clock.forward(5_000_000)
  await takeBack(parts(b), id, alternative.id, OFFICER)
  await everybodyPulls()
  assert.equal((await seenBy(a, id)).alternatives.length, 0)
})

test("nothing is tabled by who is no officer, nor where nobody would get it, nor by who takes no part", async () => {
  const draft = await startDraft(a.store, text(), null)
  const analyst: Tabler = { by: "commitment", actor: { is: "person", officer: false, by: "commitment" } }
  await assert.rejects(tableDraft(parts(a), draft, analyst), code("agreement.not-released"))
  for (const other of [b, c]) await suspend(a.parts, other.party, null)
  await assert.rejects(tableDraft(parts(a), draft, OFFICER), code("agreement.nobody"))
  assert.equal((await parts(a).shelf.items(a.store)).length, 0)
})

test("who becomes a partner later gets all that was tabled before, and who is suspended gets no more", async () => {
  await suspend(a.parts, c.party, null)
  const id = await begin()
  await everybodyPulls()
  await assert.rejects(seenBy(c, id), code("agreement.no-negotiation"))
  await resume(a.parts, c.party, null)
  await say(a, id, { is: "comment", on: textHash(text()), part: null, text: "Welcome" })
  await everybodyPulls()
  assert.deepEqual(await seenBy(c, id), await seenBy(a, id))
  assert.equal((await seenBy(b, id)).comments.length, 1)
  assert.equal((await collectionsOf(a.store, c.party)).length, 1)
})

test("who tables without end fills no memory and takes nobody's place", async () => {
  const id = await begin()
  await everybodyPulls()
  const comment = (words: string): Says => ({ is: "comment", on: textHash(text()), part: null, text: words })
  for (const words of ["one", "two", "three"]) await say(a, id, comment(words))
  await say(c, id, comment("mine"))
  await everybodyPulls()
  const said = async (most: { items: number; bytes: number }) =>
    (await new Shelf(most).negotiation(b.store, id)).comments.map(({ says }) => says.text)
  assert.deepEqual(await said({ items: 100, bytes: 1_000_000 }), ["one", "two", "three", "mine"])
  assert.deepEqual(await said({ items: 2, bytes: 1_000_000 }), ["one", "mine"])
  assert.deepEqual(await said({ items: 100, bytes: 1 }), ["mine"])
})

test("what is written at home is seen by nobody, and tabled by one act, all or nothing", async () => {
  const id = await begin()
  const comment = (words: string): Says => ({ is: "comment", on: textHash(text()), part: null, text: words })
  const keep = (words: string, before: string | null = null) =>
    keepSaying(a.store, parts(a).shelf, { negotiation: id, says: comment(words), before }, null)
  const one = await keep("one")
  assert.equal(await keep("one, better", one), one)
  const two = await keep("two")
  await everybodyPulls()
  assert.equal((await seenBy(b, id)).comments.length, 0)
  await assert.rejects(tableSayings(parts(a), id, [one, "agreement-saying--0"], OFFICER), code("agreement.no-saying"))
  assert.equal((await sayings(a.store, id)).length, 2)
  federation.clock.forward(5_000_000)
  await tableSayings(parts(a), id, [one, two], OFFICER)
  assert.deepEqual(await sayings(a.store, id), [])
  await everybodyPulls()
  assert.deepEqual(
    (await seenBy(b, id)).comments.map(({ says }) => says.text),
    ["one, better", "two"],
  )
})

function code(wanted: string) {
  return (error: unknown) => error instanceof ComityError && error.code === wanted
}

test("what is tabled stands in a collection that is called a negotiation", async () => {
  await begin()
  const [collection] = await collectionsOf(a.store, b.party)
  assert.equal(collection?.title, "Arrangement on sharing indicators of ransomware: negotiation")
})
