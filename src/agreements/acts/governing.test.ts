import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { isDeepStrictEqual } from "node:util"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { Governed, SIGN, TAKEN_BACK } from "../../../test/support/governed.ts"
import { cardSaying, import_, marked, only, release, releasesOf, shownAt } from "../../../test/support/sharing.ts"
import { correct, FactBook } from "../../law/index.ts"
import { audienceOf, loadCollection, placesOf, recallsOf } from "../../library/index.ts"
import { type OwnParty, savePeerCard } from "../../parties/index.ts"
import { mirrorsUnder } from "../../peering/index.ts"
import { governedBy, keptTerms, readTerms } from "../../policy/index.ts"
import { narrowAudience, widenAudience } from "../../sharing/release/audiences.ts"
import { type ClauseTerms, termsOf } from "../clause-terms.ts"
import { withTerms } from "../editing.ts"
import { type AgreementText, textHash } from "../model.ts"
import type { ItemId } from "../tabled/item.ts"
import { findTabling } from "../tabled/queries.ts"
import type { Act } from "./model.ts"

let federation: Federation
let [a, b, c] = [] as unknown as [Member, Member, Member]
let all: Governed
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["alfa", "bravo", "charlie"])
  ;[a, b, c] = federation.members as [Member, Member, Member]
  all = new Governed(federation)
})
after(() => federation.close())

const text = (change?: (text: AgreementText) => AgreementText) => all.text(change)
const settled = () => all.settled()
const governs = (member: Member) => all.governs(member)
const table = (...what: Parameters<Governed["table"]>) => all.table(...what)
const does = (...what: Parameters<Governed["does"]>) => all.does(...what)
const signedByAll = (...what: Parameters<Governed["signedByAll"]>) => all.signedByAll(...what)
const collectionOf = (member: Member, id: ItemId) => all.collectionOf(member, id)
const readers = (member: Member, id: ItemId) => all.readers(member, id)

test("in force, the text makes a collection at each member, for the others, under its terms, and nothing before", async () => {
  const id = await table(a, text(), null)
  await settled()
  await does(a, id, SIGN, text())
  await does(b, id, SIGN, text())
  assert.deepEqual(await governedBy(a.store, id), [])
  await does(c, id, SIGN, text())
  for (const one of federation.members) {
    const others = federation.members.filter((other) => other !== one).map(({ party }) => party)
    assert.deepEqual(await readers(one, id), others.toSorted())
    const { terms, title } = await collectionOf(one, id)
    assert.equal(terms?.hash, keptTerms(termsOf(text())).hash)
    assert.equal(title, "Arrangement on sharing indicators of ransomware")
    const [row] = await governedBy(one.store, id)
    assert.equal(row?.text, textHash(text()))
    assert.deepEqual(row?.articles, { purposes: "2(1)", personal: "2(1)", retention: "2(2)" })
  }
  const before = (await collectionOf(a, id)).size
  await settled()
  assert.equal((await collectionOf(a, id)).size, before)
  const mirrors = (await mirrorsUnder(a.store, id)).map(({ party }) => party)
  assert.deepEqual(mirrors.toSorted(), [b.party, c.party].toSorted())
})

test("who reads a collection of an agreement or a negotiation follows from it: people cannot change that by hand", async () => {
  const id = await signedByAll(text())
  const tabling = await findTabling(a.store, id)
  for (const collection of [(await collectionOf(a, id)).id, tabling ?? ""]) {
    const wish = { collection, party: b.party }
    await assert.rejects(narrowAudience(a.store, wish, null), { code: "collection.governed" })
    const widening = widenAudience(a.store, releasesOf(a), wish, { by: null, officer: false })
    await assert.rejects(widening, { code: "collection.governed" })
  }
})

test("what is released under it is decided by its terms, with the clause as reason", async () => {
  const id = await signedByAll(text())
  const [plain, person] = [marked("green"), marked("green", { description: "Ask jane.doe@example.org" })]
  await import_(a, plain, person)
  const { outcome, failure } = await release(a, [await collectionOf(a, id)], [plain.id, person.id], {
    by: null,
    officer: false,
  })
  assert.equal(failure, null)
  assert.equal(outcome[0]?.released, 1)
  assert.match(JSON.stringify(outcome), /personal\.forbidden.*"2\(1\)"/)
  await settled()
  assert.equal(await shownAt(b, plain.id), "green")
  assert.equal(await shownAt(b, person.id), null)
})

test("a text that people alone keep makes no collection", async () => {
  const people = text((one) => withTerms(withTerms(one, "000000b1", null), "000000b2", null))
  const id = await signedByAll(people)
  assert.deepEqual(await governedBy(a.store, id), [])
})

