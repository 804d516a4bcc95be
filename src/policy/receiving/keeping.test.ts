import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { import_, marked, only, release, shownAt } from "../../../test/support/sharing.ts"
import type { Stix } from "../../../test/support/stix.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { DAY, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import {
  addShared,
  type Collection,
  listCollections,
  loadCollection,
  narrowTerms,
  recallObject,
  Search,
} from "../../library/index.ts"
import { verifySteps } from "../../library/verifying.ts"
import { openReader } from "../../store/index.ts"
import { DEFAULT_TERMS, keptTerms, type Terms } from "../terms/model.ts"
import { eraseExpired, heldUnder } from "./keeping.ts"

let federation: Federation
let [fi, jp] = [] as unknown as [Member, Member]
let shared: Collection
beforeEach(async () => {
  await federation?.close()
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
  shared = await shareUnder({ retention: 30 })
})
after(() => federation.close())

async function shareUnder(change: Partial<Terms>): Promise<Collection> {
  const terms = keptTerms({ ...DEFAULT_TERMS, ...change })
  return loadCollection(
    fi.store,
    await addShared(fi.store, { title: "S", alias: null, terms, audience: [jp.party] }, null),
  )
}

/** Lets it out at fi, at once, and jp pulls. */
async function sent(object: Stix = marked("green"), to: Collection = shared): Promise<Stix> {
  await import_(fi, object)
  assert.equal(only(await release(fi, [to], [object.id], { by: null, officer: false })).released, 1)
  await jp.round(fi)
  return object
}

async function mirror(): Promise<Collection> {
  const found = (await listCollections(jp.store)).find(({ kind }) => kind === "received")
  assert.ok(found)
  return found
}

function ledger(what: string): Record<string, unknown>[] {
  const rows = jp.meddle(
    "select cast(body as text) as body from journal_entry where header like ? order by seq",
    `%${what}%`,
  )
  return rows.map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>)
}

function verified(collection: string) {
  const reader = openReader(jp.folder.database)
  const steps = [...verifySteps(reader, { collection })]
  reader.close()
  return steps.flatMap((step) => ("report" in step ? [step.report] : []))[0]
}

test("so many days after its owner let it out a received object is erased by itself, and the ledger says so", async () => {
  const object = await sent()
  const { saidUntil } = await untilOf(object.id)
  federation.clock.set(plusMicroseconds(saidUntil, -1))
  assert.equal(await eraseExpired(jp.store), 0)
  assert.equal(await shownAt(jp, object.id), "green")
  federation.clock.set(saidUntil)
  assert.equal(await eraseExpired(jp.store), 1)
  assert.equal(await shownAt(jp, object.id), null)
  assert.deepEqual(jp.meddle("select key from object where id = ?", object.id), [])
  assert.deepEqual(ledger("retention.erased"), [
    {
      ...{ collection: (await mirror()).id, party: fi.party, days: 30, terms: shared.terms?.hash },
      ...{ entries: [0], count: 1 },
    },
  ])
  assert.equal(await eraseExpired(jp.store), 0)
  assert.equal(await shownAt(fi, object.id), "green")
})

async function untilOf(id: string): Promise<{ saidUntil: Instant }> {
  const [held] = await heldUnder(jp.store, id)
  assert.ok(held?.until)
  return { saidUntil: held.until }
}

test("the time runs from the owner's entry, not from when it came", async () => {
  const object = marked("green")
  await import_(fi, object)
  await release(fi, [shared], [object.id], { by: null, officer: false })
  federation.clock.forward(20 * DAY)
  await jp.round(fi)
  federation.clock.forward(10 * DAY)
  assert.equal(await eraseExpired(jp.store), 1)
})

test("what came without a limit stays, and so does what the node has from elsewhere", async () => {
  const open = await shareUnder({ retention: null })
  const [kept, own] = [await sent(marked("green"), open), await sent()]
  await import_(jp, { ...own })
  federation.clock.forward(400 * DAY)
  assert.equal(await eraseExpired(jp.store), 1)
  assert.equal(await shownAt(jp, kept.id), "green")
  assert.equal(await shownAt(jp, own.id), "green")
})

test("a mirror without what expired verifies, also after its owner recalled and erased it", async () => {
  const [first, second] = [await sent(), await sent()]
  federation.clock.forward(31 * DAY)
  assert.equal(await eraseExpired(jp.store), 2)
  const { id } = await mirror()
  assert.deepEqual(verified(id)?.problems, [])
  assert.equal(verified(id)?.expired, 2)
  await fi.store.write(async (tx) => recallObject(tx, await loadCollection(tx, shared.id), first.id, "wrong"))
  await jp.round(fi)
  const third = await sent()
  assert.deepEqual(verified(id)?.problems, [])
  assert.equal(await shownAt(jp, second.id), null)
  assert.equal(await shownAt(jp, third.id), "green")
})

test("searches forget what expired", async () => {
  const object = await sent(marked("green", { name: "Lighthouse loader" }))
  const { database, index } = jp.folder
  const search = new Search({ database, index, commits: () => jp.store.commits, diagnostics: silent })
  try {
    await search.settled()
    assert.equal((await search.names([object.id])).size, 1)
    federation.clock.forward(31 * DAY)
    await eraseExpired(jp.store)
    await search.settled()
    assert.equal((await search.names([object.id])).size, 0)
  } finally {
    await search.close()
  }
})

test("shorter times hold for what came before, longer ones in the same collection are not followed", async () => {
  const object = await sent()
  const change = (retention: number) =>
    fi.store.write(async (tx) =>
      narrowTerms(tx, await loadCollection(tx, shared.id), keptTerms({ ...DEFAULT_TERMS, retention }), null),
    )
  await change(10)
  await jp.round(fi)
  await change(300)
  await jp.round(fi)
  assert.equal(ledger("feed.terms-wider").length, 1)
  federation.clock.forward(11 * DAY)
  assert.equal(await eraseExpired(jp.store), 1)
  assert.equal(await shownAt(jp, object.id), null)
})
