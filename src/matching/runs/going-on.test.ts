import assert from "node:assert/strict"
import { existsSync, readdirSync } from "node:fs"
import { after, beforeEach, test } from "node:test"
import { ledgerOf, type Matcher, matchFederation, WIDE } from "../../../test/support/matching.ts"
import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { loadPeer, movePeer } from "../../parties/index.ts"
import { usageOf } from "./limits.ts"
import { type Phase, type Run, type RunId, waitingFor } from "./model.ts"
import { accept, consent, propose } from "./operations.ts"
import { itemsOf, loadRun } from "./standing.ts"

const limits = { ...WIDE, places: { ...WIDE.places, cidr: 600 }, counts: 10_000 }
const federation = await matchFederation({ limits })
const [a, b] = federation.matchers
after(() => federation.close())

const addresses = (from: number, to: number, step: number) =>
  Array.from({ length: to - from }, (_, i) => ["ipv4", `198.51.${(from + i) * step}.7`] as const)
a.lists.own = addresses(0, 60, 2)
b.lists.own = addresses(30, 90, 2)

beforeEach(() => {
  federation.wire = (_, pass) => pass()
})

const lies = (one: Matcher, id: RunId) => existsSync(`${one.folder}/${id.slice("match--".length)}`)
const bothConsent = async (id: RunId) => {
  for (const one of federation.matchers) await consent(one.runs, id, ["ipv4"], null)
}
const number = async (one: Matcher, id: RunId) => (await itemsOf(one.store, await loadRun(one.store, id))).length

/** Runs on until this side of it is at a phase, and stands still there. */
async function until(one: Matcher, id: RunId, phase: Phase): Promise<void> {
  const gone = new AbortController()
  const watched = (async () => {
    for await (const progress of one.matches.watch(id, gone.signal)) {
      if (progress.phase !== phase) continue
      await one.matches.pause(id)
      return
    }
  })()
  await Promise.race([watched, federation.settle().then(() => watched)])
  gone.abort()
}

test("a run that was paused in any phase, or stood still because the node was started anew, ends as any other", async () => {
  for (const phase of ["mask", "fetch", "remask", "fetch-tags", "count", "labels", "fetch-labels"] as const) {
    const id = await federation.begin()
    const late = phase === "labels" || phase === "fetch-labels"
    if (late) {
      await federation.settle()
      await bothConsent(id)
    }
    await until(a, id, phase)
    const run = await loadRun(a.store, id)
    assert.deepEqual([run.paused, waitingFor(run)], ["person", "us"], phase)
    await federation.settle()
    await a.restart()
    await federation.settle()
    const still = await loadRun(a.store, id)
    assert.equal(still.paused, "person")
    // A word of the partner's is heard all the same: its count may be what was missing.
    assert.ok(still.phase === run.phase || (phase === "count" && still.phase === "consent"), still.phase)
    await a.matches.resume(id)
    await federation.settle()
    if (!late) {
      await bothConsent(id)
      await federation.settle()
    }
    for (const one of federation.matchers) {
      assert.equal((await loadRun(one.store, id)).state, "done", phase)
      assert.equal(await number(one, id), 30, phase)
      assert.ok(!lies(one, id))
    }
  }
})

test("a line that breaks now and then holds a run up and changes nothing", async () => {
  let requests = 0
  /** Of no period with which trying again could fall into step. */
  const chance = () => sha256(`${requests++}`)[0] ?? 0
  federation.wire = async (_, pass) => {
    if (chance() < 64) throw new ComityError("unavailable", "peer.unreachable")
    const answer = await pass()
    if (chance() < 64) throw new ComityError("unavailable", "peer.unreachable")
    return answer
  }
  const go = async (id: RunId, done: (run: Run) => boolean) => {
    for (let i = 0; i < 40; i++) {
      await federation.settle()
      federation.clock.forward(600_000_000)
      if ((await federation.both(id)).every(done)) return
    }
    assert.fail("it does not go on")
  }
  const id = await federation.begin().catch(() => assert.fail("not begun"))
  await go(id, ({ state }) => state === "counted")
  await bothConsent(id)
  await go(id, ({ state, erasedAt }) => state === "done" && erasedAt !== null)
  for (const one of federation.matchers) assert.equal(await number(one, id), 30)
})

