import assert from "node:assert/strict"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import { random } from "../kernel/hash.ts"
import { release } from "../kernel/memory.ts"
import { piecesOf, type Reply, reply } from "./reply.ts"
import { ReplyCache } from "./reply-cache.ts"

const MIB = 1024 * 1024
const BOUND = 32 * MIB

/** Answers of that many bytes, each made anew; `made` names those that were. */
function source(bytes: number) {
  const made: string[] = []
  const make = (key: string) => async (): Promise<Reply> => {
    made.push(key)
    return reply("text/plain", Buffer.alloc(bytes, made.length))
  }
  return { made, make }
}

test("a page is kept from the second time on; the one asked for last stays longest", async () => {
  const cache = new ReplyCache(() => "same")
  const { made, make } = source(MIB)
  const ask = (key: string) => cache.answer(key, false, make(key))
  const keys = Array.from({ length: 30 }, (_, i) => `k${i}`)
  for (let round = 0; round < 4; round++) for (const key of keys) await ask(key)
  assert.deepEqual(made, [...keys, ...keys])
  await ask("k0")
  for (const key of ["n1", "n2", "n3"]) for (let round = 0; round < 2; round++) await ask(key)
  made.length = 0
  await ask("k0")
  assert.deepEqual(made, [])
  await ask("k1")
  assert.deepEqual(made, ["k1"])
})

/** How many of the answers are still there, without making one. */
async function held(cache: ReplyCache, keys: readonly string[]): Promise<number> {
  let there = 0
  for (const key of keys) {
    const answer = cache.answer(key, false, () => Promise.reject(new Error("not there")))
    there += await answer.then(
      () => 1,
      () => 0,
    )
  }
  return there
}

test("what is kept takes 32 MiB at most, the keys counted or short: a client may send long ones", async () => {
  for (const [bytes, length, least] of [
    [MIB, 10, 25],
    [64 * 1024, 10, 400],
    [2, 1000, 10],
    [2, 15_000, 0],
  ] as const) {
    const cache = new ReplyCache(() => "same")
    const { make } = source(bytes)
    const count = Math.min(3000, Math.ceil((1.5 * BOUND) / (bytes + length)))
    const keys = Array.from({ length: count }, (_, i) => String(i).padEnd(length, "x"))
    for (const key of keys) for (let round = 0; round < 2; round++) await cache.answer(key, false, make(key))
    const stay = await held(cache, keys)
    assert.ok(stay * (bytes + length) <= BOUND, `${stay} of ${bytes} + ${length} bytes`)
    assert.ok(stay >= least, `only ${stay} of ${count} stayed`)
  }
})

test("the same request is answered from memory as long as nothing changed, and never a moment longer", async () => {
  let epoch = "1"
  const cache = new ReplyCache(() => epoch)
  const make = async () => reply("text/plain", `made at ${epoch}`)
  const passing = await cache.answer("k1", false, make)
  cache.remember("GET /a", "1", passing)
  assert.equal(cache.recall("GET /a"), undefined, "what was asked for once is not kept")
  const first = await cache.answer("k1", false, make)
  cache.remember("GET /a", "1", first)
  assert.equal(cache.recall("GET /a"), first)
  assert.equal(cache.recall("GET /b"), undefined)
  epoch = "2"
  assert.equal(cache.recall("GET /a"), undefined)
  cache.remember("GET /a", "1", first)
  assert.equal(cache.recall("GET /a"), undefined, "an answer of before the change was noted after it")
  await cache.answer("k2", false, make)
  const second = await cache.answer("k2", false, make)
  cache.remember("GET /b", "2", second)
  assert.equal(cache.recall("GET /b"), second)
  assert.equal(cache.recall("GET /a"), undefined)
  cache.remember("GET /c", "2", reply("text/plain", "of nobody's keeping"))
  assert.equal(cache.recall("GET /c"), undefined)
  cache.remember(`GET /${"x".repeat(2000)}`, "2", second)
  assert.equal(cache.recall(`GET /${"x".repeat(2000)}`), undefined)
  cache.clear()
  assert.equal(cache.recall("GET /b"), undefined)
})