test("narrower terms hold at once in place, wider ones in a successor into which everything is decided anew", async () => {
  const id = await signedByAll(text())
  const first = await collectionOf(a, id)
  const sign = marked("green")
  await import_(a, sign)
  assert.equal(only(await release(a, [first], [sign.id], { by: null, officer: false })).released, 1)
  const narrower = text((one) => withTerms(one, "000000b2", { retention: 30 }))
  await signedByAll(narrower, { negotiation: id, base: textHash(text()) })
  const second = await collectionOf(a, id)
  assert.equal(second.id, first.id)
  assert.equal(readTerms(second.terms?.text ?? "")?.retention, 30)
  const [purpose, use] = narrower.articles
  const moved = { ...narrower, articles: [use, purpose].flatMap((one) => one ?? []) }
  await signedByAll(moved, { negotiation: id, base: textHash(narrower) })
  const [row] = await governedBy(a.store, id)
  assert.deepEqual([row?.collection, row?.text, row?.articles.retention], [first.id, textHash(moved), "1(2)"])
  const wider = text((one) => withTerms(one, "000000b2", { retention: 365 }))
  await signedByAll(wider, { negotiation: id, base: textHash(moved) })
  const third = await collectionOf(a, id)
  assert.notEqual(third.id, first.id)
  assert.equal((await loadCollection(a.store, first.id)).successor, third.id)
  assert.equal(third.size, 1)
  await settled()
  assert.equal(await shownAt(b, sign.id), "green")
})

test("narrower terms take back at once what they refuse, in every version, and leave the rest", async () => {
  const wide = text((one) => withTerms(one, "000000b1", { personal: { is: "redact" } }))
  const id = await signedByAll(wide)
  const at = await collectionOf(a, id)
  const operator = { by: null, officer: false }
  const [out, inside] = [{ labels: ["rsit:availability"] }, { labels: ["rsit:malicious-code"] }]
  const [plain, stays] = [marked("green", out), marked("green", inside)]
  const person = marked("green", { ...inside, description: "Ask jane.doe@example.org" })
  const first = marked("green", { ...out, modified: "2026-01-01T00:00:00.000Z" })
  await import_(a, plain, stays, person, first)
  await release(a, [at], [plain.id, stays.id, person.id, first.id], operator)
  await import_(a, { ...first, ...inside, modified: "2026-01-02T00:00:00.000Z" })
  await release(a, [at], [first.id], operator)
  await settled()
  const held = (await collectionOf(a, id)).size
  const narrower = withTerms(wide, "000000b2", { retention: 90, incidents: ["malicious-code"] })
  await signedByAll(narrower, { negotiation: id, base: textHash(wide) })
  const now = await collectionOf(a, id)
  assert.equal(now.id, at.id)
  assert.equal(now.size, held + 3)
  const shown = await Promise.all([plain, stays, first].map((one) => shownAt(b, one.id)))
  assert.deepEqual(shown, [null, "green", null])
  assert.equal((await placesOf(a.store, now.key, stays.id)).length, 1)
  const copies = await a.store.all<{ id: string }>(
    sql`select copy as id from object_copy where original = ${person.id}`,
  )
  assert.equal(await shownAt(b, copies[0]?.id ?? ""), "green")
  const [recall] = await recallsOf(b.store, plain.id)
  assert.equal(recall?.reason, TAKEN_BACK)
  await import_(a, marked("green"))
  await settled()
  assert.equal((await collectionOf(a, id)).size, now.size)
})

test("a reservation that narrows what a party gets makes a collection of its own for it, and one that changes nothing none", async () => {
  const first = text()
  const id = await table(a, first, null)
  await settled()
  const base = { clause: "000000b1", text: "No personal data, and not for courts" }
  const reserved: Act = { is: "sign", reservations: [{ ...base, terms: { purposes: ["defence"], marking: "clear" } }] }
  const only30: Act = { is: "sign", reservations: [{ clause: "000000b2", text: "30 days", terms: { retention: 30 } }] }
  await does(a, id, SIGN, first)
  await does(b, id, reserved, first) // other terms than the clause's: shown, and nothing else
  await does(c, id, only30, first)
  const governed = await governedBy(a.store, id)
  const found = await Promise.all(governed.map(({ collection }) => loadCollection(a.store, collection)))
  const told = await Promise.all(
    found.map(async (one) => {
      const parties = (await audienceOf(a.store, one)).map(({ party }) => party)
      return [one.title, readTerms(one.terms?.text ?? "")?.retention, parties]
    }),
  )
  const title = "Arrangement on sharing indicators of ransomware"
  assert.deepEqual(told, [
    [title, 90, [b.party]],
    [`${title} (Charlie)`, 30, [c.party]],
  ])
  assert.deepEqual(
    governed.map(({ articles }) => articles.retention),
    ["2(2)", "2(2)"],
  )
  // In both directions: what it gives stands under its reservation too.
  assert.deepEqual(await readers(c, id), [a.party, b.party].toSorted())
  assert.equal((await governedBy(c.store, id)).length, 1)
  assert.equal(readTerms((await collectionOf(c, id)).terms?.text ?? "")?.retention, 30)
  await settled()
  assert.deepEqual(await governedBy(a.store, id), governed)
})

