import assert from "node:assert/strict"
import { existsSync, renameSync } from "node:fs"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { fakeClock } from "../../test/support/node-in-process.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { type KeyFiles, KeyRing, keyFiles, type OfflineKeys, readOfflineKeys } from "../crypto/index.ts"
import { verifyLogs } from "../library/index.ts"
import { claim, folderAt, Store } from "../store/index.ts"
import {
  inceptKeyLog,
  loadOrCreateKeys,
  ownKeyState,
  record,
  recoverKey,
  revokeKey,
  rotateKey,
  sealLogs,
  settleRing,
} from "./index.ts"

const QUICK = 4

/** A node's keys and store as they are after a start. */
type Started = { store: Store; files: KeyFiles; ring: KeyRing; database: string; offline: OfflineKeys }

const open = new Set<Store>()

/** As a stop of the node, also at the end of a test that did not get there. */
async function stop({ store }: Pick<Started, "store">): Promise<void> {
  if (open.delete(store)) await store.close()
}

async function start(t: TestContext, root = tempFolder()): Promise<Started> {
  const folder = folderAt(root)
  claim(folder)?.release()
  const files = keyFiles(folder.keys, QUICK)
  const ring = new KeyRing(loadOrCreateKeys(files, !existsSync(folder.database)))
  const clock = fakeClock()
  clock.forward(Math.floor(performance.now()) * 1000)
  const beforeCommit = (tx: Parameters<typeof sealLogs>[0]) => sealLogs(tx, ring)
  const store = new Store({
    path: folder.database,
    clock,
    beforeCommit,
    onFatal: (error) => assert.fail(String(error)),
    maxMib: 0,
  })
  open.add(store)
  t.after(() => stop({ store }))
  await inceptKeyLog(store, files)
  await settleRing(ring, store, files)
  const offline = files.sealed() ? (null as never) : { next: files.load("next"), recovery: files.load("recovery") }
  return { store, files, ring, database: folder.database, offline }
}

const note = ({ store }: Started) => store.write((tx) => record(tx, { what: "test.noted", by: null, facts: {} }))

async function problems({ database }: Started): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const step of verifyLogs(database, null)) if ("report" in step) found.push(...step.report.problems)
  return found
}

test("after a rotation the announced key signs every log, at once and after a restart", async (t) => {
  const root = tempFolder()
  const node = await start(t, root)
  await note(node)
  const [before, announced] = [node.ring.publicKey, node.offline.next.publicKey]
  await rotateKey({ ...node, passphrase: null })
  assert.deepEqual(node.ring.publicKey, announced)
  assert.notDeepEqual(node.ring.publicKey, before)
  assert.deepEqual(await problems(node), [])
  await note(node)
  await stop(node)
  const again = await start(t, root)
  assert.deepEqual(again.ring.publicKey, announced)
  await note(again)
  await rotateKey({ ...again, passphrase: null })
  assert.deepEqual(await problems(again), [])
  assert.equal((await ownKeyState(again.store)).former.length, 2)
})

test("sealed keys rotate from their file, and lie in another one afterwards", async (t) => {
  const node = await start(t)
  await node.files.seal("correct horse battery")
  const sealed = () => readOfflineKeys(node.files.sealedFile()?.bytes.toString() ?? "", "correct horse battery")
  const first = await sealed()
  await rotateKey({ ...node, offline: first, passphrase: "correct horse battery" })
  const second = await sealed()
  assert.notDeepEqual(second.next.publicKey, first.next.publicKey)
  assert.deepEqual(second.recovery.publicKey, first.recovery.publicKey)
  assert.equal(node.files.sealed(), true)
  const stale = rotateKey({ ...node, offline: first, passphrase: "correct horse battery" })
  await assert.rejects(stale, { code: "key.offline-other" })
  await rotateKey({ ...node, offline: second, passphrase: "correct horse battery" })
  assert.deepEqual(await problems(node), [])
})

test("while the key is revoked nothing is written, across restarts, until the recovery key brings others", async (t) => {
  const root = tempFolder()
  const node = await start(t, root)
  await note(node)
  await revokeKey({ ...node, passphrase: null })
  await assert.rejects(note(node), { kind: "unavailable", code: "key.revoked" })
  assert.deepEqual(await problems(node), [])
  await assert.rejects(revokeKey({ ...node, passphrase: null }), { code: "key.already-revoked" })
  await assert.rejects(rotateKey({ ...node, passphrase: null }), { code: "key.revoked" })
  await stop(node)
  const again = await start(t, root)
  await assert.rejects(note(again), { code: "key.revoked" })
  await recoverKey({ ...again, passphrase: null })
  await note(again)
  assert.deepEqual(await problems(again), [])
  await assert.rejects(
    recoverKey({ ...again, passphrase: null }),
    { code: "key.offline-other" },
    "the old recovery key",
  )
})

test("a crash at any step of a rotation leaves the one key or the other, never none and never both", async (t) => {
  for (const step of ["before the database", "after the database", "half settled"]) {
    const root = tempFolder()
    const node = await start(t, root)
    const announced = node.offline.next.publicKey
    const before = node.ring.publicKey
    const files = { ...node.files }
    if (step === "before the database") {
      await node.files.prepare({ current: node.offline.next, ...node.offline }, null)
    } else {
      files.settle = () => {
        throw new Error("crash")
      }
      await assert.rejects(rotateKey({ ...node, files, passphrase: null }), { message: "crash" })
    }
    await stop(node)
    if (step === "half settled") {
      renameSync(join(root, "keys", "next.pem.coming"), join(root, "keys", "next.pem"))
    }
    const again = await start(t, root)
    assert.deepEqual(again.ring.publicKey, step === "before the database" ? before : announced, step)
    assert.equal(again.files.coming(), null)
    await note(again)
    await rotateKey({ ...again, passphrase: null })
    assert.deepEqual(await problems(again), [], step)
  }
})
