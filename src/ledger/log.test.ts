import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type InProcess, openInProcess, START } from "../../test/support/node-in-process.ts"
import { growTree } from "../../test/support/sample-log.ts"
import { random } from "../kernel/hash.ts"
import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import type { Tx } from "../store/index.ts"
import { openCheckpoint } from "./checkpoint.ts"
import { leafBytes } from "./entry.ts"
import { logFile } from "./files.ts"
import { appendEntry, createLog, nextInstant, openLog } from "./log.ts"
import { verifierOf } from "./note.ts"
import { consistencyProof, verifyConsistency } from "./proofs.ts"
import { findLog } from "./queries.ts"
import { formatTilePath, type TileRequest, tilesOf } from "./tiles.ts"

/** Appends so many entries and says which commitments they had. */
async function append(tx: Tx, key: number, count: number): Promise<Buffer[]> {
  const log = await openLog(tx, key)
  return Array.from({ length: count }, () => {
    const h = random(32)
    nextInstant(tx, log)
    appendEntry(log, h)
    return h
  })
}

const leavesOf = (commitments: readonly Buffer[]) => commitments.map((h, seq) => leafBytes(seq, h))

async function checkpointOf(node: InProcess, key: number) {
  const row = await findLog(node.store, key)
  const { size, root } = openCheckpoint(row.checkpoint, verifierOf(row.origin, node.signer.publicKey))
  assert.equal(size, row.size)
  return { size, root }
}

async function checkGrowth(
  node: InProcess,
  key: number,
  held: readonly Buffer[],
  before: { size: number; root: Buffer },
) {
  const after = await checkpointOf(node, key)
  const { edge, read } = growTree(leavesOf(held))
  assert.deepEqual(after, { size: held.length, root: edge.root() })
  if (before.size === 0) return
  const proof = consistencyProof(before.size, after.size, read)
  assert.ok(verifyConsistency(before.size, after.size, proof, before.root, after.root))
}

type Step = { appends: { log: number; count: number }[]; fails: boolean }
const step: fc.Arbitrary<Step> = fc.record({
  appends: fc.array(fc.record({ log: fc.nat({ max: 1 }), count: fc.nat({ max: 90 }) }), { maxLength: 3 }),
  fails: fc.boolean(),
})

test("whatever transactions did or failed to do, each log's signed root is that of one tree over its entries", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const history = async (steps: Step[]) => {
    const keys = await node.store.write(async (tx) => [
      await createLog(tx, "collection"),
      await createLog(tx, "collection"),
    ])
    const held: Buffer[][] = [[], []]
    for (const { appends, fails } of steps) {
      const before = await Promise.all(keys.map((key) => checkpointOf(node, key)))
      const added: Buffer[][] = [[], []]
      const work = node.store.write(async (tx) => {
        for (const { log, count } of appends) added[log]?.push(...(await append(tx, keys[log] ?? 0, count)))
        if (fails) throw new Error("not after all")
      })
      if (fails) await assert.rejects(work, /not after all/)
      else {
        await work
        held.forEach((list, i) => void list.push(...(added[i] ?? [])))
      }
      for (const [i, key] of keys.entries()) {
        await checkGrowth(node, key, held[i] ?? [], before[i] ?? { size: 0, root: Buffer.alloc(0) })
      }
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), history), { numRuns: 12 })
})

test("writes that share a commit share its checkpoint, and one that fails among them leaves no trace", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const key = await node.store.write((tx) => createLog(tx, "collection"))
  const held: Buffer[] = []
  const work = Array.from({ length: 30 }, (_, i) =>
    node.store.write(async (tx) => {
      const added = await append(tx, key, 3)
      if (i % 7 === 3) throw new Error("no")
      return added
    }),
  )
  for (const one of await Promise.allSettled(work)) if (one.status === "fulfilled") held.push(...one.value)
  assert.equal(held.length, 26 * 3)
  await checkGrowth(node, key, held, { size: 0, root: Buffer.alloc(0) })
  assert.deepEqual(node.meddle("select count(*) as n from log_node where log = ?", key)[0]?.n, 0)
})

