import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../test/support/federation.ts"
import { ComityError } from "../kernel/errors.ts"
import { bodyOf, type Couriers, deliver, enqueue } from "./index.ts"
import { countWaiting } from "./queries.ts"

let federation: Federation
let fi: Member
let jp: Member
let said: string[]
let delivered: string[]

/** `feeds` stands for any message: every node takes it, whatever its body says. */
const couriers: Couriers = {
  feeds: async (_, { body }) => void delivered.push(body.toString()),
  receipts: async () => {},
}

beforeEach(async () => {
  federation = await testFederation(["fi", "jp"])
  ;[fi, jp] = federation.members as [Member, Member]
  said = []
  delivered = []
})
afterEach(() => federation.close())

const message = (number: number) => bodyOf({ v: 1, number })
const queue = (...numbers: number[]) =>
  jp.store.write(async (tx) => {
    for (const number of numbers) await enqueue(tx, { key: jp.peer(fi) }, "feeds", message(number))
  })
const go = () => deliver(jp.parts, couriers, jp.peer(fi))
const waiting = async () => (await countWaiting(jp.store, jp.peer(fi))).number

test("messages arrive in their order, each once, and are then forgotten", async () => {
  await queue(...Array.from({ length: 120 }, (_, i) => i))
  assert.equal(await go(), 120)
  assert.deepEqual(
    delivered,
    Array.from({ length: 120 }, (_, i) => message(i).toString()),
  )
  assert.deepEqual([await waiting(), await go()], [0, 0])
})

test("what was not answered waits longer each time", async () => {
  await queue(1)
  federation.wire = async () => {
    throw new ComityError("unavailable", "peer.unreachable")
  }
  const waits: number[] = []
  for (let i = 0; i < 14; i++) {
    const before = federation.clock.now()
    assert.equal(await go(), 0)
    const [row] = jp.meddle("select next_at as at, failure from outbox")
    assert.equal(row?.failure, "peer.unreachable")
    waits.push((Number(row?.at) - before) / 1_000_000)
    federation.clock.set(Number(row?.at) as typeof before)
  }
  assert.deepEqual(waits.slice(0, 5), [1, 2, 4, 8, 16])
  assert.equal(waits.at(-1), 3600)
  federation.wire = (_, pass) => pass()
  assert.equal(await go(), 1)
})

test("where a partner is silent the rest waits too; what it refuses holds up nothing else", async () => {
  await queue(1, 2)
  federation.wire = async ({ body }) => {
    said.push(body.toString())
    throw new ComityError("unavailable", "peer.unreachable")
  }
  await go()
  assert.deepEqual(said, [message(1).toString()])
  federation.clock.forward(2_000_000)
  await jp.store.write((tx) => enqueue(tx, { key: jp.peer(fi) }, "receipts", Buffer.from("{}")))
  await queue(3)
  federation.wire = (_, pass) => pass()
  assert.equal(await go(), 3)
  assert.equal(await waiting(), 1)
  const [row] = jp.meddle("select next_at as at, failure from outbox where delivered_at is null")
  assert.deepEqual({ ...row }, { at: federation.clock.now() + 6 * 3600 * 1_000_000, failure: "peer.refused" })
})

test("an answer that was lost does not lose the message, and what follows on it happens once it is delivered", async () => {
  await queue(1)
  federation.wire = async (_, pass) => {
    await pass()
    throw new ComityError("unavailable", "peer.unreachable")
  }
  await go()
  assert.deepEqual([delivered.length, await waiting()], [0, 1])
  federation.wire = (_, pass) => pass()
  federation.clock.forward(2_000_000)
  assert.equal(await go(), 1)
  assert.deepEqual([delivered.length, await waiting()], [1, 0])
})
