import assert from "node:assert/strict"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import sql from "sql-template-tag"
import { fakeClock } from "../../test/support/node-in-process.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { Store } from "./store.ts"

const path = join(tempFolder(), "comity.db")
const onFatal = (error: unknown) => assert.ifError(error)
const store = new Store({ path, clock: fakeClock(), beforeCommit: async () => {}, onFatal, maxMib: 0 })
after(() => store.close())
await store.write((tx) => tx.run(sql`create table block (key integer primary key, body blob not null)`))
await store.write(async (tx) => {
  for (let key = 0; key < 40; key++)
    await tx.run(sql`insert into block (key, body) values (${key}, ${Buffer.alloc(9000, key)})`)
})

/** Asks until the other thread answers: only there an error arrives without the driver's own code. */
async function untilFar(): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const error = await store.far.all(sql`select nonsense`).catch((reason: unknown) => reason)
    assert.ok(error instanceof Error && "errcode" in error && error.errcode === 1, String(error))
    if (!("code" in error)) return
    await sleep(10)
  }
  assert.fail("the other thread never answered")
}

const blocks = sql`select key, body from block order by key`

test("the far reader answers as the near one does: before its thread is there, from it, and after it rested", async () => {
  const near = (await store.all<{ key: number; body: Uint8Array }>(blocks)).map((row) => ({ ...row }))
  assert.equal(near.length, 40)
  const far = async () => (await store.far.all<{ key: number; body: Uint8Array }>(blocks)).map((row) => ({ ...row }))
  assert.deepEqual(await far(), near)
  await untilFar()
  assert.deepEqual(await far(), near)
  await store.far.rest()
  assert.deepEqual(await far(), near)
  await untilFar()
  assert.deepEqual(await far(), near)
})

test("many questions at once get each its own answer, and one that fails fails alone", async () => {
  await untilFar()
  const ask = async (key: number) => {
    if (key === 17) return store.far.get(sql`select ${key} from nowhere`)
    return (await store.far.get<{ body: Uint8Array }>(sql`select body from block where key = ${key}`))?.body[0]
  }
  const answers = await Promise.allSettled(Array.from({ length: 40 }, (_, key) => ask(key)))
  for (const [key, one] of answers.entries()) {
    if (key === 17) assert.equal(one.status, "rejected")
    else assert.equal(one.status === "fulfilled" && one.value, key)
  }
})

test("what is durable is seen from the other thread at once", async () => {
  await untilFar()
  for (let round = 0; round < 20; round++) {
    await store.write((tx) => tx.run(sql`update block set body = ${Buffer.of(round)} where key = 3`))
    const row = await store.far.get<{ body: Uint8Array }>(sql`select body from block where key = 3`)
    assert.deepEqual([...(row?.body ?? [])], [round])
  }
})

test("a thread that is at work does not rest", async () => {
  await untilFar()
  const asked = store.far.all(blocks)
  await store.far.rest()
  assert.equal((await asked).length, 40)
})
