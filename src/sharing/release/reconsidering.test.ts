import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { import_, marked, only, release, shownAt } from "../../../test/support/sharing.ts"
import { malware, newVersion } from "../../../test/support/stix.ts"
import { DAY } from "../../kernel/time.ts"
import {
  addShared,
  audienceOf,
  type Collection,
  loadCollection,
  narrowTerms,
  recallObject,
  recallsOf,
} from "../../library/index.ts"
import {
  addRefusal,
  DEFAULT_TERMS,
  eraseExpired,
  keptTerms,
  listRefusals,
  removeRefusal,
  type Terms,
} from "../../policy/index.ts"
import { tlpMarkingId } from "../../stix/index.ts"
import { copiesOf } from "./copy-queries.ts"
import { decideAnew } from "./reconsidering.ts"

const BY = { by: null, officer: false } as const
const REASON = "Not released any more"
let federation: Federation
let [fi, jp, br] = [] as unknown as [Member, Member, Member]
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
})
after(() => federation.close())

async function shareUnder(owner: Member, readers: Member[], change: Partial<Terms> = {}): Promise<Collection> {
  const terms = keptTerms({ ...DEFAULT_TERMS, ...change })
  const audience = readers.map(({ party }) => party)
  return loadCollection(owner.store, await addShared(owner.store, { title: "S", alias: null, terms, audience }, null))
}

async function sent(owner: Member, to: readonly Collection[], ...objects: ReturnType<typeof marked>[]): Promise<void> {
  await import_(owner, ...objects)
  const ids = objects.map(({ id }) => id)
  for (const { released } of (await release(owner, to, ids, BY)).outcome) assert.equal(released, ids.length)
  for (const reader of federation.members) if (reader !== owner) await reader.round(owner)
}

const refuse = (kind: "party" | "object-kind", value: string) =>
  addRefusal(fi.store, { kind, value, reason: "embargo", source: "Regulation 833", since: null }, null)

const green = () => malware({ object_marking_refs: [tlpMarkingId("green")] })

test("a kind that is refused since is recalled from everybody, once, and nothing of the refusal list goes out", async () => {
  const to = await shareUnder(fi, [jp])
  const [bad, good] = [green(), marked("green")]
  await sent(fi, [to], bad, good)
  assert.equal(await decideAnew(fi, REASON), 0)
  await refuse("object-kind", "malware")
  assert.equal(await decideAnew(fi, REASON), 1)
  assert.equal(await decideAnew(fi, REASON), 0)
  await jp.round(fi)
  assert.equal(await shownAt(jp, bad.id), null)
  assert.equal(await shownAt(jp, good.id), "green")
  assert.deepEqual(
    (await recallsOf(jp.store, bad.id)).map(({ reason }) => reason),
    [REASON],
  )
  assert.deepEqual(jp.meddle("select 1 from entry where instr(cast(note as text), 'embargo') > 0"), [])
})

test("what was taken back is not added again when the refusal goes", async () => {
  const to = await shareUnder(fi, [jp])
  const bad = green()
  await sent(fi, [to], bad)
  await refuse("object-kind", "malware")
  await decideAnew(fi, REASON)
  for (const { id } of await listRefusals(fi.store)) await removeRefusal(fi.store, id, null)
  assert.equal(await decideAnew(fi, REASON), 0)
  await jp.round(fi)
  assert.equal(await shownAt(jp, bad.id), null)
  assert.equal((await fi.reload(to)).size, 2)
})

test("a party that is refused since reads no further, and the others do", async () => {
  const to = await shareUnder(fi, [jp, br])
  await sent(fi, [to], marked("green"))
  await refuse("party", br.party)
  await decideAnew(fi, REASON)
  assert.deepEqual(
    (await audienceOf(fi.store, await fi.reload(to))).map(({ party }) => party),
    [jp.party],
  )
  const next = marked("green")
  await sent(fi, [to], next)
  assert.equal(await shownAt(jp, next.id), "green")
  assert.equal(await shownAt(br, next.id), null)
})

test("what narrower terms would not let out goes from that collection alone where another one may serve it", async () => {
  const [first, second] = [await shareUnder(fi, [jp]), await shareUnder(fi, [br])]
  const [both, one] = [marked("green"), marked("green")]
  await sent(fi, [first, second], both)
  await sent(fi, [first], one)
  const objects = { ...DEFAULT_TERMS.objects, types: ["report"] }
  await fi.store.write(async (tx) =>
    narrowTerms(tx, await loadCollection(tx, first.id), keptTerms({ ...DEFAULT_TERMS, objects }), null),
  )
  assert.equal(await decideAnew(fi, REASON), 2)
  await jp.round(fi)
  await br.round(fi)
  assert.deepEqual([await shownAt(jp, both.id), await shownAt(br, both.id)], [null, "green"])
  assert.equal((await recallsOf(jp.store, both.id)).length, 0)
  assert.equal((await recallsOf(jp.store, one.id)).length, 1)
})

