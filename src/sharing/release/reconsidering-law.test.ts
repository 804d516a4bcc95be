import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { addOfficer } from "../../../test/support/officers.ts"
import { cardSaying, import_, marked, only, release, releasesOf, shownAt } from "../../../test/support/sharing.ts"
import type { Stix } from "../../../test/support/stix.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { DAY } from "../../kernel/time.ts"
import { correct, FactBook, importFacts, parseDay, shippedFiles, withdrawCorrection } from "../../law/index.ts"
import { type JournalRow, journalEntries } from "../../ledger/index.ts"
import { addShared, audienceOf, type Collection, loadCollection, recallsOf } from "../../library/index.ts"
import { type PartyKind, savePeerCard } from "../../parties/index.ts"
import { approvalsOf, DEFAULT_TERMS, keptTerms, loadApproval, type Terms } from "../../policy/index.ts"
import { approveAndRelease } from "../approvals/deciding.ts"
import { StandingRules } from "../standing/running.ts"
import { decideAnew } from "./reconsidering.ts"

const BY = { by: null, officer: false } as const
const REASON = "Not released any more"
let federation: Federation
let [fi, fr, de] = [] as unknown as [Member, Member, Member]
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "fr", "de"])
  ;[fi, fr, de] = federation.members as [Member, Member, Member]
  await says(fr, "FR")
  await says(de, "DE")
})
after(() => federation.close())

/** By its card, as the first node holds it. */
async function says(member: Member, ...places: string[]): Promise<void> {
  const own = { id: member.party, name: member.name, kind: "government" as PartyKind, place: "FI" }
  const bytes = cardSaying(own as Parameters<typeof cardSaying>[0], { places })
  await fi.store.write((tx) => savePeerCard(tx, fi.peer(member), bytes))
}

async function shareUnder(change: Partial<Terms>): Promise<Collection> {
  const terms = keptTerms({ ...DEFAULT_TERMS, ...change })
  const wish = { title: "S", alias: null, terms, audience: [fr.party, de.party] }
  return loadCollection(fi.store, await addShared(fi.store, wish, null))
}

const union = (): Partial<Terms> => ({ audience: { ...DEFAULT_TERMS.audience, bound: ["eu"] } })
const facts = () => ({ store: fi.store, book: new FactBook(fi.store) })

async function left(place: string, change: Record<string, string> = {}): Promise<string> {
  const cells = {
    ...{ instrument: "eu", place, name: "a place", status: "denounced", date: "2026-01-01", date_kind: "withdrawal" },
    ...{ source_url: "https://europa.eu/", as_of: "2026-01-01", as_of_note: "", read_on: "2026-01-01" },
    ...{ verified: "yes", note: "", ...change },
  }
  return correct(facts(), { table: "participation", replaces: null, cells, reason: "read" }, null)
}

async function sent(to: Collection, ...objects: Stix[]): Promise<void> {
  await import_(fi, ...objects)
  const ids = objects.map(({ id }) => id)
  assert.equal(only(await release(fi, [to], ids, BY)).released, ids.length)
  await pulled()
}

async function pulled(): Promise<void> {
  for (const reader of [fr, de]) await reader.round(fi)
}

/** The facts of each such happening in the ledger. */
async function noted(what: string): Promise<unknown[]> {
  const key = Number(fi.meddle("select key from log where kind = 'ledger'")[0]?.key)
  const rows = await fi.store.all<JournalRow>(journalEntries(key, 0, 1000))
  return rows.flatMap(({ header, body }) =>
    (JSON.parse(header) as { what: string }).what === what ? [JSON.parse(Buffer.from(body).toString())] : [],
  )
}

const readers = async (shared: Collection) =>
  new Set((await audienceOf(fi.store, await fi.reload(shared))).map(({ party }) => party))

test("who is bound no more by a corrected fact reads no further, and does not come back by itself with the fact", async () => {
  const shared = await shareUnder(union())
  const [before, next] = [marked("green"), marked("green")]
  await sent(shared, before)
  assert.equal(await decideAnew(fi, REASON), 0)
  const correction = await left("FR")
  await decideAnew(fi, REASON)
  assert.deepEqual(await readers(shared), new Set([de.party]))
  assert.deepEqual(await noted("audience.decided-anew"), [
    {
      ...{ collection: shared.id, party: fr.party, reasons: ["audience.not-bound"] },
      rows: [`own/${correction}`],
    },
  ])
  await sent(shared, next)
  assert.deepEqual([await shownAt(fr, next.id), await shownAt(de, next.id)], [null, "green"])
  await withdrawCorrection(facts(), correction, null)
  await decideAnew(fi, REASON)
  await pulled()
  assert.deepEqual(await readers(shared), new Set([de.party]))
  assert.equal(await shownAt(fr, next.id), null)
})