test("every tile of a log, whole or partial, is a file; no other path is", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const key = await node.store.write((tx) => createLog(tx, "collection"))
  const held: Buffer[] = []
  for (const count of [1, 254, 1, 300, 300]) held.push(...(await node.store.write((tx) => append(tx, key, count))))
  const row = await findLog(node.store, key)
  const { levels } = growTree(leavesOf(held))
  const file = (path: string) => logFile(node.store, row, path, async (from, to) => held.slice(from, to))
  const tiles = [...tilesOf(held.length)]
  const levelsSeen = new Set(tiles.map((tile) => (tile.of === "hashes" ? tile.level : "entries")))
  assert.deepEqual([...levelsSeen], ["entries", 0, 1])
  for (const tile of tiles) assert.deepEqual((await file(formatTilePath(tile)))?.bytes, expected(tile, held, levels))
  assert.equal((await file("tile/0/000.p/17"))?.bytes.length, 17 * 32)
  assert.deepEqual((await file("checkpoint"))?.bytes.toString(), row.checkpoint)
  const none = ["", "tile", "tile/0/004", "tile/0/003.p/89", "tile/1/000", "tile/1/000.p/4", "tile/2/000.p/1"]
  const odd = ["tile/0/3", "tile/00/000", "checkpoint/", "/checkpoint", "tile/0/../checkpoint", "tile/entries/003"]
  for (const path of [...none, ...odd]) assert.equal(await file(path), null, path)
  assert.equal((await file("checkpoint"))?.immutable, false)
  assert.equal((await file("tile/0/000"))?.immutable, true)
})

function expected(tile: TileRequest, held: readonly Buffer[], levels: readonly Buffer[][]): Buffer {
  if (tile.of === "hashes") return Buffer.concat((levels[tile.level] ?? []).slice(tile.start, tile.end))
  const entries = leavesOf(held).slice(tile.start, tile.end)
  return Buffer.concat(entries.flatMap((entry) => [Buffer.of(0, entry.length), entry]))
}

test("times of entries rise by at least a microsecond, also when the machine's clock is set back", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const key = await node.store.write((tx) => createLog(tx, "collection"))
  const seen: Instant[] = []
  const times = () =>
    node.store.write(async (tx) => {
      const log = await openLog(tx, key)
      const three = [nextInstant(tx, log), nextInstant(tx, log), nextInstant(tx, log)]
      seen.push(...three)
      return three
    })
  const plus = (microseconds: number) => plusMicroseconds(START, microseconds)
  assert.deepEqual(await times(), [plus(0), plus(1), plus(2)])
  assert.deepEqual(await times(), [plus(3), plus(4), plus(5)])
  node.clock.set(plus(-3_600_000_000))
  assert.deepEqual(await times(), [plus(6), plus(7), plus(8)])
  node.clock.set(plus(1_000_000))
  assert.deepEqual(await times(), [plus(1_000_000), plus(1_000_001), plus(1_000_002)])
  node.clock.set(plus(5))
  await node.reopen()
  assert.deepEqual(await times(), [plus(1_000_003), plus(1_000_004), plus(1_000_005)])
  assert.deepEqual(
    seen,
    [...new Set(seen)].toSorted((a, b) => a - b),
  )
})

test("a log that does not exist cannot be opened, and two logs never share a name", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  await assert.rejects(
    node.store.write((tx) => openLog(tx, 4711)),
    { kind: "not-found", code: "log.unknown" },
  )
  const keys = await node.store.write(async (tx) => [
    await createLog(tx, "collection"),
    await createLog(tx, "collection"),
  ])
  const [first, second] = await Promise.all(keys.map((key) => findLog(node.store, key)))
  assert.notEqual(first?.origin, second?.origin)
  assert.match(first?.origin ?? "", /^comity\/[0-9a-f]{32}$/)
})
