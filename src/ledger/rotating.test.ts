import assert from "node:assert/strict"
import { test } from "node:test"
import { type NodeKeys, offlineOf, PASSPHRASE, problemsOf, startKeys, stopKeys } from "../../test/support/node-keys.ts"
import { readOfflineKeys } from "../crypto/index.ts"
import { plusMicroseconds } from "../kernel/time.ts"
import { addCollection, entriesUntil, loadCollection } from "../library/index.ts"
import type { Store } from "../store/index.ts"
import {
  countsUnder,
  findLog,
  findOwnLog,
  keyHistory,
  ownKeyState,
  record,
  recoverKey,
  revokeKey,
  rotateKey,
} from "./index.ts"

const note = ({ store }: NodeKeys, what = "test.noted") =>
  store.write((tx) => record(tx, { what, by: null, facts: {} }))
const change = async (node: NodeKeys) => ({ ...node, ...(await offlineOf(node)) })

test("after a rotation the announced key signs every log, at once and after a restart", async (t) => {
  const node = await startKeys(t)
  await note(node)
  const [before, announced] = [node.ring.publicKey, node.files.load("next").publicKey]
  await rotateKey(await change(node))
  assert.deepEqual(node.ring.publicKey, announced)
  assert.notDeepEqual(node.ring.publicKey, before)
  assert.deepEqual(problemsOf(node), [])
  await note(node)
  await stopKeys(node)
  const again = await startKeys(t, node.root)
  assert.deepEqual([again.ring.publicKey, again.first], [announced, before])
  await note(again)
  await rotateKey(await change(again))
  assert.deepEqual(problemsOf(again), [])
  assert.equal((await ownKeyState(again.store)).former.length, 2)
  assert.deepEqual(
    (await keyHistory(again.store)).map(({ type }) => type),
    ["incept", "rotate", "rotate"],
  )
})

test("sealed keys rotate from their file, and lie in another one afterwards", async (t) => {
  const node = await startKeys(t)
  await node.files.seal(PASSPHRASE)
  const first = (await change(node)).offline
  await rotateKey({ ...node, offline: first, passphrase: PASSPHRASE })
  const second = await readOfflineKeys(node.files.sealedFile()?.bytes.toString() ?? "", PASSPHRASE)
  assert.notDeepEqual(second.next.publicKey, first.next.publicKey)
  assert.deepEqual(second.recovery.publicKey, first.recovery.publicKey)
  assert.equal(node.files.sealed(), true)
  const stale = rotateKey({ ...node, offline: first, passphrase: PASSPHRASE })
  await assert.rejects(stale, { code: "key.offline-other" })
  const unsealing = rotateKey({ ...node, offline: second, passphrase: null })
  await assert.rejects(unsealing, { code: "key.offline-needed" }, "what was sealed does not lie open again")
  await rotateKey({ ...node, offline: second, passphrase: PASSPHRASE })
  assert.deepEqual(problemsOf(node), [])
})

test("while the key is revoked nothing is written, across restarts, until the recovery key brings others", async (t) => {
  const node = await startKeys(t)
  await note(node)
  await revokeKey(await change(node))
  await assert.rejects(note(node), { kind: "unavailable", code: "key.revoked" })
  await assert.rejects(addCollection(node.store, { title: "T", id: null, alias: null }), { code: "key.revoked" })
  assert.deepEqual(problemsOf(node), [])
  await assert.rejects(revokeKey(await change(node)), { code: "key.already-revoked" })
  await assert.rejects(rotateKey(await change(node)), { code: "key.revoked" })
  await stopKeys(node)
  const again = await startKeys(t, node.root)
  await assert.rejects(note(again), { code: "key.revoked" })
  const old = await change(again)
  await recoverKey(old)
  await note(again)
  assert.deepEqual(problemsOf(again), [])
  await assert.rejects(recoverKey(old), { code: "key.offline-other" }, "the old recovery key")
  assert.deepEqual(again.first, node.first)
})

