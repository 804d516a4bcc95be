import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import { growTree } from "../../test/support/sample-log.ts"
import { EMPTY_ROOT, leafHash, nodeHash } from "./merkle.ts"
import {
  consistencyProof,
  type HashReader,
  inclusionProof,
  subtreeProof,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "./proofs.ts"

const VECTORS = join(import.meta.dirname, "../../../shared/reference/vectors/merkle/testdata")

type Case = Record<"leafIdx" | "treeSize" | "start" | "end" | "size" | "size1" | "size2", number> &
  Record<"root" | "leafHash" | "root1" | "root2" | "desc", string> & { proof: string[] | null; wantErr: boolean }

const bytes = (text: string) => Buffer.from(text, "base64")

const kinds: [folder: string, cases: number, verify: (c: Case, proof: Buffer[]) => boolean][] = [
  ["inclusion", 98, (c, p) => verifyInclusion(c.leafIdx, c.treeSize, bytes(c.leafHash), p, bytes(c.root))],
  ["consistency", 98, (c, p) => verifyConsistency(c.size1, c.size2, p, bytes(c.root1), bytes(c.root2))],
  [
    "subtreeinclusion",
    204,
    (c, p) => verifySubtreeInclusion(c.leafIdx, c.start, c.end, bytes(c.leafHash), p, bytes(c.root)),
  ],
  [
    "subtreeconsistency",
    118,
    (c, p) => verifySubtreeConsistency(c.start, c.end, c.size, p, bytes(c.root1), bytes(c.root2)),
  ],
]

for (const [folder, count, verify] of kinds) {
  test(`${folder} proofs of transparency-dev/merkle are judged as its authors judge them`, (t) => {
    const path = join(VECTORS, folder)
    if (!existsSync(path)) return t.diagnostic(`0 of ${count} cases ran: ../shared is not there`)
    const files = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"))
    for (const name of files) {
      const found = JSON.parse(readFileSync(join(path, name), "utf8")) as Case
      assert.equal(verify(found, (found.proof ?? []).map(bytes)), !found.wantErr, `${name}: ${found.desc}`)
    }
    assert.equal(files.length, count)
    t.diagnostic(`${files.length} of ${count} cases ran`)
  })
}

/** RFC 6962 section 2.1, word for word. */
function rootByDefinition(hashes: readonly Buffer[]): Buffer {
  const [first = EMPTY_ROOT, ...others] = hashes
  if (others.length === 0) return first
  let middle = 1
  while (middle * 2 < hashes.length) middle *= 2
  return nodeHash(rootByDefinition(hashes.slice(0, middle)), rootByDefinition(hashes.slice(middle)))
}

function sampleTree(size: number) {
  const leaves = Array.from({ length: size }, (_, i) => Buffer.from(`leaf ${i}`))
  const { edge, read } = growTree(leaves)
  return { hashes: leaves.map(leafHash), root: edge.root(), read }
}

const big = sampleTree(3000)
const size = fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constantFrom(1, 2, 255, 256, 257, 512, 2048, 2049, 3000))
const rootOf = (end: number, start = 0) => rootByDefinition(big.hashes.slice(start, end))

/** A reader for an earlier size of the big tree: it must never be asked for what that size did not have. */
function readerAt(limit: number): HashReader {
  return (level, start, end) => {
    assert.ok(start < end && end - start <= 256 && end <= Math.floor(limit / 256 ** level))
    return big.read(level, start, end)
  }
}

function flipped(hash: Buffer, bit: number): Buffer {
  const copy = Buffer.from(hash)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

test("an inclusion proof built from tiles verifies, and no longer once any bit, place or size differs", () => {
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), fc.nat({ max: 255 }), (n, at, which, bit) => {
      const index = at % n
      const leaf = big.hashes[index] as Buffer
      const root = rootOf(n)
      const proof = inclusionProof(index, n, readerAt(n))
      assert.ok(verifyInclusion(index, n, leaf, proof, root))
      const bad = proof.map((hash, i) => (i === which % proof.length ? flipped(hash, bit) : hash))
      assert.ok(proof.length === 0 || !verifyInclusion(index, n, leaf, bad, root))
      assert.ok(!verifyInclusion(index, n, flipped(leaf, bit), proof, root))
      assert.ok(!verifyInclusion(index, n, leaf, proof, flipped(root, bit)))
      assert.ok(n === 1 || !verifyInclusion((index + 1) % n, n, leaf, proof, root))
      assert.ok(!verifyInclusion(index, n, leaf, [...proof, leaf], root))
      assert.ok(proof.length === 0 || !verifyInclusion(index, n, leaf, proof.slice(1), root))
    }),
    { numRuns: 300 },
  )
})

test("a consistency proof built from tiles verifies, and no longer once any bit or either root differs", () => {
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), fc.nat({ max: 255 }), (second, at, which, bit) => {
      const first = 1 + (at % second)
      const [older, newer] = [rootOf(first), rootOf(second)]
      const proof = consistencyProof(first, second, readerAt(second))
      assert.ok(verifyConsistency(first, second, proof, older, newer))
      const bad = proof.map((hash, i) => (i === which % proof.length ? flipped(hash, bit) : hash))
      assert.ok(proof.length === 0 || !verifyConsistency(first, second, bad, older, newer))
      assert.ok(!verifyConsistency(first, second, proof, flipped(older, bit), newer))
      assert.ok(!verifyConsistency(first, second, proof, older, flipped(newer, bit)))
      assert.ok(!verifyConsistency(first, second, [...proof, older], older, newer))
    }),
    { numRuns: 300 },
  )
})

test("a subtree proof built from tiles verifies against the root of exactly that subtree", () => {
  fc.assert(
    fc.property(size, fc.nat(), fc.nat({ max: 11 }), fc.nat(), fc.nat({ max: 255 }), (n, at, height, width, bit) => {
      const block = 2 ** height
      const start = Math.floor((at % n) / block) * block
      const end = Math.min(n, start + Math.floor(block / 2) + 1 + (width % Math.ceil(block / 2)))
      const root = rootOf(end, start)
      const proof = subtreeProof(start, end, n, readerAt(n))
      assert.ok(verifySubtreeConsistency(start, end, n, proof, root, rootOf(n)))
      assert.ok(!verifySubtreeConsistency(start, end, n, proof, flipped(root, bit), rootOf(n)))
      const inner = inclusionProof(0, end - start, (level, from, to) => {
        const shifted = start / 256 ** level
        return level === 0 ? big.hashes.slice(start + from, start + to) : big.read(level, shifted + from, shifted + to)
      })
      assert.ok(verifySubtreeInclusion(start, start, end, big.hashes[start] as Buffer, inner, root))
    }),
    { numRuns: 300 },
  )
})

test("no proof exists for an entry or an older tree that is not there", () => {
  for (const [start, end, n] of [
    [5, 6, 5],
    [0, 0, 5],
    [0, 6, 5],
    [1, 3, 8],
    [-1, 0, 8],
    [0.5, 1, 8],
  ] as const) {
    assert.throws(() => subtreeProof(start, end, n, big.read), RangeError)
  }
})

test("sizes beyond 2^53 and negative ones are refused, not rounded", () => {
  const leaf = big.hashes[0] as Buffer
  for (const n of [2 ** 53, 2 ** 64, Number.POSITIVE_INFINITY, Number.NaN, -1, 0, 0.5]) {
    assert.equal(verifyInclusion(0, n, leaf, [], leaf), false)
    assert.equal(verifyConsistency(n, n, [], leaf, leaf), false)
  }
})
