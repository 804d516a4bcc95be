import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { after, test } from "node:test"
import { ledgerOf, type Matcher, matchFederation } from "../../../test/support/matching.ts"
import { translator } from "../../http/index.ts"
import { plainItem } from "../items/canonical.ts"
import type { ItemType } from "../items/types.ts"
import { matchDeclarations, matchHandlers } from "./commands.ts"
import { LEARNERS, learns, type RunId, waitingFor } from "./model.ts"
import { consent, decline, refuse } from "./operations.ts"
import { itemsOf, listRuns, loadRun } from "./standing.ts"

const federation = await matchFederation()
const [a, b] = federation.matchers
after(() => federation.close())

const address = (number: number) => ["ipv4", `198.51.${number >> 4}.${number & 15}`] as const
const wallet = (number: number) => ["wallet", `0x${number.toString(16).padStart(40, "0")}`] as const
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
/** 37 common addresses, one common wallet. */
a.lists.own = [...range(0, 120).map(address), ...range(1, 4).map(wallet)]
b.lists.own = [...range(83, 300).map(address), ...range(3, 9).map(wallet)]
const TYPES = [
  { type: "ipv4", most: 300, smallest: 5 },
  { type: "wallet", most: 100, smallest: 1 },
] as const
const PATIENT = [
  { type: "ipv4", most: 300, smallest: 38 },
  { type: "wallet", most: 100, smallest: 5 },
] as const

const consented = async (id: RunId, types: readonly ItemType[] = ["ipv4", "wallet"]) => {
  for (const one of federation.matchers) await consent(one.runs, id, types, null)
  await federation.settle()
}
const found = async (one: Matcher, id: RunId) => {
  const items = await itemsOf(one.store, await loadRun(one.store, id))
  return items.map(({ item }) => plainItem(item).value).toSorted()
}
const lies = (one: Matcher, id: RunId) => existsSync(`${one.folder}/${id.slice("match--".length)}`)

test("two sides learn how many items are common, then by consent which, and what each knows of them", async () => {
  const id = await federation.begin({ types: TYPES })
  await federation.settle()
  for (const run of await federation.both(id)) {
    assert.deepEqual([run.state, waitingFor(run)], ["counted", "us"])
    assert.deepEqual(
      run.types.map(({ count }) => count),
      [
        { is: "number", number: 37 },
        { is: "number", number: 1 },
      ],
    )
  }
  for (const one of federation.matchers) assert.deepEqual(await found(one, id), [])
  await consented(id)
  const wanted = [...range(83, 120).map(address), wallet(3)].map(([, value]) => value).toSorted()
  for (const [i, run] of (await federation.both(id)).entries()) {
    const one = federation.matchers[i] as Matcher
    assert.deepEqual([run.state, run.reason, waitingFor(run)], ["done", null, "nobody"])
    assert.deepEqual(await found(one, id), wanted)
    for (const { ours, theirs } of await itemsOf(one.store, run)) {
      assert.match(ours?.names[0] ?? "", /^no \d+$/)
      assert.match(theirs?.names[0] ?? "", /^no \d+$/)
    }
    assert.ok(run.erasedAt !== null && !lies(one, id))
  }
})

test("both ledgers say what was agreed and how many there were, and nothing of the items", async () => {
  for (const one of federation.matchers) {
    const happened = (await ledgerOf(one)).filter(({ what }) => what.startsWith("match."))
    const whats = new Set(happened.map(({ what }) => what))
    for (const what of ["proposed", "accepted", "committed", "counted", "consented", "opened", "ended"]) {
      assert.ok(whats.has(`match.${what}`), what)
    }
    const counted = happened.find(({ what }) => what === "match.counted")
    assert.deepEqual(counted?.facts.numbers, [
      { type: "ipv4", number: 37 },
      { type: "wallet", number: 1 },
    ])
    const all = JSON.stringify(happened)
    for (const [, value] of [...(a.lists.own ?? []), ...(b.lists.own ?? [])]) assert.ok(!all.includes(value))
  }
})

test("below the smallest number the answer is the same for some and for none, and nothing of it can be opened", async () => {
  const id = await federation.begin({ types: PATIENT })
  await federation.settle()
  for (const run of await federation.both(id)) {
    assert.deepEqual(
      run.types.map(({ count }) => count),
      [
        { is: "fewer", than: 38 },
        { is: "fewer", than: 5 },
      ],
    )
  }
  await assert.rejects(consent(a.runs, id, ["ipv4"], null), { code: "match.not-openable" })
  const rows = a.meddle("select number from match_type t join match_run r on r.key = t.run where r.id = ?", id)
  assert.deepEqual(
    rows.map(({ number }) => number),
    [null, null],
  )
  const last = (await ledgerOf(a)).filter(({ what }) => what === "match.counted").at(-1)
  assert.deepEqual(last?.facts.numbers, [
    { type: "ipv4", "fewer-than": 38 },
    { type: "wallet", "fewer-than": 5 },
  ])
  await decline(b.runs, id, null)
  await federation.settle()
  for (const run of await federation.both(id)) assert.equal(run.state, "declined")
})

