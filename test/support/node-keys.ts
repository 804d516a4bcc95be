import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import type { TestContext } from "node:test"
import { type KeyFiles, KeyRing, keyFiles, type OfflineKeys, readOfflineKeys } from "../../src/crypto/index.ts"
import { inceptKeyLog, loadOrCreateKeys, sealLogs, settleRing } from "../../src/ledger/index.ts"
import { verifySteps } from "../../src/library/verifying.ts"
import { claim, folderAt, openReader, Store } from "../../src/store/index.ts"
import { type FakeClock, fakeClock } from "./node-in-process.ts"
import { tempFolder } from "./temp.ts"

/** A node's keys and store as they are after a start. */
export type NodeKeys = {
  root: string
  clock: FakeClock
  store: Store
  files: KeyFiles
  ring: KeyRing
  database: string
  /** The first key that it ever had. */
  first: Buffer
}

export const PASSPHRASE = "correct horse battery"
const QUICK = 4

const open = new Set<Store>()

/** As a stop of the node, also at the end of a test that did not get there. */
export async function stopKeys({ store }: Pick<NodeKeys, "store">): Promise<void> {
  if (open.delete(store)) await store.close()
}

/** Starts a node as far as its keys go: the order of `openNode`. */
export async function startKeys(t: TestContext, root = tempFolder()): Promise<NodeKeys> {
  const folder = folderAt(root)
  claim(folder)?.release()
  const files = keyFiles(folder.keys, QUICK)
  const ring = new KeyRing(loadOrCreateKeys(files, !existsSync(folder.database)))
  const clock = fakeClock()
  clock.forward(Math.floor(performance.now()) * 1000)
  const store = new Store({
    ...{ path: folder.database, clock, maxMib: 0 },
    beforeCommit: (tx) => sealLogs(tx, ring),
    onFatal: (error) => assert.fail(String(error)),
  })
  open.add(store)
  t.after(() => stopKeys({ store }))
  await inceptKeyLog(store, files)
  const first = await settleRing(ring, store, files)
  return { root, clock, store, files, ring, database: folder.database, first }
}

/** Where next and recovery key are now, and what seals those that follow. */
export async function offlineOf({ files }: NodeKeys): Promise<{ offline: OfflineKeys; passphrase: string | null }> {
  if (!files.sealed())
    return { offline: { next: files.load("next"), recovery: files.load("recovery") }, passphrase: null }
  const file = files.sealedFile()?.bytes.toString() ?? ""
  return { offline: await readOfflineKeys(file, PASSPHRASE), passphrase: PASSPHRASE }
}

/** What `comity log verify` finds wrong. */
export function problemsOf({ database }: NodeKeys): unknown[] {
  const reader = openReader(database)
  try {
    return [...verifySteps(reader, { collection: null })].flatMap((step) =>
      "report" in step ? step.report.problems : [],
    )
  } finally {
    reader.close()
  }
}
