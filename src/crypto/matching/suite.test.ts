import assert from "node:assert/strict"
import { createPrivateKey, createPublicKey, diffieHellman, randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import fc from "fast-check"
import sodium from "sodium-native"
import { toMontgomery } from "./convert.ts"
import { CHUNK, PREFIX_LONGEST } from "./engine.ts"
import { nativeEngine } from "./native.ts"
import { ITEM_LONGEST, pack } from "./packed.ts"
import { openSuite } from "./suite.ts"
import { wasmEngine } from "./wasm.ts"

const native = await openSuite("native")
const wasm = await openSuite("wasm")
const dst = Buffer.from("COMITY-PSI-v1-ED25519-UNIFORM-X25519-v1\0run")
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const refusal = (code: string) => ({ name: "ComityError", kind: "invalid", code })

test("machine code is taken where it loads, and both providers give the same bytes", async () => {
  assert.equal((await openSuite()).provider, "native")
  const items = pack(Array.from({ length: CHUNK + 76 }, (_, i) => randomBytes(i % 90)))
  const key = randomBytes(32)
  const [one, other] = [native, wasm].map((suite) => {
    const points = new Uint8Array(items.ends.length * 32)
    suite.hashToPoints(dst, items, points)
    const masked = new Uint8Array(points.length)
    suite.multiply(key, points, masked)
    return hex(points) + hex(masked)
  })
  assert.ok(one === other)
})

test("the suite gives the bytes that others can check themselves against", () => {
  const { cases } = vectors("suite")
  for (const suite of [native, wasm])
    for (const { dst, item, key, point, masked } of cases) {
      const into = new Uint8Array(32)
      suite.hashToPoints(Buffer.from(dst, "hex"), pack([Buffer.from(item, "hex")]), into)
      assert.equal(hex(into), point)
      suite.multiply(Buffer.from(key, "hex"), into, into)
      assert.equal(hex(into), masked)
    }
  assert.ok(cases.length >= 5)
})

test("the conversion agrees with libsodium's own on every point that it takes", () => {
  const points = new Uint8Array(1_500 * 32)
  const uniform = randomBytes(points.length)
  const expected = new Uint8Array(points.length)
  for (let at = 0; at < points.length; at += 32) {
    const point = points.subarray(at, at + 32)
    sodium.crypto_core_ed25519_from_uniform(point, uniform.subarray(at, at + 32))
    sodium.crypto_sign_ed25519_pk_to_curve25519(expected.subarray(at, at + 32), point)
  }
  const converted = new Uint8Array(points.length)
  toMontgomery(points, converted)
  assert.equal(hex(converted), hex(expected))
})

test("the conversion agrees with plain arithmetic for any y, alone and beside the one that has no u", () => {
  const p = 2n ** 255n - 19n
  const edges = [0n, 1n, 2n, 18n, 19n, 0xffffffn, 2n ** 128n, 2n ** 240n - 1n, p - 1n, p - 2n, p - 19n, 2n ** 254n]
  const anyY = fc.oneof(fc.constantFrom(...edges), fc.bigInt(0n, p - 1n))
  fc.assert(
    fc.property(fc.array(fc.tuple(anyY, fc.boolean()), { minLength: 1, maxLength: 8 }), (list) => {
      const points = Buffer.concat(list.map(([y, sign]) => encoded(y | (sign ? 2n ** 255n : 0n))))
      const into = new Uint8Array(points.length)
      toMontgomery(points, into)
      const expected = list.map(([y]) => encoded(((1n + y) * power((p + 1n - y) % p, p - 2n, p)) % p))
      assert.equal(hex(into), hex(Buffer.concat(expected)))
    }),
    { numRuns: 60 },
  )
})

test("X25519 of both providers is the one of RFC 7748, also after 1,000 steps", async () => {
  const { once, ladder } = vectors("x25519")
  for (const engine of [await nativeEngine(), await wasmEngine()]) {
    const into = new Uint8Array(32)
    for (const { scalar, point, product } of once) {
      assert.ok(engine.multiply(Buffer.from(scalar, "hex"), Buffer.from(point, "hex"), into))
      assert.equal(hex(into), product)
    }
    let [key, point] = [encoded(9n), encoded(9n)]
    const found: string[] = []
    for (let step = 1; step <= 1_000; step++) {
      engine.multiply(key, point, into)
      ;[key, point] = [Buffer.from(into), key]
      if (ladder.some(({ times }) => times === step)) found.push(hex(key))
    }
    assert.deepEqual(
      found,
      ladder.map(({ result }) => result),
    )
  }
})

test("X25519 is that of Node's own library for points and keys at random", () => {
  const points = new Uint8Array(64 * 32)
  native.randomPoints(64, points)
  const key = randomBytes(32)
  const masked = new Uint8Array(points.length)
  native.multiply(key, points, masked)
  const privateKey = createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), key]),
    format: "der",
    type: "pkcs8",
  })
  for (let at = 0; at < points.length; at += 32) {
    const der = Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), points.subarray(at, at + 32)])
    const publicKey = createPublicKey({ key: der, format: "der", type: "spki" })
    assert.equal(hex(diffieHellman({ privateKey, publicKey })), hex(masked.subarray(at, at + 32)))
  }
})

