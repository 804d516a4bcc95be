import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { marked } from "../../../test/support/sharing.ts"
import { newVersion } from "../../../test/support/stix.ts"
import { addObjects } from "../../library/index.ts"
import { addOwnParty, insertPeer, type PartyId } from "../../parties/index.ts"
import { DEFAULT_TERMS, type Terms } from "../terms/model.ts"
import { EXAMPLES_MOST, Tally } from "./model.ts"
import { Trials, type TrialWish } from "./trials.ts"

const node = await openInProcess()
const { store, clock } = node
const trials = new Trials({ store, clock, database: node.folder.database })
after(async () => {
  await trials.close()
  await node.close()
})
const PEER = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad2" as PartyId
await store.write(async (tx) => {
  await insertPeer(tx, { party: PEER, endpoint: "https://b.example", state: "active", theirs: "active", name: "Bravo" })
  await addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null)
})
const old = marked("green", { name: "twice" })
const collection = await node.collection()
await addObjects(
  store,
  collection,
  prepared(
    ...Array.from({ length: 30 }, () => marked("green")),
    ...Array.from({ length: 20 }, () => marked("amber")),
    ...Array.from({ length: 5 }, () => marked("green", { description: "Ask jane.doe@example.org" })),
    marked(null),
    old,
    newVersion(old, "2026-01-01T00:00:00.000Z", { name: "twice" }),
  ),
)

const terms = (changes: Partial<Terms>): Terms => ({ ...DEFAULT_TERMS, ...changes })
const wish = (changes: Partial<Terms>, before: Terms | null = null): TrialWish => ({
  ...{ terms: terms(changes), articles: { personal: "4(2)" }, readers: [PEER], agreement: null },
  before: before === null ? null : { terms: before, articles: {} },
})
const over = async (one: TrialWish) => {
  const { step } = await trials.lookFor(one, 30_000)
  assert.ok(step?.over)
  return step
}

test("terms are tried on the newest version of every object: how many would go, which, and why others would not", async () => {
  const { tried, before, difference, done, total } = await over(wish({ personal: { is: "forbid" } }))
  assert.deepEqual(tried.counts, { release: 31, redact: 0, hold: 0, refuse: 26 })
  assert.equal(tried.released.length, 10)
  const found = tried.reasons.map(({ code, count, values }) => [code, count, values.article ?? ""])
  assert.deepEqual(found, [
    ["marking.above", 20, ""],
    ["personal.forbidden", 5, "4(2)"],
    ["marking.none", 1, ""],
  ])
  assert.equal(tried.reasons[1]?.examples.length, 5)
  assert.deepEqual([before, difference, done, total], [null, null, 58, 58])
})

test("beside the terms in force it says what would go that does not now, and the other way round", async () => {
  const { difference, before } = await over(wish({ marking: "clear" }, terms({ personal: { is: "redact" } })))
  assert.equal(before?.counts.redact, 5)
  assert.deepEqual([difference?.gained, difference?.lost, difference?.losses.length], [0, 36, 10])
  const wider = await over(
    wish({ marking: "green", personal: { is: "redact" } }, terms({ personal: { is: "forbid" } })),
  )
  assert.deepEqual([wider.difference?.gained, wider.difference?.lost], [5, 0])
})

test("readers who are not bound as terms want it, or whose places are not known, get nothing, and it says why", async () => {
  const personal = { is: "allow", safeguard: "Art. 14", instrument: "budapest" } as const
  const { tried } = await over(wish({ personal }))
  assert.equal(tried.counts.release, 31)
  assert.deepEqual(tried.reasons.find(({ code }) => code === "personal.bound-unsaid")?.values, {
    ...{ party: PEER, name: "Bravo", instrument: "budapest", article: "4(2)" },
  })
  const bound = await over(wish({ audience: { ...DEFAULT_TERMS.audience, bound: ["budapest"] } }, DEFAULT_TERMS))
  assert.equal(bound.tried.counts.refuse, 57)
  assert.equal(bound.difference?.lost, 31)
})

test("nothing is written and nothing leaves; a result is shown again, and a cancelled one is begun anew", async () => {
  const commits = store.commits
  const one = wish({ notice: 3 })
  const first = await over(one)
  assert.equal(await over(one), first)
  await trials.cancel(one)
  assert.notEqual(await over(one), first)
  assert.equal(store.commits, commits)
})

test("examples are what has a name, as far as there is some: relationships give way", () => {
  const tally = new Tally()
  const add = (key: number, type: string) =>
    tally.add({ key, id: `${type}--${key}`, type, name: "" }, { is: "release", reasons: [] })
  for (let key = 0; key < 2 * EXAMPLES_MOST; key++) add(key, "relationship")
  for (const key of [100, 101]) add(key, "indicator")
  const { released, counts } = tally.tried()
  assert.equal(counts.release, 2 * EXAMPLES_MOST + 2)
  assert.equal(released.length, EXAMPLES_MOST)
  assert.deepEqual(
    released.slice(-2).map(({ key }) => key),
    [100, 101],
  )
})