test("what was passed on is recalled when its owner recalls it, and erased when its time is over", async () => {
  const from = await shareUnder(fi, [jp], { onward: "marked", retention: 30 })
  const on = await shareUnder(jp, [br], { retention: 30 })
  const [wrong, old] = [marked("green"), marked("green")]
  await sent(fi, [from], wrong, old)
  assert.equal(only(await release(jp, [on], [wrong.id, old.id], BY)).released, 2)
  await br.round(jp)
  assert.equal(await decideAnew(jp, REASON), 0)
  await fi.store.write(async (tx) => recallObject(tx, await loadCollection(tx, from.id), wrong.id, "wrong"))
  await jp.round(fi)
  assert.equal(await decideAnew(jp, REASON), 1)
  await br.round(jp)
  assert.deepEqual([await shownAt(br, wrong.id), await shownAt(br, old.id)], [null, "green"])
  federation.clock.forward(31 * DAY)
  await eraseExpired(jp.store)
  assert.equal(await decideAnew(jp, REASON), 1)
  assert.deepEqual(jp.meddle("select 1 from object where id = ?", old.id), [])
  await br.round(jp)
  assert.equal(await shownAt(br, old.id), null)
})

test("after the last day nothing goes at the next exchange, also nothing that was let out before; a recall still does", async () => {
  const to = await shareUnder(fi, [jp], { end: "2026-01-31" })
  const [had, late] = [marked("green"), marked("green")]
  await sent(fi, [to], had)
  await import_(fi, late)
  await release(fi, [to], [late.id], BY)
  federation.clock.forward(40 * DAY)
  await jp.round(fi)
  assert.deepEqual([await shownAt(jp, had.id), await shownAt(jp, late.id)], ["green", null])
  const after = marked("green")
  await import_(fi, after)
  const { grounds } = only(await release(fi, [to], [after.id], BY))
  assert.deepEqual(
    grounds.map(({ code }) => code),
    ["terms.ended"],
  )
  await fi.store.write(async (tx) => recallObject(tx, await loadCollection(tx, to.id), had.id, "wrong"))
  await jp.round(fi)
  assert.equal(await shownAt(jp, had.id), null)
})

test("what narrower terms would take out of is taken back also while something else speaks against it", async () => {
  const to = await shareUnder(fi, [jp])
  const object = marked("green", { external_references: [{ source_name: "a friend" }] })
  await sent(fi, [to], object)
  // A version that says it is not valid any more: the one before would not go again.
  await import_(fi, newVersion(object, "2026-01-01T00:00:00.000Z", { revoked: true }))
  await narrowed(to, { attribution: "hidden" })
  assert.equal(await decideAnew(fi, REASON), 1)
  await jp.round(fi)
  assert.equal(await shownAt(jp, object.id), null)
})

const narrowed = (to: Collection, change: Partial<Terms>) =>
  fi.store.write(async (tx) =>
    narrowTerms(tx, await loadCollection(tx, to.id), keptTerms({ ...DEFAULT_TERMS, ...change }), null),
  )

test("a copy of what a partner owns is taken back with it, and erased when its time is over", async () => {
  const from = await shareUnder(fi, [jp], { onward: "marked", retention: 30 })
  const on = await shareUnder(jp, [br], { attribution: "hidden", retention: 30 })
  const [wrong, old] = ["a friend", "another"].map((name) =>
    marked("green", { external_references: [{ source_name: name }] }),
  )
  assert.ok(wrong !== undefined && old !== undefined)
  await sent(fi, [from], wrong, old)
  assert.equal(only(await release(jp, [on], [wrong.id, old.id], BY)).released, 2)
  await br.round(jp)
  const [[first], [second]] = [await copiesOf(jp.store, wrong.id), await copiesOf(jp.store, old.id)]
  assert.ok(first !== undefined && second !== undefined)
  await fi.store.write(async (tx) => recallObject(tx, await loadCollection(tx, from.id), wrong.id, "wrong"))
  await jp.round(fi)
  assert.equal(await decideAnew(jp, REASON), 1)
  await br.round(jp)
  assert.deepEqual([await shownAt(br, first), await shownAt(br, second)], [null, "green"])
  assert.equal((await recallsOf(br.store, first)).length, 1)
  federation.clock.forward(31 * DAY)
  await eraseExpired(jp.store)
  assert.equal(await decideAnew(jp, REASON), 1)
  await br.round(jp)
  assert.equal(await shownAt(br, second), null)
  assert.deepEqual(jp.meddle("select 1 from object where id in (?, ?)", old.id, second), [])
})