test("a fact that nobody verified any more, a place that is said anew, and another set of facts count as well", async () => {
  const changes = [
    () => left("FR", { verified: "no" }),
    () => says(fr, "FR", "JP"),
    () => says(fr),
    () => {
      const files = shippedFiles()
      const rows = files["participation.csv"]?.split("\n").filter((line) => !line.startsWith("eu,FR,")) ?? []
      const VERSION = "2026-11-29\n"
      return importFacts(
        facts(),
        { ...files, VERSION, "participation.csv": rows.join("\n") },
        parseDay("2026-11-30"),
        null,
      )
    },
  ]
  for (const change of changes) {
    const shared = await shareUnder(union())
    assert.equal(await decideAnew(fi, REASON), 0)
    assert.equal((await readers(shared)).size, 2)
    await change()
    await decideAnew(fi, REASON)
    assert.deepEqual(await readers(shared), new Set([de.party]))
    for (const { id } of fi.meddle("select id from fact_overlay")) await withdrawCorrection(facts(), String(id), null)
    await says(fr, "FR")
  }
})

test("nothing goes to whom facts do not say bound, and each reason cites its row", async () => {
  const shared = await shareUnder({
    audience: { ...DEFAULT_TERMS.audience, bound: ["convention-108", "eu", "malabo"] },
  })
  await says(fr, "GB")
  const object = marked("green")
  await import_(fi, object)
  const { grounds } = only(await release(fi, [shared], [object.id], BY))
  const said = grounds.map(({ code, values }) => [values.name, values.instrument, code, values.source ?? ""].join(" "))
  assert.deepEqual(said.toSorted(), [
    "de convention-108 audience.bound-unverified Council of Europe",
    "de malabo audience.bound-unknown ",
    "fr convention-108 audience.bound-unknown ",
    "fr eu audience.not-bound European Union",
    "fr malabo audience.bound-unknown ",
  ])
})

test("personal data under a safeguard that rests on an instrument is recalled from all when one reader is bound no more", async () => {
  const [olga, omar] = [await addOfficer(fi, "Olga"), await addOfficer(fi, "Omar")]
  const shared = await shareUnder({ personal: { is: "allow", safeguard: "the law of the Union", instrument: "eu" } })
  const [person, plain] = [marked("green", { description: "Ask jane.doe@example.org" }), marked("green")]
  await import_(fi, person, plain)
  const asked = await release(fi, [shared], [person.id, plain.id], { by: olga })
  const releases = releasesOf(fi)
  for (const { id } of await approvalsOf(fi.store, asked.id)) {
    const { digest } = await loadApproval(fi.store, id)
    const yes = { by: { person: omar, officer: true }, digest: digest ?? "" }
    const went = await approveAndRelease({ store: fi.store, releases, clock: fi.clock }, id, yes)
    if (went !== null) await releases.settled(went.id)
  }
  await pulled()
  assert.deepEqual([await shownAt(de, person.id), await shownAt(de, plain.id)], ["green", "green"])
  await left("FR")
  assert.equal(await decideAnew(fi, REASON), 1)
  await pulled()
  for (const reader of [fr, de]) {
    assert.deepEqual([await shownAt(reader, person.id), await shownAt(reader, plain.id)], [null, "green"])
    assert.equal((await recallsOf(reader.store, person.id)).length, 1)
  }
  const again = await release(fi, [shared], [person.id], { by: olga, again: true })
  assert.deepEqual(
    only(again).grounds.map(({ code }) => code),
    ["personal.not-bound"],
  )
})

test("a day that comes is enough: a denunciation takes effect though nobody writes anything", async (t) => {
  const shared = await shareUnder(union())
  await left("FR", { date: "2026-01-05" })
  t.mock.timers.enable({ apis: ["setInterval"] })
  const standing = new StandingRules({ ...fi, releases: releasesOf(fi), diagnostics: silent, takenBack: REASON })
  standing.start()
  const looked = async () => {
    t.mock.timers.tick(2000)
    await standing.runAll()
  }
  await looked()
  federation.clock.forward(3 * DAY)
  await looked()
  assert.equal((await readers(shared)).size, 2)
  federation.clock.forward(DAY)
  t.mock.timers.tick(2000)
  await standing.close()
  assert.deepEqual(await readers(shared), new Set([de.party]))
})

test("what a partner owns goes on no more after the last day of its terms, with no other change", async () => {
  const terms = keptTerms({ ...DEFAULT_TERMS, onward: "marked", end: "2026-01-05" })
  const from = await addShared(fr.store, { title: "From", alias: null, terms, audience: [fi.party] }, null)
  const object = marked("green")
  await import_(fr, object)
  await release(fr, [await loadCollection(fr.store, from)], [object.id], BY)
  await fi.round(fr)
  const on = await shareUnder({})
  assert.equal(only(await release(fi, [on], [object.id], BY)).released, 1)
  await de.round(fi)
  assert.equal(await decideAnew(fi, REASON), 0)
  federation.clock.forward(6 * DAY)
  assert.equal(await decideAnew(fi, REASON), 1)
  await de.round(fi)
  assert.equal(await shownAt(de, object.id), null)
})
