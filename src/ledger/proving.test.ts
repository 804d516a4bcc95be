import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type InProcess, openInProcess } from "../../test/support/node-in-process.ts"
import { growTree } from "../../test/support/sample-log.ts"
import { random } from "../kernel/hash.ts"
import { leafBytes } from "./entry.ts"
import { appendEntry, createLog, nextInstant, openLog } from "./log.ts"
import { leafHash } from "./merkle.ts"
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from "./proofs.ts"
import { proofFile, proveConsistency, proveInclusion } from "./proving.ts"
import { findLog } from "./queries.ts"

type Grown = { key: number; held: Buffer[]; reads: number; commitments(from: number, to: number): Promise<Buffer[]> }

async function grow(node: InProcess, ...counts: number[]): Promise<Grown> {
  const key = await node.store.write((tx) => createLog(tx, "collection"))
  const held: Buffer[] = []
  const grown: Grown = {
    ...{ key, held, reads: 0 },
    commitments: async (from, to) => {
      grown.reads += to - from
      return held.slice(from, to)
    },
  }
  for (const count of counts) {
    await node.store.write(async (tx) => {
      const log = await openLog(tx, key)
      for (let i = 0; i < count; i++) {
        const h = random(32)
        nextInstant(tx, log)
        held[appendEntry(log, h)] = h
      }
    })
  }
  return grown
}

/** The tree of the first `size` entries, kept apart from the store. */
const treeOf = ({ held }: Grown, size: number) => growTree(held.slice(0, size).map((h, seq) => leafBytes(seq, h)))
const leafOf = ({ held }: Grown, seq: number) => leafHash(leafBytes(seq, held[seq] as Buffer))

test("every entry of a log is proven under its checkpoint, as one who holds all hashes would prove it", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  for (const counts of [[1], [2, 1], [250, 5], [256], [200, 57], [300, 300, 113]]) {
    const grown = await grow(node, ...counts)
    const log = await findLog(node.store, grown.key)
    const { edge, read } = treeOf(grown, log.size)
    for (let seq = 0; seq < log.size; seq += seq > 8 && seq < log.size - 8 ? 7 : 1) {
      const proof = await proveInclusion(node.store, log, seq, grown.commitments)
      assert.ok(verifyInclusion(seq, log.size, leafOf(grown, seq), proof, edge.root()), `${seq} of ${log.size}`)
      assert.deepEqual(proof, inclusionProof(seq, log.size, read))
    }
  }
})

test("a log is proven to continue itself between any two of its sizes", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const grown = await grow(node, 255, 2, 400, 300)
  const log = await findLog(node.store, grown.key)
  const sizes = fc.tuple(fc.integer({ min: 1, max: log.size }), fc.integer({ min: 1, max: log.size }))
  const holds = async ([a, b]: [number, number]) => {
    const [first, second] = [Math.min(a, b), Math.max(a, b)]
    const proof = await proveConsistency(node.store, log, first, second, grown.commitments)
    const [older, newer] = [treeOf(grown, first), treeOf(grown, second)]
    assert.deepEqual(proof, consistencyProof(first, second, newer.read))
    assert.ok(verifyConsistency(first, second, proof, older.edge.root(), newer.edge.root()))
  }
  const examples: [number, number][] = [1, 255, 256, 257, 512, 957].map((first) => [first, log.size])
  await fc.assert(fc.asyncProperty(sizes, holds), {
    numRuns: 40,
    examples: examples.map((pair): [[number, number]] => [pair]),
  })
})

test("a proof in a log of three tile levels reads some tiles, not the log", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const grown = await grow(node, ...Array.from({ length: 14 }, () => 5000))
  const log = await findLog(node.store, grown.key)
  assert.equal(node.meddle("select max(level) as top from log_node where log = ?", grown.key)[0]?.top, 2)
  const { edge } = treeOf(grown, log.size)
  for (const seq of [0, 40_000, 65_535, 65_536, 69_999]) {
    const proof = await proveInclusion(node.store, log, seq, grown.commitments)
    assert.ok(verifyInclusion(seq, log.size, leafOf(grown, seq), proof, edge.root()))
  }
  const older = treeOf(grown, 65_600)
  const proof = await proveConsistency(node.store, log, 65_600, log.size, grown.commitments)
  assert.ok(verifyConsistency(65_600, log.size, proof, older.edge.root(), edge.root()))
  assert.ok(grown.reads < 6 * 4 * 256, `${grown.reads} leaves read`)
})

test("what a log does not have is not proven", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const grown = await grow(node, 10)
  const log = await findLog(node.store, grown.key)
  for (const seq of [-1, 10, 0.5]) {
    await assert.rejects(proveInclusion(node.store, log, seq, grown.commitments), RangeError)
  }
  for (const [first, second] of [
    [0, 10],
    [5, 11],
    [6, 5],
  ] as const) {
    await assert.rejects(proveConsistency(node.store, log, first, second, grown.commitments), RangeError)
  }
})

test("a store that lost or changed a hash gives no proof rather than a wrong one", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const grown = await grow(node, 600)
  const log = await findLog(node.store, grown.key)
  const attempts = () => [
    proveInclusion(node.store, log, 599, grown.commitments),
    proveConsistency(node.store, log, 300, 600, grown.commitments),
  ]
  const changed = grown.held[599] as Buffer
  grown.held[599] = random(32)
  for (const attempt of attempts()) await assert.rejects(attempt, /does not prove/)
  grown.held[599] = changed
  node.meddle("update log_node set hash = ? where log = ? and position = 0", random(32), grown.key)
  for (const attempt of attempts()) await assert.rejects(attempt, /does not prove/)
  node.meddle("delete from log_node where log = ? and position = 0", grown.key)
  for (const attempt of attempts()) await assert.rejects(attempt, /has 1 hashes/)
})

test("a proof file has the lines of C2SP tlog-proof, and the checkpoint in it verbatim", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const grown = await grow(node, 3)
  const log = await findLog(node.store, grown.key)
  const leaf = leafBytes(2, grown.held[2] as Buffer)
  const hashes = await proveInclusion(node.store, log, 2, grown.commitments)
  const left = treeOf(grown, 2).edge.root()
  assert.deepEqual(hashes, [left])
  const head = `c2sp.org/tlog-proof@v1\nextra ${leaf.toString("base64")}\nindex 2\n${left.toString("base64")}\n\n`
  assert.equal(proofFile(log, 2, leaf, hashes), head + log.checkpoint)
  const alone = await findLog(node.store, (await grow(node, 1)).key)
  assert.match(proofFile(alone, 0, leaf, []), /\nindex 0\n\ncomity\//)
})
