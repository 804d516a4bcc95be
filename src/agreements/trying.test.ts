import assert from "node:assert/strict"
import { after, test } from "node:test"
import { sampleText } from "../../test/support/agreements.ts"
import { type Member, testFederation } from "../../test/support/federation.ts"
import { addOfficer } from "../../test/support/officers.ts"
import { import_, marked, release } from "../../test/support/sharing.ts"
import { addShared, loadCollection } from "../library/index.ts"
import {
  addRefusal,
  DEFAULT_TERMS,
  keptTerms,
  removeRefusal,
  saveInForce,
  type Terms,
  Trials,
} from "../policy/index.ts"
import { startDraft } from "./drafts.ts"
import { type AgreementText, textHash } from "./model.ts"
import type { Tabler } from "./tabled/audience.ts"
import { keepSaying } from "./tabled/home.ts"
import { type ItemId, newItemId, type Says } from "./tabled/item.ts"
import { newestOf } from "./tabled/negotiation.ts"
import { Shelf } from "./tabled/shelf.ts"
import { tableDraft, tableSayings } from "./tabled/tabling.ts"
import { trialsFor } from "./trying.ts"

const operator: Tabler = { by: null, actor: { is: "operator" } }
const federation = await testFederation(["alfa", "bravo", "charlie"])
const [a, b, c] = federation.members as [Member, Member, Member]
const trials = new Trials({ store: a.store, clock: a.clock, database: a.folder.database })
after(async () => {
  await trials.close()
  await federation.close()
})
const shelf = new Map([a, b, c].map((one) => [one, new Shelf()]))
const of = (one: Member) => ({
  ...{ store: one.store, clock: one.clock, shelf: shelf.get(one) as Shelf, prepare: one.parts.prepare },
})

const two = sampleText([
  { party: a.party, name: "Alfa" },
  { party: b.party, name: "Bravo" },
])
const text: AgreementText = {
  ...two,
  parties: [...two.parties, { party: c.party, name: "Charlie", role: "negotiator", binder: "", instrument: "" }],
}

async function said(by: Member, negotiation: ItemId, says: Says): Promise<void> {
  federation.clock.forward(5_000_000)
  const id = await keepSaying(by.store, of(by).shelf, { negotiation, says, before: null }, null)
  await tableSayings(of(by), negotiation, [id], operator)
  await a.round(by)
}

async function tried() {
  const negotiation = (await of(a).shelf.negotiations(a.store))[0]
  assert.ok(negotiation !== undefined)
  const version = newestOf(negotiation)
  return trialsFor(a.store, { text: version.text, tabled: { negotiation, version } }, a.clock.now())
}

test("reservations that parties tabled split the readers of a trial, as they would split the collection", async () => {
  federation.clock.forward(5_000_000)
  const lines = { ...text, parties: text.parties.map((one) => ({ ...one, binder: "Director", instrument: "" })) }
  const id = await tableDraft(of(a), await startDraft(a.store, lines, null), operator)
  for (const one of [b, c]) await one.round(a)
  assert.deepEqual(
    (await tried()).parts.map(({ readers, first }) => [readers, first]),
    [[[b.party, c.party], false]],
  )
  const refused = { kind: "party", value: "bravo", source: "Sanctions list", reason: null, since: null } as const
  const { id: refusal } = await addRefusal(a.store, refused, null)
  const alone = (await tried()).parts.map(({ readers }) => readers)
  assert.deepEqual(alone, [[c.party], [b.party]], "whom something speaks against takes nothing from the others")
  await removeRefusal(a.store, refusal, null)
  const on = textHash(lines)
  const reserves: Says = {
    is: "position",
    on,
    clause: "000000b2",
    position: "reserve",
    text: "30",
    terms: { retention: 30 },
  }
  await said(b, id, reserves)
  await addOfficer(a, "Anna")
  await addOfficer(a, "Bruno")
  const { parts, none } = await tried()
  assert.deepEqual(none, [])
  assert.deepEqual(
    parts.map(({ readers, wish, first }) => [readers, wish.terms.retention, wish.agreement, first]),
    [
      [[b.party], 30, id, true],
      [[c.party], 90, id, true],
    ],
  )
})

test("readers of different collections today compare with what each reads, and where it goes on nothing is first", async () => {
  const under = async (change: Partial<Terms>, part: string, reader: Member) => {
    const { wish } = (await tried()).parts.find(({ readers }) => readers.includes(reader.party)) ?? {}
    const terms = keptTerms({ ...(wish?.terms ?? DEFAULT_TERMS), ...change })
    const id = await addShared(a.store, { title: "S", alias: null, terms, audience: [reader.party] }, null)
    const agreement = wish?.agreement ?? ""
    await a.store.write((tx) => saveInForce(tx, { agreement, part, collection: id, text: "", articles: {} }))
    return loadCollection(a.store, id)
  }
  await under({ retention: 10 }, "x", b)
  const standing = await under({}, "", c)
  const object = marked("green", { name: "Before" })
  await import_(a, object)
  await release(a, [standing], [object.id])
  federation.clock.forward(1_000_000)
  // Two officers: nothing went, so the first release still waits.
  assert.deepEqual(
    (await tried()).parts.map(({ first }) => first),
    [true, true],
  )
  const found = (await tried()).parts.map(({ readers, wish }) => [readers, wish.before?.terms.retention])
  assert.deepEqual(found, [
    [[b.party], 10],
    [[c.party], 90],
  ])
})

test("what partners own is tried under the terms by which it came, not refused for not being the node's own", async () => {
  const own = { ...DEFAULT_TERMS, purposes: ["defence"], personal: { is: "forbid" }, retention: 1 } as const
  const shared = async (onward: Terms["onward"]) => {
    const wish = { title: onward, alias: null, terms: keptTerms({ ...DEFAULT_TERMS, onward }), audience: [a.party] }
    const collection = await loadCollection(b.store, await addShared(b.store, wish, null))
    const object = marked("green", { name: onward })
    await import_(b, object)
    await release(b, [collection], [object.id])
    await a.round(b)
  }
  await shared("marked")
  await shared("none")
  const wish = { terms: { ...own, purposes: ["defence" as const] }, articles: {}, readers: [c.party], before: null }
  const { step } = await trials.lookFor({ ...wish, agreement: newItemId() }, 30_000)
  assert.ok(step?.over)
  const names = step.tried.released.map(({ name }) => name).toSorted()
  assert.deepEqual(names, ["Before", "marked"])
  assert.deepEqual(
    step.tried.reasons.map(({ code, count }) => [code, count]),
    [["onward.none", 1]],
  )
})
