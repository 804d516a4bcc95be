import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, beforeEach, test } from "node:test"
import { fileURLToPath } from "node:url"
import { sampleText } from "../../../test/support/agreements.ts"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { tempFolder } from "../../../test/support/temp.ts"
import { newKeyPair, signerOf } from "../../crypto/index.ts"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { DAY, type Instant } from "../../kernel/time.ts"
import { verifierProgram } from "../../ledger/index.ts"
import { listCollections, loadCollection, type Prepared, publishShared } from "../../library/index.ts"
import { startDraft } from "../drafts.ts"
import { withTerms } from "../editing.ts"
import { type AgreementText, type Clause, textHash } from "../model.ts"
import type { Tabler } from "../tabled/audience.ts"
import { keepSaying } from "../tabled/home.ts"
import { type ItemId, itemBytes, newItemId, readItem, type Says } from "../tabled/item.ts"
import { type Negotiation, negotiationsIn, newestOf } from "../tabled/negotiation.ts"
import { Shelf } from "../tabled/shelf.ts"
import { tableDraft, tableSayings } from "../tabled/tabling.ts"
import { type ActingParts, act, reservationsOf } from "./acting.ts"
import { effectOf, governing, narrowedFor } from "./effect.ts"
import { agreementFile } from "./file.ts"
import { type Act, isGood, signAct } from "./model.ts"

const OFFICER: Tabler = { by: "commitment", actor: { is: "person", officer: true, by: "commitment" } }
let federation: Federation
let [a, b] = [] as unknown as [Member, Member]
let parts = new Map<Member, ActingParts>()
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["alfa", "bravo"])
  ;[a, b] = federation.members as [Member, Member]
  parts = new Map(
    [a, b].map((one) => {
      const { store, clock, signer } = one
      return [one, { store, clock, signer, shelf: new Shelf(), prepare: one.parts.prepare }]
    }),
  )
})
after(() => federation.close())

const of = (member: Member) => parts.get(member) as ActingParts
const seenBy = (member: Member, id: ItemId) => of(member).shelf.negotiation(member.store, id)
const SIGN: Act = { is: "sign", reservations: [] }
const LETTERS: Act = { is: "instrument", name: "Exchange of letters", reference: "No. 7", date: "2026-01-01" }

/** Of the second party the text asks for an exchange of letters. */
function text(): AgreementText {
  return sampleText([
    { party: a.party, name: "Alfa" },
    { party: b.party, name: "Bravo" },
  ])
}

async function pulls(): Promise<void> {
  await a.round(b)
  await b.round(a)
}

async function begin(first = text()): Promise<ItemId> {
  federation.clock.forward(5_000_000)
  const id = await tableDraft(of(a), await startDraft(a.store, first, null), OFFICER)
  await pulls()
  return id
}

async function does(member: Member, negotiation: ItemId, what: Act, version = textHash(text())): Promise<void> {
  federation.clock.forward(5_000_000)
  await act(of(member), { negotiation, version, by: "Olga Officer, deputy director", act: what }, OFFICER)
  await pulls()
}

async function effect(member: Member, id: ItemId, hash = textHash(text())) {
  const negotiation = await seenBy(member, id)
  const version = negotiation.versions.find((one) => one.hash === hash)
  assert.ok(version !== undefined)
  return effectOf(negotiation, version, federation.clock.now())
}

const states = async (id: ItemId) => (await effect(a, id)).bindings.map(({ is }) => is)

test("in force when all have signed the exact text and the stated instrument was given, alike at every node", async () => {
  const id = await begin()
  assert.deepEqual([(await effect(a, id)).is, await states(id)], ["open", ["unsigned", "unsigned"]])
  await does(a, id, SIGN)
  await assert.rejects(does(a, id, SIGN), code("agreement.act"))
  await assert.rejects(does(b, id, LETTERS), code("agreement.act"))
  await does(b, id, SIGN)
  assert.deepEqual([(await effect(b, id)).is, await states(id)], ["open", ["bound", "waits"]])
  await does(b, id, LETTERS)
  const [at, bt] = [await effect(a, id), await effect(b, id)]
  assert.equal(at.is, "in-force")
  assert.deepEqual(at, bt)
  assert.equal(at.since, at.bindings[1]?.instrument?.at)
  await assert.rejects(does(a, id, LETTERS), code("agreement.act"))
})

