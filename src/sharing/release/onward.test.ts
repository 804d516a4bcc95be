import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { import_, marked, only, release, shownAt } from "../../../test/support/sharing.ts"
import type { Stix } from "../../../test/support/stix.ts"
import { addShared, type Collection, loadCollection, recallObject } from "../../library/index.ts"
import { DEFAULT_TERMS, keptTerms, saveInForce, type Terms } from "../../policy/index.ts"
import type { TargetOutcome } from "./model.ts"

const AGREEMENT = "x-comity-agreement--00000000-0000-4000-8000-000000000001"
const BY = { by: null, officer: false } as const
let federation: Federation
let [fi, jp, br] = [] as unknown as [Member, Member, Member]
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
})
after(() => federation.close())

async function shareUnder(owner: Member, reader: Member, change: Partial<Terms>, agreement = ""): Promise<Collection> {
  const terms = keptTerms({ ...DEFAULT_TERMS, ...change })
  const audience = [reader.party]
  const id = await addShared(owner.store, { title: "S", alias: null, terms, audience }, null)
  const row = { agreement, part: "", collection: id, text: "hash", articles: {} }
  if (agreement !== "") await owner.store.write((tx) => saveInForce(tx, row))
  return loadCollection(owner.store, id)
}

/** fi lets it out to jp under these terms; what becomes of it when jp wants to pass it on to br. */
async function passedOn(object: Stix, from: Collection, to: Collection): Promise<TargetOutcome> {
  await import_(fi, object)
  assert.equal(only(await release(fi, [from], [object.id], BY)).released, 1)
  await jp.round(fi)
  return only(await release(jp, [to], [object.id], BY))
}

const codes = ({ grounds }: TargetOutcome) => grounds.map(({ code }) => code)

test("a received object goes on only as far as its owner's terms let it, whatever the node's own terms say", async () => {
  const cases: [onward: Terms["onward"], within: boolean, against: string[]][] = [
    ["none", false, ["onward.none"]],
    ["none", true, ["onward.none"]],
    ["agreement", false, ["onward.agreement"]],
    ["agreement", true, []],
    ["constituents", false, ["onward.agreement"]],
    ["constituents", true, []],
    ["marked", false, []],
  ]
  for (const [onward, within, against] of cases) {
    const agreement = within ? `${AGREEMENT}${onward}` : ""
    const from = await shareUnder(fi, jp, { onward }, agreement)
    const to = await shareUnder(jp, br, { onward: "none" }, agreement)
    const object = marked("green")
    const outcome = await passedOn(object, from, to)
    assert.deepEqual(codes(outcome), against, `${onward} ${within}`)
    assert.equal(outcome.released, against.length === 0 ? 1 : 0)
    await br.round(jp)
    assert.equal(await shownAt(br, object.id), against.length === 0 ? "green" : null)
  }
})

test("what goes on is handled no laxer than its owner's terms have it", async () => {
  const from = await shareUnder(fi, jp, { onward: "marked", retention: 30, purposes: ["defence"] })
  const outcome = await passedOn(marked("green"), from, await shareUnder(jp, br, {}))
  const terms = outcome.grounds.map(({ code, values }) => `${code} ${values.term}`)
  assert.deepEqual(terms, ["onward.wider purposes", "onward.wider retention"])
})

test("one way in which it came is enough, none that stands any more is not", async () => {
  const [closed, open] = [await shareUnder(fi, jp, {}), await shareUnder(fi, jp, { onward: "marked" })]
  const to = await shareUnder(jp, br, {})
  const [object, gone] = [marked("green"), marked("green")]
  await import_(fi, object, gone)
  await release(fi, [closed, open], [object.id, gone.id], BY)
  await jp.round(fi)
  assert.equal(only(await release(jp, [to], [object.id], BY)).released, 1)
  await fi.store.write(async (tx) => recallObject(tx, await loadCollection(tx, open.id), gone.id, "wrong"))
  await jp.round(fi)
  assert.deepEqual(codes(only(await release(jp, [to], [gone.id], BY))), ["onward.none"])
})

test("under terms that this node does not understand nothing goes on", async () => {
  const from = await shareUnder(fi, jp, { onward: "marked" })
  const [object, to] = [marked("green"), await shareUnder(jp, br, {})]
  assert.equal((await passedOn(object, from, to)).released, 1)
  fi.meddle("update terms set text = ? where hash = ?", '{"v":2}', from.terms?.hash ?? "")
  await jp.round(fi)
  const again = only(await release(jp, [await shareUnder(jp, br, {})], [object.id], BY))
  assert.deepEqual(codes(again), ["object.received"])
})