test("a run is cancelled at any time: keys and lists are gone on both sides, and both know who ended it", async () => {
  const id = await federation.begin()
  await federation.settle()
  for (const one of federation.matchers) assert.ok(lies(one, id))
  await a.matches.cancel(id, null)
  assert.ok(!lies(a, id) && lies(b, id))
  await federation.settle()
  assert.ok(!lies(b, id))
  const [ours, theirs] = await federation.both(id)
  assert.deepEqual([ours.state, ours.endedBy, theirs.state, theirs.endedBy], ["cancelled", "us", "cancelled", "them"])
  await assert.rejects(a.matches.cancel(id, null), { code: "match.state" })
  await assert.rejects(consent(a.runs, id, ["ipv4"], null), { code: "match.state" })
  assert.deepEqual(readdirSync(a.folder), ["sets"])
})

test("with a partner that is paused every run stands still, and goes on when the relation does", async () => {
  const id = await federation.begin()
  await until(a, id, "fetch")
  const move = (state: "active" | "suspended") =>
    a.store.write(async (tx) => movePeer(tx, await loadPeer(tx, b.party), state))
  await move("suspended")
  await a.matches.resume(id)
  await federation.settle()
  const run = await loadRun(a.store, id)
  assert.deepEqual([run.state, run.phase, waitingFor(run)], ["running", "fetch", "machines"])
  assert.equal(a.matches.progress(run).waits, "peer.not-active")
  await assert.rejects(propose(a.runs, wish("ipv4"), null), { code: "match.partner-closed" })
  await move("active")
  federation.clock.forward(7 * 3_600_000_000) // what was refused is said again
  await federation.settle()
  assert.equal((await loadRun(a.store, id)).state, "counted")
  await a.matches.cancel(id, null)
  await federation.settle()
})

const wish = (type: "ipv4" | "cidr" | "person", most = 200) =>
  ({
    ...{ party: b.party, list: "own", types: [{ type, most, smallest: 5 }], basis: "Inquiry", agreement: null },
    ...({ purpose: "investigation", learners: "both" } as const),
  }) as const

test("a partner's places and the numbers that it is told have a quota, counted with padding, that both sides enforce", async () => {
  const used = async () =>
    (await usageOf(b.store, limits, b.peer(a), b.clock.now())).places.find((row) => row.type === "cidr")
  await assert.rejects(propose(a.runs, wish("cidr", 601), null), { code: "match.quota" })
  const id = await federation.begin(wish("cidr", 300))
  assert.deepEqual(await used(), { type: "cidr", used: 384, most: 600 })
  await federation.settle()
  assert.deepEqual(await used(), { type: "cidr", used: 256, most: 600 })
  const second = await federation.propose(wish("cidr", 256))
  await accept(b.runs, second, { list: "own" }, null)
  const third = await federation.propose(wish("cidr"))
  await assert.rejects(accept(b.runs, third, { list: "own" }, null), { code: "match.quota" })
  await federation.settle()
  for (const one of [id, second, third]) await a.matches.cancel(one, null)
  await federation.settle()
  assert.equal((await used())?.used, 512)
  federation.clock.forward(25 * 3_600_000_000)
  assert.equal((await used())?.used, 0)
  const counts = async () => (await usageOf(b.store, limits, b.peer(a), b.clock.now())).counts.used
  const before = await counts()
  for (let i = 0; i < 2; i++) {
    const again = await federation.begin()
    await federation.settle()
    await a.matches.cancel(again, null)
    await federation.settle()
  }
  assert.equal((await counts()) - before, 2, "that its list is the same as before is only what a partner says")
})

test("no restricted type is matched by whoever only asks", async () => {
  await assert.rejects(propose(a.runs, wish("person"), null), { code: "match.restricted" })
})

test("a list that looks counted through waits for somebody to look before anything of it leaves", async () => {
  const before = a.lists.own ?? []
  a.lists.own = Array.from({ length: 64 }, (_, i) => ["ipv4", `203.0.113.${i}`] as const)
  const id = await federation.begin()
  await federation.settle()
  const run = await loadRun(a.store, id)
  assert.deepEqual([run.paused, run.phase, waitingFor(run)], ["dense", "mask", "us"])
  const dense = (await ledgerOf(a)).filter(({ what }) => what === "match.dense").at(-1)
  assert.equal(dense?.facts.prefixes, 1)
  assert.ok(!JSON.stringify(dense).includes("203.0"))
  await a.matches.resume(id)
  await federation.settle()
  assert.equal((await loadRun(a.store, id)).state, "counted")
  a.lists.own = before
})
