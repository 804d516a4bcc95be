import assert from "node:assert/strict"
import { test } from "node:test"
import { type Chance, withChance } from "./chance.ts"
import { random } from "./hash.ts"
import { isUuid, newId, newUuid } from "./ids.ts"
import { monotonic } from "./time.ts"

const still: Chance = { random: (bytes) => Buffer.alloc(bytes, 0xab), stopwatch: () => 7 }

test("under a known chance the same work draws the same bytes, ids and times, over every await", async () => {
  const draw = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return [random(4).toString("hex"), newUuid(), monotonic()]
  }
  const drawn = ["abababab", "abababab-abab-4bab-abab-abababababab", 7]
  assert.deepEqual(await withChance(still, draw), drawn)
  assert.ok(isUuid(String(drawn[1])))
})

test("a known chance ends with the work that was given to it, and others beside it do not see it", async () => {
  const inside = withChance(still, () => new Promise((resolve) => setImmediate(resolve)).then(() => newId("case")))
  const beside = newId("case")
  const during = random(16)
  await inside
  assert.notEqual(beside, await inside)
  assert.notDeepEqual(during, Buffer.alloc(16, 0xab))
  assert.notDeepEqual(random(16), random(16))
})
