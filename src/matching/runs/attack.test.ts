import assert from "node:assert/strict"
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { matchFederation, messageOf, WIDE, wordIn } from "../../../test/support/matching.ts"
import { ComityError } from "../../kernel/errors.ts"
import { say } from "../../peering/index.ts"
import { addRefusal, removeRefusal } from "../../policy/index.ts"
import { usageOf } from "./limits.ts"
import { type Statement, signStatement } from "./message.ts"
import { consent } from "./operations.ts"
import { selectItems } from "./result-queries.ts"
import { loadRun } from "./standing.ts"

const federation = await matchFederation()
const [honest, hostile] = federation.matchers
after(() => federation.close())
honest.lists.own = Array.from({ length: 20 }, (_, i) => ["ipv4", `198.51.100.${i * 10}`] as const)
hostile.lists.own = Array.from({ length: 20 }, (_, i) => ["ipv4", `198.51.100.${i * 5}`] as const)

test("whoever got tags and then says a false number has used up what it may count", async () => {
  federation.wire = async (request, pass) => {
    const said = wordIn(request)
    if (said?.step !== "count" || said.from !== hostile.party) return pass()
    federation.wire = (_, on) => on()
    const note = signStatement(
      { ...said, types: [{ type: "ipv4", count: null }] } as Statement,
      hostile.parts.self.signer,
    )
    const peer = { key: hostile.peer(honest), party: honest.party, endpoint: honest.endpoint }
    await say(hostile.parts, peer as never, "match", { body: messageOf(note) }).catch(() => {})
    throw new ComityError("unavailable", "peer.unreachable")
  }
  const id = await federation.begin()
  await federation.settle()
  assert.equal((await loadRun(honest.store, id)).reason, "match.counts-differ")
  const { counts } = await usageOf(honest.store, WIDE, honest.peer(hostile), honest.clock.now())
  assert.equal(counts.used, 1)
})

test("what a killed gathering left is erased with the run", async () => {
  const id = await federation.propose()
  const path = join(honest.folder, id.slice("match--".length))
  mkdirSync(join(path, "sorting-abc"), { recursive: true })
  writeFileSync(join(path, "sorting-abc", "items"), "198.51.100.1")
  await honest.matches.cancel(id, null)
  assert.ok(!existsSync(path))
})

test("once this side has said all, nothing is left but what the partner may still fetch, even if it never says that it is done", async () => {
  federation.wire = async (request, pass) => {
    const said = wordIn(request)
    if (said?.step === "close" && said.from === hostile.party) throw new ComityError("unavailable", "peer.unreachable")
    return pass()
  }
  const id = await federation.begin()
  await federation.settle()
  for (const one of federation.matchers) await consent(one.runs, id, ["ipv4"], null)
  await federation.settle()
  assert.equal((await loadRun(honest.store, id)).state, "done")
  assert.deepEqual(readdirSync(join(honest.folder, id.slice("match--".length))), ["labels-out"])
  federation.wire = (_, pass) => pass()
})

test("whoever is refused after people consented is not told which items are common", async () => {
  const id = await federation.begin()
  await federation.settle()
  await consent(honest.runs, id, ["ipv4"], null)
  const refused = { kind: "party", value: hostile.party, reason: "Sanctions", source: "List 7" } as const
  const { id: refusal } = await addRefusal(honest.store, { ...refused, since: null }, null)
  await consent(hostile.runs, id, ["ipv4"], null)
  await federation.settle()
  const [ours, theirs] = await federation.both(id)
  assert.deepEqual([ours.state, ours.reason], ["broken", "match.partner-closed"])
  assert.deepEqual(await selectItems(hostile.store, theirs.key, -1, 10), [])
  await removeRefusal(honest.store, refusal, null)
})

test("an erasure that fails is tried again after a pause, not at once for ever", async () => {
  const id = await federation.propose()
  const path = join(honest.folder, id.slice("match--".length))
  mkdirSync(honest.folder, { recursive: true })
  writeFileSync(path, "") // no folder: reading it fails
  await assert.rejects(honest.matches.cancel(id, null))
  const before = honest.store.commits
  honest.matches.wake(id)
  await pause(100)
  assert.ok(honest.store.commits - before < 10)
  rmSync(path)
  while ((await loadRun(honest.store, id)).erasedAt === null) await pause(20)
  await pause(20)
})
