import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { Governed } from "../../../test/support/governed.ts"
import { import_, marked, release, shownAt } from "../../../test/support/sharing.ts"
import { DAY } from "../../kernel/time.ts"
import { suspend } from "../../peering/index.ts"
import type { AgreementText } from "../model.ts"
import type { ItemId } from "../tabled/item.ts"

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
const does = (...what: Parameters<Governed["does"]>) => all.does(...what)
const signedByAll = (...what: Parameters<Governed["signedByAll"]>) => all.signedByAll(...what)
const collectionOf = (member: Member, id: ItemId) => all.collectionOf(member, id)
const readers = (member: Member, id: ItemId) => all.readers(member, id)

test("who suspends neither gives nor gets from the next exchange on, the others go on, and it can resume", async () => {
  const id = await signedByAll(text())
  await does(c, id, { is: "suspend", reason: "Leak" }, text())
  assert.deepEqual(await readers(a, id), [b.party])
  assert.deepEqual(await readers(c, id), [])
  const sign = marked("green")
  await import_(a, sign)
  await release(a, [await collectionOf(a, id)], [sign.id], { by: null, officer: false })
  await settled()
  assert.equal(await shownAt(c, sign.id), null)
  await does(c, id, { is: "resume", reason: "" }, text())
  assert.deepEqual(await readers(a, id), [b.party, c.party].toSorted())
  await settled()
  assert.equal(await shownAt(c, sign.id), "green")
})

test("who suspends and resumes again and again is let in anew once a day, whoever else does so too", async () => {
  const id = await signedByAll(text())
  const first = (await collectionOf(a, id)).id
  const back = async (member: Member) => {
    await does(member, id, { is: "suspend", reason: "" }, text())
    await does(member, id, { is: "resume", reason: "" }, text())
    return (await readers(a, id)).includes(member.party)
  }
  assert.equal(await back(c), true)
  assert.equal(await back(b), true)
  const third = (await collectionOf(a, id)).id
  for (let i = 0; i < 2; i++) for (const one of [c, b]) assert.equal(await back(one), false)
  assert.equal((await collectionOf(a, id)).id, third)
  assert.notEqual(third, first)
  federation.clock.forward(DAY)
  await governs(a)
  assert.deepEqual(await readers(a, id), [b.party, c.party].toSorted())
})

test("who withdrew reads no further once the day has come; a partner that rests meanwhile stays a reader", async () => {
  const id = await signedByAll(text())
  await suspend(a.parts, b.party, null)
  await governs(a)
  assert.deepEqual(await readers(a, id), [b.party, c.party].toSorted())
  await does(c, id, { is: "withdraw", reason: "", from: "2026-02-01" }, text())
  assert.deepEqual(await readers(a, id), [b.party, c.party].toSorted())
  federation.clock.forward(40 * DAY)
  await governs(a)
  assert.deepEqual(await readers(a, id), [b.party])
})
