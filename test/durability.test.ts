import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { call } from "./support/http.ts"
import { inject, missing } from "./support/inject.ts"
import {
  assertKept,
  assertVerifies,
  morePromised,
  newPromises,
  type Promises,
  write,
  writeAndErase,
} from "./support/load.ts"
import { comity, command, run, signal, startNode, type TestNode } from "./support/node.ts"
import { indicator, text } from "./support/stix.ts"
import { basic, type Taxii, taxii } from "./support/taxii.ts"
import { tempFolder } from "./support/temp.ts"

const PASSWORD = "kept through every fall"
const KIB = 1024
const KILLS = 10

type Store = { data: string; collection: string }

async function newStore(data = join(tempFolder(), "d")): Promise<Store> {
  const collection = randomUUID()
  await run(["collection", "add", "Kept", "--data", data, "--id", collection])
  const account = ["account", "add", "writer", "--data", data, "--grant", `${collection}:rw`]
  await run(account, { COMITY_PASSWORD: PASSWORD })
  return { data, collection }
}

function writer(node: TestNode): Taxii {
  return taxii(() => node.url, basic("writer", PASSWORD))
}

test(`killed at ${KILLS} random moments under load, a node loses nothing that it acknowledged`, async (t) => {
  const { data, collection } = await newStore()
  const record = newPromises()
  const moments: number[] = []
  for (let round = 0; round < KILLS; round++) {
    const node = await startNode({ data })
    await assertKept(writer(node), collection, record)
    const writers = [[1], [1, 20], [20, 1, 150]].map((sizes) => write(writer(node), collection, record, { sizes }))
    const eraser = writeAndErase(writer(node), collection, record)
    await morePromised(record, 1)
    const moment = Math.floor(Math.random() * 600)
    moments.push(moment)
    await sleep(moment)
    await node.kill()
    assert.deepEqual(await Promise.all(writers), [0, 0, 0], "a writer was answered with something other than 202")
    await eraser
    if (round % 3 === 0) await assertVerifies(data, collection)
  }
  const node = await startNode({ data })
  await assertKept(writer(node), collection, record)
  await assertVerifies(data, collection)
  await node.stop()
  t.diagnostic(
    `killed after ${moments.join(", ")} ms; of ${record.sent.size} sent ${record.promised.size} were promised and ${record.erased.size} erased`,
  )
})

test("killed at a random moment of its very first start, a node starts whole the next time", async (t) => {
  const moments = Array.from({ length: 6 }, () => Math.floor(Math.random() * 60))
  for (const moment of moments) {
    const data = join(tempFolder(), "d")
    await comity(["serve", "--data", data, "--port", "0"], { watch: (pid) => killAfter(pid, moment, data) })
    const node = await startNode({ data })
    await run(["collection", "add", "Kept", "--alias", "kept", "--data", data])
    await assertVerifies(data, "kept")
    assert.deepEqual(await node.stop(), { code: 0, signal: null }, node.stderr())
  }
  t.diagnostic(`killed ${moments.join(", ")} ms after the data folder appeared`)
})

/** Kills a starting process some milliseconds after its data folder appeared. */
function killAfter(pid: number, moment: number, folder: string): void {
  const timer = setInterval(() => {
    const alive = signal(pid, 0)
    if (alive && !existsSync(folder)) return
    clearInterval(timer)
    setTimeout(() => signal(pid, "SIGKILL"), moment)
  }, 1)
}

test("asked to stop under load, a node ends with 0 and keeps what it acknowledged", async () => {
  const { data, collection } = await newStore()
  const record = newPromises()
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    const node = await startNode({ data })
    const writers = [[1], [50]].map((sizes) => write(writer(node), collection, record, { sizes }))
    await morePromised(record, 60)
    process.kill(node.pid, name)
    assert.deepEqual(await node.exited, { code: 0, signal: null }, node.stderr())
    await Promise.all(writers)
    const again = await startNode({ data })
    await assertKept(writer(again), collection, record)
    await again.stop()
  }
  await assertVerifies(data, collection)
})

/** Where a write can break: what is injected, and whether the node ends itself (false) or is killed there (true). */
const FAULTS: [fault: string, killed: boolean][] = [
  ["fsync,fdatasync:error=EIO:when=1", false],
  ["fsync,fdatasync:error=EIO:when=4", false],
  ["pwrite64:error=EIO:when=1", false],
  ["pwrite64:error=EIO:when=7", false],
  ["fsync,fdatasync:signal=KILL:when=2", true],
  ["pwrite64:signal=KILL:when=1", true],
  ["pwrite64:signal=KILL:when=6", true],
]