async function inForce(first = text()): Promise<ItemId> {
  const id = await begin(first)
  const hash = textHash(first)
  await does(a, id, SIGN, hash)
  await does(b, id, SIGN, hash)
  await does(b, id, LETTERS, hash)
  return id
}

test("suspension is one act and ends by another; only who is bound can suspend", async () => {
  const open = await begin()
  await assert.rejects(does(a, open, { is: "suspend", reason: "" }), code("agreement.act"))
  const id = await inForce()
  await does(b, id, { is: "suspend", reason: "Leak" })
  assert.deepEqual([(await effect(a, id)).is, await states(id)], ["suspended", ["bound", "suspended"]])
  await assert.rejects(does(b, id, { is: "suspend", reason: "" }), code("agreement.act"))
  await does(b, id, { is: "resume", reason: "" })
  assert.equal((await effect(a, id)).is, "in-force")
})

test("who withdraws is a party until the day it said, and never before the notice has run out", async () => {
  const noticed = withTerms(text(), "000000a1", { notice: 30 })
  const hash = textHash(noticed)
  const id = await inForce(noticed)
  await does(b, id, { is: "withdraw", reason: "New law", from: "2026-01-02" }, hash)
  await assert.rejects(does(b, id, { is: "withdraw", reason: "", from: "2026-01-02" }, hash), code("agreement.act"))
  federation.clock.forward(29 * DAY)
  assert.equal((await effect(a, id, hash)).is, "in-force")
  federation.clock.forward(2 * DAY)
  assert.equal((await effect(a, id, hash)).is, "ended")
  await assert.rejects(does(a, id, { is: "suspend", reason: "" }, hash), code("agreement.act"))
})

test("a text ends after its last day", async () => {
  const ending = withTerms(text(), "000000a1", { end: "2026-01-31" })
  const id = await inForce(ending)
  const is = async () => (await effect(a, id, textHash(ending))).is
  federation.clock.forward(30 * DAY)
  assert.equal(await is(), "in-force")
  federation.clock.forward(DAY)
  assert.equal(await is(), "ended")
})

test("an amendment is a next version: it governs once it is in force itself, and the one before until then", async () => {
  const id = await inForce()
  const next = withTerms(text(), "000000b2", { retention: 30 })
  const from = { negotiation: id, base: textHash(text()) }
  federation.clock.forward(5_000_000)
  await tableDraft(of(b), await startDraft(b.store, next, null, from), OFFICER)
  await pulls()
  const governs = async () => governing(await seenBy(a, id), federation.clock.now())?.version.hash
  for (const [who, what] of [
    [a, SIGN],
    [b, SIGN],
    [b, LETTERS],
  ] as const) {
    assert.equal(await governs(), textHash(text()))
    await does(who, id, what, textHash(next))
  }
  assert.equal(await governs(), textHash(next))
  assert.equal((await effect(a, id)).is, "followed")
})