test("between two who both reserved counts what both allow, and nothing goes where that is nothing", async () => {
  const wide = text((one) => withTerms(one, "000000b2", { retention: 90, incidents: null, types: null }))
  const id = await table(a, wide, null)
  await settled()
  const reserving = (terms: ClauseTerms): Act => ({
    is: "sign",
    reservations: [{ clause: "000000b2", text: "Less", terms }],
  })
  await does(a, id, reserving({ retention: 60, incidents: ["fraud", "malicious-code"], types: ["indicator"] }), wide)
  await does(b, id, reserving({ retention: 30, incidents: ["malicious-code", "other"] }), wide)
  await does(c, id, reserving({ incidents: ["other"], types: ["report"] }), wide)
  const between = async (one: Member) => {
    const rows = await governedBy(one.store, id)
    const all = await Promise.all(rows.map(({ collection }) => loadCollection(one.store, collection)))
    return Promise.all(
      all.map(async (collection) => {
        const { retention, objects } = readTerms(collection.terms?.text ?? "") ?? {}
        const [reader, ...more] = await audienceOf(one.store, collection)
        return { reader: reader?.party, more: more.length, retention, ...objects }
      }),
    )
  }
  const sectors = null
  const ab = { more: 0, retention: 30, types: ["indicator"], sectors, incidents: ["malicious-code"] }
  assert.deepEqual(await between(a), [{ reader: b.party, ...ab }])
  const found = await between(b)
  assert.equal(found.length, 2)
  assert.ok(found.some((one) => isDeepStrictEqual(one, { reader: a.party, ...ab })))
  const bc = { more: 0, retention: 30, types: ["report"], sectors, incidents: ["other"] }
  assert.ok(found.some((one) => isDeepStrictEqual(one, { reader: c.party, ...bc })))
})

test("what was let out follows a party into the collection that its reservation makes, and back, decided anew each time", async () => {
  const first = text()
  const id = await signedByAll(first)
  const [code, other] = [marked("green", { labels: ["rsit:malicious-code"] }), marked("green")]
  await import_(a, code, other)
  await release(a, [await collectionOf(a, id)], [code.id, other.id], { by: null, officer: false })
  const second = text((one) => withTerms(one, "000000b2", { retention: 90, incidents: null }))
  await table(b, second, { negotiation: id, base: textHash(first) })
  await settled()
  const terms = { incidents: ["malicious-code"] as ["malicious-code"] }
  await does(a, id, SIGN, second)
  await does(b, id, SIGN, second)
  await does(c, id, { is: "sign", reservations: [{ clause: "000000b2", text: "Code alone", terms }] }, second)
  const [main, apart] = await governedBy(a.store, id)
  assert.deepEqual(await readers(a, id), [b.party])
  const own = await loadCollection(a.store, apart?.collection ?? "")
  assert.deepEqual(
    (await audienceOf(a.store, own)).map(({ party }) => party),
    [c.party],
  )
  assert.deepEqual([own.size, (await placesOf(a.store, own.key, code.id)).length], [1, 1])
  const third = text((one) => withTerms(one, "000000b2", { retention: 60, incidents: null }))
  await signedByAll(third, { negotiation: id, base: textHash(second) })
  const [now, before] = await governedBy(a.store, id)
  assert.notEqual(now?.collection, main?.collection)
  assert.deepEqual(await readers(a, id), [b.party, c.party].toSorted())
  assert.equal((await collectionOf(a, id)).size, 2)
  assert.equal(before?.collection, own.id)
  assert.deepEqual(await audienceOf(a.store, await loadCollection(a.store, own.id)), [])
})

test("only those read whom facts bind as a clause wants it, and each node asks its own facts", async () => {
  const own = { id: a.party, name: "a", kind: "government", place: "FI" } as unknown as OwnParty
  for (const [member, place] of [
    [b, "FR"],
    [c, "JP"],
  ] as const) {
    const bytes = cardSaying({ ...own, id: member.party as OwnParty["id"] }, { places: [place] })
    await a.store.write((tx) => savePeerCard(tx, a.peer(member), bytes))
  }
  const union = text((one) => withTerms(one, "000000b2", { bound: ["eu"] }))
  const id = await signedByAll(union)
  assert.deepEqual(await readers(a, id), [b.party])
  assert.deepEqual(await governedBy(b.store, id), []) // nobody told it where anybody is
  const facts = { store: a.store, book: new FactBook(a.store) }
  const cells = {
    ...{
      instrument: "eu",
      place: "FR",
      name: "France",
      status: "denounced",
      date: "2026-01-01",
      date_kind: "withdrawal",
    },
    ...{ source_url: "https://europa.eu/", as_of: "2026-01-01", as_of_note: "", read_on: "2026-01-01" },
    ...{ verified: "yes", note: "" },
  }
  await correct(facts, { table: "participation", replaces: null, cells, reason: "read" }, null)
  await governs(a)
  assert.deepEqual(await readers(a, id), [])
})
