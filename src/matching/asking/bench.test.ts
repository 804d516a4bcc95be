import assert from "node:assert/strict"
import { after, test } from "node:test"
import { here, Workbench } from "./bench.ts"

const bench = new Workbench()
after(() => bench.close())

test("a thread of its own computes the same, and what it refuses is refused with its code", async () => {
  const seed = Buffer.alloc(32, 5)
  const [there, same] = [await bench.run("keys", { seed, info: "a" }), await here.run("keys", { seed, info: "a" })]
  assert.deepEqual(Buffer.from(there.secret), same.secret)
  const batch = { seed, context: "c", size: 64, items: [Buffer.from("x")] }
  const blinded = await bench.run("blind", { batch })
  assert.deepEqual(Buffer.from(blinded), await here.run("blind", { batch }))
  const { secret, publicKey } = await here.run("keys", { seed, info: "b" })
  const answer = await bench.run("answer", { secret, publicKey, blinded })
  const wrong = bench.run("finish", { batch, blinded, ...answer, publicKey: there.publicKey })
  await assert.rejects(wrong, { name: "ComityError", kind: "refused", code: "match.proof" })
  const lost = bench.run("read", { log: "/nowhere", from: 0, most: 1 })
  await assert.rejects(lost, { name: "Error" })
})

test("what waits when the bench closes is told that nobody will do it", async () => {
  const other = new Workbench()
  const waiting = other.run("keys", { seed: Buffer.alloc(32), info: "" })
  await Promise.all([assert.rejects(waiting, { kind: "unavailable", code: "worker.gone" }), other.close()])
})