test("whoever tables an old text again, or dates something back, brings no earlier version back in force", async () => {
  const id = await inForce()
  const next = withTerms(text(), "000000b2", { retention: 30 })
  const from = { negotiation: id, base: textHash(text()) }
  federation.clock.forward(5_000_000)
  await tableDraft(of(b), await startDraft(b.store, next, null, from), OFFICER)
  await pulls()
  await does(a, id, SIGN, textHash(next))
  await does(b, id, SIGN, textHash(next))
  await does(b, id, LETTERS, textHash(next))
  const says = [
    { is: "text", text: text(), base: textHash(next), note: "" },
    { is: "text", text: next, base: "A".repeat(43).concat("="), note: "" },
  ] as const
  const forged = says.map((one) => ({
    id: newItemId(),
    negotiation: id,
    party: b.party,
    at: 1000 as Instant,
    says: one,
  }))
  const [negotiation] = negotiationsIn([...(await of(a).shelf.items(a.store)), ...forged])
  assert.ok(negotiation !== undefined)
  const now = federation.clock.now()
  assert.equal(governing(negotiation, now)?.version.hash, textHash(next))
  const [first] = negotiation.versions.filter(({ hash }) => hash === textHash(text()))
  assert.equal(first === undefined ? null : effectOf(negotiation, first, now).is, "followed")
  const [collection] = (await listCollections(b.store)).filter(({ kind }) => kind === "shared")
  const number = (await of(a).shelf.items(a.store)).length
  for (const item of forged) {
    const [object] = await b.parts.prepare([itemBytes(item, "green")])
    await b.store.write(async (tx) =>
      publishShared(tx, await loadCollection(tx, collection?.id ?? ""), object as Prepared),
    )
  }
  await pulls()
  assert.equal((await of(a).shelf.items(a.store)).length, number)
})

test("reservations are what the party tabled on this very text, and stand in its signature", async () => {
  const id = await begin()
  const says = {
    is: "position",
    on: textHash(text()),
    clause: "000000b1",
    position: "reserve",
    text: "Not for courts",
  } as const
  const saying = await keepSaying(b.store, of(b).shelf, { negotiation: id, says, before: null }, null)
  await tableSayings(of(b), id, [saying], OFFICER)
  const mine = await seenBy(b, id)
  const reservations = reservationsOf(mine, newestOf(mine), b.party)
  assert.deepEqual(reservations, [{ clause: "000000b1", text: "Not for courts" }])
  await does(b, id, { is: "sign", reservations })
  const signed = (await effect(a, id)).bindings[1]?.signed?.says.statement.act
  assert.deepEqual(signed, { is: "sign", reservations })
})

test("a reservation can narrow terms of its clause, which everybody reads and the signature says, and widen none", async () => {
  const id = await begin()
  const position = {
    is: "position",
    on: textHash(text()),
    clause: "000000b2",
    position: "reserve",
    text: "30",
  } as const
  const keep = (says: Says) => keepSaying(b.store, of(b).shelf, { negotiation: id, says, before: null }, null)
  const wrong: Says[] = [
    { ...position, terms: { retention: 180 } },
    { ...position, terms: { retention: null } },
    { ...position, terms: { purposes: ["defence"] } },
    { ...position, clause: "000000a1", terms: { retention: 30 } },
    { ...position, position: "accept", terms: { retention: 30 } },
  ]
  for (const says of wrong) await assert.rejects(keep(says), code("agreement.reservation"))
  await tableSayings(of(b), id, [await keep({ ...position, terms: { retention: 30 } })], OFFICER)
  const mine = await seenBy(b, id)
  const reservations = reservationsOf(mine, newestOf(mine), b.party)
  assert.deepEqual(reservations, [{ clause: "000000b2", text: "30", terms: { retention: 30 } }])
  await does(a, id, SIGN)
  await does(b, id, { is: "sign", reservations })
  await does(b, id, LETTERS)
  const { bindings } = await effect(a, id)
  assert.deepEqual(
    bindings.map((one) => narrowedFor(text(), one)),
    [null, { retention: 30 }],
  )
  const negotiation = await seenBy(a, id)
  const file = JSON.parse((await agreementFile(a.store, negotiation, newestOf(negotiation))).toString("utf8")) as File
  const checked = verified(file)
  if (checked.error === undefined) assert.match(checked.stdout, /reservation: .*retention\W+30[\s\S]*nothing is wrong/)
})