test("two parties who mask one after the other meet at the same point, whatever their order", () => {
  const items = pack([Buffer.from("an item"), Buffer.from("another")])
  const points = new Uint8Array(64)
  native.hashToPoints(dst, items, points)
  const [a, b] = [randomBytes(32), randomBytes(32)]
  const [ab, ba] = [new Uint8Array(64), new Uint8Array(64)]
  native.multiply(a, points, ab)
  native.multiply(b, ab, ab)
  wasm.multiply(b, points, ba)
  wasm.multiply(a, ba, ba)
  assert.equal(hex(ab), hex(ba))
})

test("points of low order and second spellings of a point are refused, and nothing is handed out", () => {
  const p = 2n ** 255n - 19n
  const { low } = vectors("low-order")
  const second = [p, p + 1n, p + 9n, 2n ** 255n - 1n, 2n ** 255n + 9n, 2n ** 256n - 1n].map((u) => hex(encoded(u)))
  for (const suite of [native, wasm])
    for (const bad of [...low, ...second]) {
      // Once in a chunk after the first, which costs what the chunk costs.
      const count = bad === low[0] ? CHUNK + 2 : 3
      const points = new Uint8Array(count * 32)
      suite.randomPoints(count, points)
      points.set(Buffer.from(bad, "hex"), (count - 2) * 32)
      const into = randomBytes(points.length)
      assert.throws(() => suite.multiply(randomBytes(32), points, into), refusal("match.point"), bad)
      assert.ok(into.every((byte) => byte === 0))
    }
  const largest = encoded(p - 2n)
  native.multiply(randomBytes(32), largest, new Uint8Array(32))
})

test("wrong sizes are refused", () => {
  for (const suite of [native, wasm]) {
    const wrong = [
      () => suite.multiply(randomBytes(31), new Uint8Array(32), new Uint8Array(32)),
      () => suite.multiply(randomBytes(32), new Uint8Array(33), new Uint8Array(33)),
      () => suite.multiply(randomBytes(32), new Uint8Array(64), new Uint8Array(32)),
      () => suite.hashToPoints(dst, pack([Buffer.of(1)]), new Uint8Array(64)),
      () => suite.hashToPoints(new Uint8Array(PREFIX_LONGEST + 1), pack([Buffer.of(1)]), new Uint8Array(32)),
      () => suite.mapToPoints(new Uint8Array(31), new Uint8Array(31)),
      () => suite.randomPoints(2, new Uint8Array(32)),
    ]
    for (const call of wrong) assert.throws(call, refusal("match.size"))
    const points = new Uint8Array(32)
    suite.hashToPoints(dst, pack([new Uint8Array(ITEM_LONGEST)]), points)
    assert.throws(() => suite.hashToPoints(dst, pack([new Uint8Array(ITEM_LONGEST + 1)]), points), RangeError)
  }
})

test("dummies are points of the group that items come from, and no two are alike", () => {
  const points = new Uint8Array(300 * 32)
  native.randomPoints(300, points)
  const all = Array.from({ length: 300 }, (_, i) => hex(points.subarray(i * 32, i * 32 + 32)))
  assert.equal(new Set(all).size, 300)
  const again = new Uint8Array(64)
  wasm.mapToPoints(new Uint8Array(64).fill(7), again)
  assert.equal(hex(again.subarray(0, 32)), hex(again.subarray(32)))
})

type Vectors = {
  suite: { cases: { dst: string; item: string; key: string; point: string; masked: string }[] }
  x25519: {
    once: { scalar: string; point: string; product: string }[]
    ladder: { times: number; result: string }[]
  }
  "low-order": { low: string[] }
}

function vectors<Name extends keyof Vectors>(name: Name): Vectors[Name] {
  return JSON.parse(readFileSync(new URL(`../../../vectors/matching/${name}.json`, import.meta.url), "utf8"))
}

function encoded(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, "0"), "hex").reverse()
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus) if (e & 1n) result = (result * b) % modulus
  return result
}