test("the recovery key replaces a lost current key without a revocation before", async (t) => {
  const node = await startKeys(t)
  await note(node)
  await recoverKey(await change(node))
  await note(node)
  assert.deepEqual(problemsOf(node), [])
  assert.deepEqual(node.ring.publicKey, (await ownKeyState(node.store)).current)
})

test("what joins the transaction of a change is signed by the key that follows, or refused with the key", async (t) => {
  for (const change of [rotateKey, recoverKey, revokeKey]) {
    for (const failing of [false, true]) {
      const node = await startKeys(t)
      const writes: Promise<string>[] = []
      const others = () => writes.push(...othersIn(node, failing))
      await change({ ...node, store: crowded(node, others), ...(await offlineOf(node)) })
      const [written, failed, revoked] = ["written", "Error: this job fails", "key.revoked"]
      const after = change === revokeKey ? revoked : written
      const first = failing ? [failed] : []
      assert.deepEqual(await Promise.all(writes), [...first, written, written, ...first, after, after], change.name)
      assert.deepEqual(problemsOf(node), [], change.name)
    }
  }
})

/** A store where others write right before and right after each write of a change. */
function crowded({ store }: NodeKeys, others: () => void): Store {
  const write: Store["write"] = (work) => {
    others()
    const changed = store.write(work)
    others()
    return changed
  }
  return { write, all: store.all.bind(store), get: store.get.bind(store) } as Store
}

/** One that fails makes the store do each write of its transaction again, alone. */
function othersIn(node: NodeKeys, failing: boolean): Promise<string>[] {
  const fails = () => node.store.write(async () => Promise.reject(new Error("this job fails")))
  const all = [...(failing ? [fails()] : []), note(node), note(node)]
  return all.map((one) => one.then(() => "written").catch((error) => String(error.code ?? error)))
}

test("two changes at once come one after the other, and sealing waits for its turn", async (t) => {
  const node = await startKeys(t)
  const wanted = await change(node)
  const [one, other, sealed] = await Promise.allSettled([
    rotateKey(wanted),
    rotateKey(wanted),
    node.files.seal(PASSPHRASE),
  ])
  assert.equal(one.status, "fulfilled")
  assert.deepEqual([other.status, (other as PromiseRejectedResult).reason.code], ["rejected", "key.offline-other"])
  assert.equal(sealed.status, "fulfilled")
  await rotateKey(await change(node))
  assert.deepEqual(problemsOf(node), [])
  assert.equal(node.files.sealed(), true)
})

test("of what a stolen key signed that counts which was signed before the theft", async (t) => {
  const node = await startKeys(t)
  const { store } = node
  const id = await addCollection(store, { title: "T", id: null, alias: null })
  const { log } = await loadCollection(store, id)
  await note(node)
  const ledger = (await findOwnLog(store, "ledger")) as number
  const rows = async (key: number) => (await findLog(store, key)).size
  const { size: safe, last_at: theft } = await findLog(store, ledger)
  await note(node)
  await note(node)
  const taken = await rows(ledger)
  node.clock.forward(60_000_000)
  const toCome = revokeKey(await change(node), { since: plusMicroseconds(theft, 3_600_000_000), entriesUntil })
  await assert.rejects(toCome, { code: "key.theft-to-come" })
  await revokeKey(await change(node), { since: theft, entriesUntil })
  const state = await ownKeyState(store)
  const { origin } = await findLog(store, ledger)
  const counts = (size: number, lastSize: number) => countsUnder(state, node.first, { origin, size, lastSize })
  assert.deepEqual([counts(safe, safe), counts(safe + 1, safe + 1), counts(taken, taken)], [true, false, false])
  const empty = { origin: (await findLog(store, log)).origin, size: 0, lastSize: 0 }
  assert.ok(countsUnder(state, node.first, empty))
  assert.deepEqual(problemsOf(node), [], "the recovery key signed every log as it stands")
  await recoverKey(await change(node))
  assert.deepEqual(problemsOf(node), [])
})