test("who learns which items are common is as was agreed", async () => {
  for (const learners of LEARNERS) {
    const id = await federation.begin({ types: TYPES, learners })
    await federation.settle()
    if (learners !== "none") await consented(id)
    for (const [i, run] of (await federation.both(id)).entries()) {
      const one = federation.matchers[i] as Matcher
      assert.equal(run.state, "done", learners)
      assert.equal((await found(one, id)).length, learns(run.role, learners) ? 38 : 0, `${learners} ${run.role}`)
      assert.ok(run.erasedAt !== null && !lies(one, id))
    }
  }
})

test("what is opened is what both consented to; without anything in common nothing is", async () => {
  const id = await federation.begin({ types: TYPES })
  await federation.settle()
  await consent(a.runs, id, ["ipv4", "wallet"], null)
  await consent(b.runs, id, ["wallet"], null)
  await federation.settle()
  for (const one of federation.matchers) assert.deepEqual(await found(one, id), [wallet(3)[1]])
  const other = await federation.begin({ types: TYPES })
  await federation.settle()
  await consent(a.runs, other, ["ipv4"], null)
  await assert.rejects(consent(a.runs, other, ["ipv4"], null), { code: "match.state" })
  await consent(b.runs, other, ["wallet"], null)
  await federation.settle()
  await federation.settle()
  for (const run of await federation.both(other)) {
    assert.deepEqual([run.state, run.reason], ["declined", "match.nothing-common"])
  }
})

test("a proposal can be refused, and sizes lowered: a list that is larger is not used whole", async () => {
  const id = await federation.propose({ types: TYPES })
  await refuse(b.runs, id, "Not before the hearing", null)
  await federation.settle()
  for (const run of await federation.both(id)) assert.equal(run.state, "refused")
  assert.ok((await listRuns(a.store)).some((run) => run.id === id))
})

test("the same two sets are seen to be the same, and others by how much they differ", async () => {
  const sets = async () => {
    const id = await federation.begin({ types: TYPES })
    await federation.settle()
    await decline(a.runs, id, null)
    await federation.settle()
    return (await ledgerOf(a)).filter(({ what }) => what === "match.committed").at(-1)?.facts.set as {
      root: string
      added: number
      removed: number
    }
  }
  const first = await sets()
  assert.deepEqual(await sets(), { root: first.root, added: 0, removed: 0 })
  const before = a.lists.own ?? []
  a.lists.own = [...before.slice(2), wallet(77)]
  const changed = await sets()
  assert.notEqual(changed.root, first.root)
  assert.deepEqual([changed.added, changed.removed], [1, 2])
  a.lists.own = before
})

test("operators do all of it by commands, and see no number below the smallest that is told", async () => {
  const call = async (one: Matcher, name: string, given: object) => {
    const listCalled = async () => "own"
    const handle = matchHandlers({ ...one.runs, matches: one.matches, clock: one.clock, listCalled })[name]
    assert.ok(handle !== undefined, name)
    const said = await handle({ arguments: given } as never)
    await federation.settle()
    return said as { id: string; state: string; types: { count: unknown }[]; items_found: { item: string }[] }
  }
  const items = [
    { type: "ipv4", most: 300, smallest: 38 },
    { type: "wallet", most: 100, smallest: 1 },
  ].map(({ type, most, smallest }) => `${type}=${most},${smallest}`)
  const wish = { PARTY: b.name, LIST: "Ours", items, use: "investigation", basis: "Inquiry 7" }
  const { id: ID } = await call(a, "match propose", wish)
  await call(b, "match accept", { ID, LIST: "Ours", items: ["ipv4=250"] })
  const counted = await call(a, "match show", { ID })
  assert.deepEqual(
    counted.types.map(({ count }) => count),
    [{ fewer_than: 38 }, { number: 1 }],
  )
  assert.doesNotMatch(JSON.stringify(counted), /:37\b/)
  for (const one of [a, b]) await call(one, "match consent", { ID })
  const shown = await call(b, "match show", { ID })
  assert.deepEqual([shown.state, shown.items_found.length], ["done", 1])
  const lines = matchDeclarations.find(({ name }) => name === "match show")?.show(translator("en"), shown as never)
  assert.match(lines?.join("\n") ?? "", /Done[\s\S]*fewer than 38\t[\s\S]*Wallets\t1\t/)
  await assert.rejects(call(a, "match propose", { ...wish, items: ["mac=5"] }))
  await assert.rejects(call(a, "match decline", { ID }), { code: "match.state" })
})