test("an act counts only if its signature is good and it says what its object says", async () => {
  const id = await begin()
  await does(a, id, SIGN)
  const [acted] = (await seenBy(a, id)).acts
  assert.ok(acted !== undefined && isGood(acted.says))
  const { says } = acted
  const again = { ...says, statement: { ...says.statement, by: "Somebody else" } }
  assert.equal(readItem(itemBytes({ ...acted, says: again }, "green"), a.party), null)
  for (const change of [
    { party: b.party },
    { negotiation: `comity-agreement--${"0".repeat(8)}-0000-4000-8000-000000000000` },
    { at: "2026-01-01T00:00:00.000Z" },
  ]) {
    const signed = signAct(a.signer, { ...says.statement, ...change } as typeof says.statement)
    assert.equal(readItem(itemBytes({ ...acted, says: { is: "act", ...signed } }, "green"), a.party), null)
  }
  assert.deepEqual(readItem(itemBytes(acted, "green"), a.party), acted)
})

test("an act with a key that its party's node never had counts for nothing: nobody could prove it", async () => {
  const id = await begin()
  const parts = { ...of(b), signer: signerOf(newKeyPair()) }
  federation.clock.forward(5_000_000)
  await act(parts, { negotiation: id, version: textHash(text()), by: "Olga Officer", act: SIGN }, OFFICER)
  await pulls()
  for (const member of [a, b]) assert.deepEqual((await seenBy(member, id)).acts, [])
  await does(b, id, SIGN)
  assert.equal((await seenBy(a, id)).acts.length, 1)
})

test("a text that lacks something cannot be tabled by a node that does not look", () => {
  const [party, says] = [a.party, { is: "text", text: text(), base: null, note: "" } as const]
  const item = (change: Partial<AgreementText>) =>
    readItem(
      itemBytes(
        { id: ROOT, negotiation: ROOT, party, at: 0 as Instant, says: { ...says, text: { ...text(), ...change } } },
        "green",
      ),
      party,
    )
  assert.notEqual(item({}), null)
  const settled = (one: Clause) => ({ ...one, terms: { marking: "clear" as const } })
  const twice = text().articles.map((one) => ({ ...one, clauses: one.clauses.map(settled) }))
  assert.equal(item({ articles: twice }), null)
  assert.equal(item({ title: {} }), null)
  assert.equal(item({ parties: text().parties.filter((one) => one.party !== party) }), null)
})

const ROOT: ItemId = "comity-agreement--00000000-0000-4000-8000-000000000000"

test("the file says who signed what to a program that knows nothing of Comity, and every change of it is found", async (t) => {
  const id = await inForce()
  const negotiation: Negotiation = await seenBy(b, id)
  const file = JSON.parse((await agreementFile(b.store, negotiation, newestOf(negotiation))).toString("utf8")) as File
  const first = verified(file)
  if (first.error !== undefined) return t.diagnostic("verify.py was not run: there is no python3 here")
  assert.match(first.stdout, /RESULT: nothing is wrong; signed by all/)
  assert.ok(first.stdout.includes(textHash(text())))
  const [act] = file.acts
  assert.ok(act !== undefined)
  const wrong: [File, RegExp][] = [
    [{ ...file, text: file.text.replace("90 days", "99 days") }, /about another text/],
    [{ ...file, acts: [{ ...act, statement: act.statement.replace("Olga", "Otto") }] }, /signature of act 0 is wrong/],
    [{ ...file, keys: { ...file.keys, [a.party]: file.keys[b.party] ?? [] } }, /a key that its node never had/],
    [{ ...file, keys: {} }, /holds no keys/],
  ]
  for (const [one, fault] of wrong) assert.match(verified(one).stdout, fault)
  assert.match(verified({ ...file, acts: [act] }).stdout, /missing: the signature of "Bravo"[\s\S]*not complete/)
})

type File = {
  text: string
  acts: { statement: string; key: string; signature: string }[]
  keys: Record<string, string[]>
}

function verified(file: File) {
  const path = join(tempFolder(), "agreement.json")
  writeFileSync(path, canonicalize(file as unknown as Json))
  return spawnSync("python3", ["-I", "-B", fileURLToPath(verifierProgram), path], { encoding: "utf8" })
}

function code(wanted: string) {
  return (error: unknown) => error instanceof ComityError && error.code === wanted
}