test("at an I/O error a node ends without a promise it cannot keep, and starts again without repair", async (t) => {
  const reason = missing()
  if (reason) return t.diagnostic(`not run, 0 of ${FAULTS.length} faults: ${reason}`)
  const { data, collection } = await newStore()
  const record = newPromises()
  for (const [fault, killed] of FAULTS) {
    const node = await startNode({ data })
    await write(writer(node), collection, record, { sizes: [5], stop: stopAfter(2) })
    const tracer = await inject(node.pid, fault)
    const status = await write(writer(node), collection, record, { sizes: [1, 10], stop: stopAfter(200) })
    assert.notEqual(status, 202, `${fault}: the fault was never met, or the node went on`)
    const exit = await Promise.race([node.exited, sleep(10_000, null, { ref: false })])
    assert.ok(exit, `${fault}: the node lives on`)
    if (killed) assert.equal(exit.signal, "SIGKILL", fault)
    else assert.ok(exit.code !== 0 && exit.code !== null, `${fault}: ended with ${exit.code} ${exit.signal}`)
    tracer.kill("SIGKILL")
    const again = await startNode({ data })
    await assertKept(writer(again), collection, record)
    await assertVerifies(data, collection)
    await write(writer(again), collection, record, { sizes: [1], stop: stopAfter(1) })
    await again.stop()
  }
  await assertVerifies(data, collection)
  t.diagnostic(
    `${FAULTS.length} of ${FAULTS.length} faults injected; ${record.promised.size} objects promised and kept`,
  )
})

function stopAfter(rounds: number): () => boolean {
  let left = rounds
  return () => left-- <= 0
}

function large(rounds: number) {
  return { sizes: [1], description: "d".repeat(100 * KIB), stop: stopAfter(rounds) }
}

async function assertReadableWhileFull(node: TestNode, collection: string, record: Promises) {
  assert.equal((await call("GET", `${node.url}/health`)).status, 200)
  await assertKept(writer(node), collection, record)
  assert.equal((await writer(node).get(`/log/${collection}/checkpoint`, { accept: null })).status, 200)
}

test("at its own limit of size a node answers 507 and reads on; with a larger limit it writes on", async () => {
  const { data, collection } = await newStore()
  const record = newPromises()
  const node = await startNode({ data, args: ["--max-store-mib", "16"] })
  assert.equal(await write(writer(node), collection, record, large(2_000)), 507)
  assert.ok(record.promised.size > 10 && record.promised.size < 400, `${record.promised.size} objects fitted`)
  await assertReadableWhileFull(node, collection, record)
  await node.stop()
  const larger = await startNode({ data, args: ["--max-store-mib", "64"] })
  assert.equal(await write(writer(larger), collection, record, large(20)), 202)
  await assertKept(writer(larger), collection, record)
  await larger.stop()
  await assertVerifies(data, collection)
})

test("on a full disk a node answers 507, loses nothing, and writes on by itself once there is room", async (t) => {
  const disk = join(tempFolder(), "m")
  mkdirSync(disk)
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=32m", "none", disk])
  if (mounted.status !== 0)
    return t.diagnostic(`not run: mounting a small disk is not permitted here: ${mounted.stderr}`)
  after(() => spawnSync("umount", ["-l", disk]))
  const filler = join(disk, "filler")
  writeFileSync(filler, Buffer.alloc(12 * KIB * KIB))
  const { data, collection } = await newStore(join(disk, "d"))
  const record = newPromises()
  const node = await startNode({ data })
  assert.equal(await write(writer(node), collection, record, large(2_000)), 507, node.stderr())
  assert.ok(record.promised.size > 10, `${record.promised.size} objects fitted`)
  await assertReadableWhileFull(node, collection, record)
  rmSync(filler)
  assert.equal(await write(writer(node), collection, record, large(20)), 202)
  await assertKept(writer(node), collection, record)
  assert.deepEqual(await node.stop(), { code: 0, signal: null }, node.stderr())
  await assertVerifies(data, collection)
  t.diagnostic(`${record.promised.size} objects promised on a disk of 32 MiB`)
})

test("one changed letter in what is stored is found by log verify, and named", async () => {
  const { data, collection } = await newStore()
  const node = await startNode({ data })
  const marked = indicator({ name: "unmistakable-letters" })
  await writer(node).put(collection, ...Array.from({ length: 9 }, () => indicator()), marked)
  await node.stop()
  await assertVerifies(data, collection)
  assert.ok(replaceIn(data, text(marked), text({ ...marked, name: "unmistakable-lettres" })) > 0)
  const { status, stdout, stderr } = await command(["log", "verify", "--data", data, "--collection", collection])
  assert.equal(status, 1)
  assert.match(stdout + stderr, /\b9\b/, "the entry with the changed letter is number 9")
})

/** Changes bytes in the files of a stopped node behind its back; how many places were changed. */
function replaceIn(folder: string, from: string, to: string): number {
  let changed = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = readFileSync(path)
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1), changed++) bytes.write(to, at)
    writeFileSync(path, bytes)
  }
  return changed
}
