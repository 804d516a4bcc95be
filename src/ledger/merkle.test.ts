import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { growTree } from "../../test/support/sample-log.ts"
import { Edge, EMPTY_ROOT, leafHash, nodeHash } from "./merkle.ts"

/** RFC 6962 section 2.1, word for word. */
function rootByDefinition(hashes: readonly Buffer[]): Buffer {
  const [first = EMPTY_ROOT, ...others] = hashes
  if (others.length === 0) return first
  let middle = 1
  while (middle * 2 < hashes.length) middle *= 2
  return nodeHash(rootByDefinition(hashes.slice(0, middle)), rootByDefinition(hashes.slice(middle)))
}

const leavesOf = (size: number) => Array.from({ length: size }, (_, i) => Buffer.from(`leaf ${i}`))

test("a leaf and a node are hashed as RFC 6962 says, whatever the length of the entry", () => {
  // From RFC 6962's reference trees: SHA-256(0x00) and SHA-256(0x00 ‖ 0x00).
  assert.equal(
    leafHash(Buffer.alloc(0)).toString("hex"),
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  )
  assert.equal(
    leafHash(Buffer.alloc(1)).toString("hex"),
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
  )
  const [short, long] = [Buffer.alloc(511, 1), Buffer.alloc(5000, 1)]
  assert.notDeepEqual(leafHash(short), leafHash(long))
  assert.deepEqual(leafHash(short), leafHash(Buffer.from(short)))
})

test("the edge of a growing tree has at each size the root that the definition gives", () => {
  const hashes = leavesOf(600).map(leafHash)
  const edge = new Edge()
  assert.deepEqual(edge.root(), EMPTY_ROOT)
  for (const [i, hash] of hashes.entries()) {
    edge.append(hash)
    assert.equal(edge.size, i + 1)
    if (i < 70 || i % 37 === 0) assert.deepEqual(edge.root(), rootByDefinition(hashes.slice(0, i + 1)))
  }
})

test("an edge that was stored and read again goes on as if nothing had happened", () => {
  fc.assert(
    fc.property(fc.nat({ max: 700 }), fc.nat({ max: 300 }), (before, after) => {
      const hashes = leavesOf(before + after).map(leafHash)
      const whole = new Edge()
      for (const hash of hashes) whole.append(hash)
      const first = new Edge()
      for (const hash of hashes.slice(0, before)) first.append(hash)
      const second = new Edge(before, first.bytes())
      for (const hash of hashes.slice(before)) second.append(hash)
      assert.deepEqual(second.root(), whole.root())
      assert.deepEqual(second.bytes(), whole.bytes())
      assert.equal(second.size, whole.size)
    }),
    { numRuns: 40 },
  )
})

test("bytes that cannot be the edge of a tree of that size are refused", () => {
  for (const [size, length] of [
    [0, 32],
    [1, 0],
    [1, 31],
    [3, 32],
    [4, 64],
    [-1, 0],
    [1.5, 32],
    [2 ** 53, 32],
  ] as const) {
    assert.throws(() => new Edge(size, Buffer.alloc(length)), { code: "ledger.edge-malformed" })
  }
  assert.equal(new Edge(2 ** 40 + 1, Buffer.alloc(64)).size, 2 ** 40 + 1)
})

test("the edge reports each hash that tiles keep, once and in order, and nothing else", () => {
  const leaves = leavesOf(66_000)
  const { levels } = growTree(leaves)
  const hashes = leaves.map(leafHash)
  assert.deepEqual(
    levels.map((row) => row.length),
    [66_000, 257, 1],
  )
  assert.deepEqual(levels[0], hashes)
  assert.deepEqual(levels[1]?.[256], rootByDefinition(hashes.slice(256 * 256, 257 * 256)))
  assert.deepEqual(levels[2]?.[0], rootByDefinition(hashes.slice(0, 65_536)))
})
