import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import fc from "fast-check"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { import_, marked, only, release, shownAt } from "../../../test/support/sharing.ts"
import { EARLY, newVersion, object, type Stix } from "../../../test/support/stix.ts"
import { addShared, type Collection, loadCollection, recallsOf } from "../../library/index.ts"
import { DEFAULT_TERMS, keptTerms, type Terms } from "../../policy/index.ts"
import { compareTlp, joinTlp, type Tlp, tlpMarkingId } from "../../stix/index.ts"
import { decideAnew } from "./reconsidering.ts"
import { mark } from "./withdrawing.ts"

const BY = { by: null, officer: false } as const
const someone = { by: null } as const
const REASON = "Not released any more"
let federation: Federation
let [fi, jp, br] = [] as unknown as [Member, Member, Member]
before(async () => {
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
})
after(() => federation.close())

async function shareUnder(owner: Member, readers: Member[], change: Partial<Terms> = {}): Promise<Collection> {
  const terms = keptTerms({ ...DEFAULT_TERMS, marking: "amber", ...change })
  const audience = readers.map(({ party }) => party)
  return loadCollection(owner.store, await addShared(owner.store, { title: "S", alias: null, terms, audience }, null))
}

function report(level: Tlp | null, ...of: Stix[]): Stix {
  const marks = level === null ? {} : { object_marking_refs: [tlpMarkingId(level)] }
  return object("report", { name: "R", published: EARLY, object_refs: of.map(({ id }) => id), ...marks })
}

const anew = (node = fi) => decideAnew(node, REASON)
const marks = () => Number(fi.meddle("select count(1) as n from entry where kind = 'mark'")[0]?.n)

test("a stricter report follows what it holds to readers, whatever came first; nobody ends up with a looser mark", async () => {
  const to = [await shareUnder(fi, [jp], { marking: "green" }), await shareUnder(fi, [br], { marking: "green" })]
  const order = fc.shuffledSubarray(["object", "report", "release", "pull"] as const, { minLength: 4 })
  const level = fc.constantFrom<Tlp>("clear", "green", "amber", "amber+strict", "red")
  const play = async (steps: readonly string[], own: Tlp, around: Tlp) => {
    const it = marked(own)
    for (const step of steps) {
      if (step === "object") await import_(fi, it)
      if (step === "report") await import_(fi, report(around, it))
      if (step === "release" && (await shownAt(fi, it.id)) !== null) await release(fi, to, [it.id], BY)
      await anew()
      if (step === "pull") await jp.round(fi)
    }
    await release(fi, to, [it.id], BY)
    await anew()
    for (const reader of [jp, br]) await reader.round(fi)
    const strict = joinTlp(own, around) as Tlp
    const goes = compareTlp(strict, "green") <= 0
    assert.equal(await shownAt(br, it.id), goes ? strict : null)
    // Who has it keeps it, under the new mark.
    const had = await shownAt(jp, it.id)
    assert.ok(had === strict || (had === null && !goes), `${had} where ${strict} holds`)
    assert.equal(await shownAt(fi, it.id), own)
  }
  const own = fc.constantFrom<Tlp>("clear", "green")
  await fc.assert(fc.asyncProperty(order, own, level, play), { numRuns: 40 })
})

test("every version and nothing twice: a looser report, or the same again, tells nothing", async () => {
  const to = await shareUnder(fi, [jp])
  const first = marked("clear", { modified: "2022-01-02T00:00:00.000Z" })
  const second = newVersion(first, "2022-01-03T00:00:00.000Z")
  for (const version of [first, second]) {
    await import_(fi, version)
    assert.equal(only(await release(fi, [to], [first.id], BY)).released, 1)
  }
  const before = marks()
  const strict = report("green", first)
  await import_(fi, strict)
  assert.equal(await anew(), 0)
  assert.equal(marks(), before + 2)
  await import_(fi, report("clear", first), report(null, first), newVersion(strict, "2024-01-01T00:00:00.000Z"))
  await anew()
  assert.equal(marks(), before + 2)
  assert.deepEqual(fi.meddle("select 1 from container_due"), [])
})

test("a report whose mark a person makes stricter, or that is the newest version again, reaches what it holds", async () => {
  const to = await shareUnder(fi, [jp])
  const [one, two] = [marked("clear"), marked("clear")]
  const loose = report("clear", one)
  await import_(fi, one, two, loose)
  assert.equal(only(await release(fi, [to], [one.id, two.id], BY)).released, 2)
  await anew()
  await mark(fi.store, { id: loose.id, marking: "amber" }, someone.by)
  await anew()
  await jp.round(fi)
  assert.deepEqual([await shownAt(jp, one.id), await shownAt(jp, two.id)], ["amber", "clear"])
})

test("what is passed on by its mark goes no further once a report of the one that passes it on restricts it", async () => {
  const from = await shareUnder(fi, [jp], { onward: "marked" })
  const on = await shareUnder(jp, [br])
  const it = marked("green")
  await import_(fi, it)
  await release(fi, [from], [it.id], BY)
  await jp.round(fi)
  assert.equal(only(await release(jp, [on], [it.id], BY)).released, 1)
  await br.round(jp)
  assert.equal(await shownAt(br, it.id), "green")
  await import_(jp, report("amber", it))
  assert.equal(await anew(jp), 1)
  await br.round(jp)
  assert.equal(await shownAt(br, it.id), null)
  assert.equal((await recallsOf(br.store, it.id)).length, 1)
  assert.equal(await shownAt(jp, it.id), "green")
})

test("the copy that went in place of an object follows what holds the object", async () => {
  const to = await shareUnder(fi, [jp], { personal: { is: "redact" } })
  const it = marked("clear", { description: "Mail: someone@example.org", name: "N" })
  await import_(fi, it)
  assert.equal(only(await release(fi, [to], [it.id], BY)).released, 1)
  await jp.round(fi)
  const copy = String(fi.meddle("select copy from object_copy where original = ?", it.id)[0]?.copy)
  assert.equal(await shownAt(jp, copy), "clear")
  await import_(fi, report("green", it))
  await anew()
  await jp.round(fi)
  assert.equal(await shownAt(jp, copy), "green")
})
