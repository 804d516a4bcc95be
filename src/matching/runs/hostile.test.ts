import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { after, beforeEach, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { ledgerOf, matchFederation, messageOf, wordIn } from "../../../test/support/matching.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { PartyId } from "../../parties/index.ts"
import { say } from "../../peering/index.ts"
import { keptStatement, ROUNDS, type Said, type Statement, type Step, signStatement } from "./message.ts"
import type { Run, RunId } from "./model.ts"
import { consent } from "./operations.ts"
import { selectWords } from "./queries.ts"
import { itemsOf, loadRun } from "./standing.ts"

/** The first is honest, the second does what a program that was changed could do. */
const federation = await matchFederation()
const [honest, hostile] = federation.matchers
after(() => federation.close())

honest.lists.own = Array.from({ length: 20 }, (_, i) => ["ipv4", `198.51.100.${i * 10}`] as const)
hostile.lists.own = Array.from({ length: 20 }, (_, i) => ["ipv4", `198.51.100.${i * 5}`] as const)

beforeEach(() => {
  federation.wire = (_, pass) => pass()
  federation.tamper = null
})

const stateOf = ({ state, reason, endedBy }: Run) => ({ state, reason, endedBy })

/** Plays a run as far as it goes, both sides consenting where they can. */
async function play(id: RunId): Promise<Run> {
  await federation.settle()
  for (const one of federation.matchers) {
    const run = await loadRun(one.store, id)
    if (run.state === "counted") await consent(one.runs, id, ["ipv4"], null)
  }
  await federation.settle()
  return loadRun(honest.store, id)
}

/** Nothing that was not known before is known now: no common item, no label, nothing in the folder. */
async function nothingRevealed(run: Run): Promise<void> {
  assert.deepEqual(await itemsOf(honest.store, run), [])
  assert.ok(run.erasedAt !== null)
  assert.ok(!existsSync(`${honest.folder}/${run.id.slice("match--".length)}`))
}

/** A word that leaves the hostile side is another one instead, signed by its key. */
function saysInstead(step: Step, change: (said: never) => object | null): void {
  federation.wire = async (request, pass) => {
    const said = wordIn(request)
    if (said === null || said.step !== step || said.from !== hostile.party) return pass()
    federation.wire = (_, on) => on()
    const changed = change(said as never)
    if (changed !== null) {
      const note = signStatement(changed as Statement, hostile.parts.self.signer)
      const peer = { key: hostile.peer(honest), party: honest.party, endpoint: honest.endpoint }
      await say(hostile.parts, peer as never, "match", { body: messageOf(note) }).catch(() => {})
    }
    throw new ComityError("unavailable", "peer.unreachable")
  }
}

const flipped = (hex: string) => `${hex[0] === "0" ? "1" : "0"}${hex.slice(1)}`

test("a word that was changed ends the run with its reason, on both sides, and nothing is revealed", async () => {
  const table: [step: Step, change: (said: never) => object, reason: string][] = [
    ["commit", (said: Said<"commit">) => ({ ...said, t: flipped(said.t) }), "match.transcript"],
    ["commit", (said: Said<"commit">) => ({ ...said, root: flipped(said.root) }), "match.root"],
    ["commit", (said: Said<"commit">) => ({ ...said, types: sized(said, 384) }), "match.size"],
    ["commit", (said: Said<"commit">) => ({ ...said, types: sized(said, 257) }), "match.size"],
    ["tags", (said: Said<"tags">) => ({ ...said, t: flipped(said.t) }), "match.transcript"],
    ["count", (said: Said<"count">) => ({ ...said, t: flipped(said.t) }), "match.transcript"],
    ["count", (said: Said<"count">) => ({ ...said, types: [{ type: "ipv4", count: 11 }] }), "match.counts-differ"],
    ["count", (said: Said<"count">) => ({ ...said, types: [{ type: "ipv4", count: null }] }), "match.counts-differ"],
    ["count", (said: Said<"count">) => ({ ...said, types: [{ type: "ipv4", count: 300 }] }), "match.count"],
    ["consent", (said: Said<"consent">) => ({ ...said, t: flipped(said.t) }), "match.transcript"],
    ["consent", (said: Said<"consent">) => ({ ...said, types: ["wallet"] }), "match.not-openable"],
    ["open", (said: Said<"open">) => ({ ...said, t: flipped(said.t) }), "match.transcript"],
    ["open", (said: Said<"open">) => ({ ...said, seeds: [] }), "match.seeds"],
    ["open", (said: Said<"open">) => ({ ...said, seeds: bent(said) }), "match.seed"],
  ] as never
  for (const [step, change, reason] of table) {
    saysInstead(step, change)
    const id = await federation.begin()
    const run = await play(id)
    assert.deepEqual([run.state, run.endedBy], ["broken", "us"], `${step} ${reason}`)
    // Of a false root either the list tells, or the next word, whichever is here first.
    assert.ok(run.reason === reason || (reason === "match.root" && run.reason === "match.transcript"), `${run.reason}`)
    await nothingRevealed(run)
    const theirs = await loadRun(hostile.store, id)
    assert.deepEqual(stateOf(theirs), { state: "broken", reason: run.reason, endedBy: "them" }, `${step} ${reason}`)
    assert.ok(theirs.erasedAt !== null)
    const last = (await ledgerOf(honest)).filter(({ what }) => what === "match.broken").at(-1)
    assert.deepEqual([last?.facts.run, last?.facts.reason, last?.facts.party], [id, run.reason, hostile.party])
  }
})

function sized({ types }: Said<"commit">, size: number) {
  return types.map((one) => ({ ...one, size }))
}

function bent({ seeds }: Said<"open">) {
  return seeds.map((one) => ({ ...one, seed: flipped(one.seed) }))
}

test("a list or tags of which a bit flipped, that were swapped, cut or taken from another run end it", async () => {
  const before = await federation.begin()
  const kept = new Map<string, Buffer>()
  federation.tamper = {
    by: hostile.party,
    part: (stream, _, bytes) => {
      kept.set(stream, bytes)
      return bytes
    },
  }
  assert.equal((await play(before)).state, "done")
  const table: [stream: string, what: string, change: (bytes: Buffer) => Buffer, reason: string][] = [
    ["own", "a bit", (bytes) => flip(bytes, 1000), "match.root"],
    ["own", "the last bit", (bytes) => flip(bytes, bytes.length - 1), "match.root"],
    ["own", "two places swapped", (bytes) => swap(bytes, 32), "match.root"],
    ["own", "of another run", () => kept.get("own") ?? Buffer.alloc(0), "match.root"],
    ["own", "cut", (bytes) => bytes.subarray(0, -32), "match.part"],
    ["own", "longer", (bytes) => Buffer.concat([bytes, bytes.subarray(0, 32)]), "match.part"],
    ["tags", "a bit", (bytes) => flip(bytes, 7), "match.root"],
    ["tags", "two places swapped", (bytes) => swap(bytes, 16), "match.root"],
    ["tags", "of another run", () => kept.get("tags") ?? Buffer.alloc(0), "match.root"],
    ["tags", "none", () => Buffer.alloc(0), "match.part"],
  ]
  for (const [stream, what, change, reason] of table) {
    federation.tamper = { by: hostile.party, part: (name, _, bytes) => (name === stream ? change(bytes) : bytes) }
    const id = await federation.begin()
    const run = await play(id)
    assert.deepEqual(stateOf(run), { state: "broken", reason, endedBy: "us" }, `${stream}, ${what}`)
    await nothingRevealed(run)
    const theirs = await loadRun(hostile.store, id)
    assert.deepEqual(stateOf(theirs), { state: "broken", reason, endedBy: "them" }, `${stream}, ${what}`)
  }
})

test("whoever commits to our own list, to give it back so that all of it seems common, is asked for nothing", async () => {
  let asked = 0
  federation.tamper = {
    by: hostile.party,
    part(stream, _, bytes) {
      if (stream === "own") asked += 1
      return bytes
    },
  }
  federation.wire = async (request, pass) => {
    const said = wordIn(request)
    if (said?.step !== "commit" || said.from !== hostile.party) return pass()
    const { key } = await loadRun(honest.store, said.run)
    let theirs: string | undefined
    while (theirs === undefined) {
      await pause(1)
      theirs = (await selectWords(honest.store, key)).own.commit
    }
    const { root } = keptStatement(theirs) as Said<"commit">
    saysInstead("commit", (own: Said<"commit">) => ({ ...own, root }))
    return federation.wire(request, pass)
  }
  const run = await play(await federation.begin())
  assert.equal(run.state, "broken")
  assert.ok(run.reason === "match.root" || run.reason === "match.transcript", `${run.reason}`)
  assert.equal(asked, 0)
  await nothingRevealed(run)
})

test("a label that was changed is found, and what was opened before stays as it was agreed", async () => {
  federation.tamper = {
    by: hostile.party,
    part: (name, _, bytes) => (name === "labels" ? flip(bytes, 300) : bytes),
  }
  const run = await play(await federation.begin())
  assert.deepEqual(stateOf(run), { state: "broken", reason: "match.labels", endedBy: "us" })
  const items = await itemsOf(honest.store, run)
  assert.ok(items.length > 0 && items.every(({ theirs }) => theirs === null))
})

test("another word for a step that was said ends the run; the same word again changes nothing", async () => {
  const id = await federation.begin()
  await federation.settle()
  const peer = { key: hostile.peer(honest), party: honest.party, endpoint: honest.endpoint } as never
  const words = await selectWords(hostile.store, (await loadRun(hostile.store, id)).key)
  for (const step of ["accept", "commit", "tags", "count"] as const) {
    await say(hostile.parts, peer, "match", { body: messageOf(words.own[step] ?? "") })
  }
  assert.equal((await loadRun(honest.store, id)).state, "counted")
  const said = keptStatement(words.own.commit ?? "") as Said<"commit">
  const other = signStatement({ ...said, root: flipped(said.root) }, hostile.parts.self.signer)
  await assert.rejects(say(hostile.parts, peer, "match", { body: messageOf(other) }), { code: "peer.refused" })
  await federation.settle()
  for (const run of await federation.both(id)) {
    assert.deepEqual([run.state, run.reason], ["broken", "match.differs"])
  }
})

test("a word of one run is none of another, and none of anybody else's", async () => {
  const id = await federation.begin()
  await federation.settle()
  const peer = { key: hostile.peer(honest), party: honest.party, endpoint: honest.endpoint } as never
  const said = keptStatement(
    (await selectWords(hostile.store, (await loadRun(hostile.store, id)).key)).own.count ?? "",
  ) as Said<"count">
  const by = (change: Partial<Statement>) =>
    messageOf(signStatement({ ...said, ...change } as Statement, hostile.parts.self.signer))
  const none = "match--00000000-0000-4000-8000-000000000000" as RunId
  for (const [change, status] of [
    [{ run: none }, 404],
    [{ to: hostile.party }, 400],
    [{ from: honest.party, to: hostile.party }, 403],
    [{ from: none.replace("match", "identity") as PartyId }, 403],
  ] as const) {
    await assert.rejects(say(hostile.parts, peer, "match", { body: by(change as never) }), (error: ComityError) => {
      assert.deepEqual([error.code, error.details.status], ["peer.refused", status])
      return true
    })
  }
  assert.equal((await loadRun(honest.store, id)).state, "counted")
})

test("a side that ends the run in any round, or falls silent, has learned nothing, and both know that it is over", async () => {
  for (const step of ROUNDS.slice(0, 5)) {
    for (const silent of [false, true]) {
      let id: RunId | null = null
      saysInstead(step, () => {
        void (silent ? hostile.matches.pause(id ?? "") : hostile.matches.cancel(id ?? "", null)).catch(() => {})
        return null
      })
      id = await federation.begin()
      const run = await play(id)
      if (!silent) {
        assert.deepEqual(stateOf(run), { state: "cancelled", reason: null, endedBy: "them" }, step)
        await nothingRevealed(run)
        continue
      }
      assert.equal(run.endedAt, null, step)
      federation.clock.forward(25 * 3_600_000_000)
      federation.wire = (_, pass) => pass()
      await honest.matches.look()
      await federation.settle()
      const late = await loadRun(honest.store, id)
      assert.deepEqual(stateOf(late), { state: "expired", reason: null, endedBy: null }, step)
      await nothingRevealed(late)
    }
  }
})

function flip(bytes: Buffer, at: number): Buffer {
  const bent_ = Buffer.from(bytes)
  bent_[at] = (bent_[at] ?? 0) ^ 1
  return bent_
}

function swap(bytes: Buffer, size: number): Buffer {
  return Buffer.concat([bytes.subarray(size, 2 * size), bytes.subarray(0, size), bytes.subarray(2 * size)])
}