test("what is kept is never given away with its memory, however large the page was that it was packed from", async () => {
  for (const bytes of [10, 2000, 100_000, 3 * MIB, 7 * MIB]) {
    const cache = new ReplyCache(() => "same")
    const body = random(bytes)
    for (let round = 0; round < 4; round++) {
      for (const zipped of [true, false]) {
        const answer = await cache.answer("k", zipped, async () => reply("text/plain", Buffer.from(body)))
        assert.ok(!(answer.passing === true && answer.place !== undefined), `${bytes} bytes, round ${round}`)
        const found = answer.headers["content-encoding"] === "gzip" ? gunzipSync(answer.body as Buffer) : answer.body
        assert.ok(body.equals(found as Buffer), `${bytes} bytes, round ${round}`)
      }
    }
  }
})

test("what is sent and given back empties nothing that is kept, in whichever form a page was asked for first", async () => {
  const orders = [
    [false, false, true, false, true],
    [true, false, true, false],
    [false, true, true, true, false],
  ]
  for (const [bytes, order] of [10, 2000, 100_000].flatMap((size) => orders.map((order) => [size, order] as const))) {
    const cache = new ReplyCache(() => "same")
    const body = random(bytes)
    for (const [i, zipped] of order.entries()) {
      const answer = await cache.answer("k", zipped, async () => reply("text/plain", [new Uint8Array(body)]))
      const sent = Buffer.concat(piecesOf(answer.body))
      const found = answer.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent
      assert.ok(found.equals(body), `${bytes} bytes, ${order}, request ${i}`)
      cache.remember(String(zipped), "same", answer)
      const again = cache.recall(String(zipped)) ?? answer
      assert.equal(again.headers["content-encoding"], answer.headers["content-encoding"])
      if (answer.passing === true) piecesOf(answer.body).forEach(release)
    }
  }
})

test("a page too large to share the room is answered and not kept", async () => {
  const cache = new ReplyCache(() => "same")
  const { made, make } = source(BOUND / 8 + 1)
  for (let i = 0; i < 2; i++) assert.equal((await cache.answer("k", false, make("k"))).body.length, BOUND / 8 + 1)
  assert.deepEqual(made, ["k", "k"])
})

test("a packed page is packed once and unpacks to the plain one; the small stay as they are", async () => {
  const cache = new ReplyCache(() => "same")
  const text = JSON.stringify(Array.from({ length: 300 }, (_, i) => ({ id: i })))
  for (let round = 0; round < 2; round++) await cache.answer("k", true, async () => reply("text/plain", text))
  const plain = await cache.answer("k", false, () => Promise.reject(new Error("made twice")))
  const zipped = await cache.answer("k", true, () => Promise.reject(new Error("made twice")))
  assert.deepEqual([plain.body, plain.headers["content-encoding"]], [text, undefined])
  assert.equal(zipped.headers["content-encoding"], "gzip")
  assert.match(String(zipped.headers.vary), /accept-encoding/)
  assert.equal(gunzipSync(zipped.body as Buffer).toString(), text)
  assert.equal(await cache.answer("k", true, () => Promise.reject(new Error("packed twice"))), zipped)
  const small = await cache.answer("s", true, async () => reply("text/plain", "{}"))
  assert.deepEqual([small.body, small.headers["content-encoding"]], ["{}", undefined])
})

test("an answer that could not be made is not kept", async () => {
  const cache = new ReplyCache(() => "same")
  await assert.rejects(
    cache.answer("k", true, () => Promise.reject(new Error("no"))),
    /no/,
  )
  const { body } = await cache.answer("k", true, async () => reply("text/plain", "{}"))
  assert.equal(body, "{}")
})

test("clients that ask for the same page at once all get it", async () => {
  const cache = new ReplyCache(() => "same")
  const body = random(2000)
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => cache.answer("k", i % 2 === 0, async () => reply("text/plain", body))),
  )
  for (const [i, answer] of answers.entries()) {
    assert.deepEqual(i % 2 === 0 ? gunzipSync(answer.body as Buffer) : answer.body, body)
  }
})
