import assert from "node:assert/strict"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { fakeClock, type InProcess, openInProcess } from "../../test/support/node-in-process.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { KeyRing, keyFiles, verifySignature } from "../crypto/index.ts"
import type { Call } from "../http/index.ts"
import { sha256 } from "../kernel/hash.ts"
import { Store } from "../store/index.ts"
import { keyHandlers } from "./commands.ts"
import { entryHash, parseEventHeader } from "./entry.ts"
import { record } from "./journal.ts"
import { inceptKeyLog, loadOrCreateKeys } from "./key-log.ts"
import { sealLogs } from "./log.ts"
import { findLog, findOwnLog, type JournalRow, journalEntries } from "./queries.ts"
import { settleRing } from "./rotating.ts"

async function entries(node: InProcess, kind: "ledger" | "keys") {
  const key = await findOwnLog(node.store, kind)
  assert.ok(key)
  const rows = await node.store.all<JournalRow>(journalEntries(key, 0, 1000))
  return rows.map(({ seq, salt, h, header, body }) => {
    assert.deepEqual(Buffer.from(h), entryHash(salt, header, body))
    return { seq, ...parseEventHeader(header), facts: JSON.parse(Buffer.from(body).toString()) }
  })
}

test("what happened is in the ledger if and only if the transaction that made it happen was", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const happen = (what: string) =>
    node.store.write(async (tx) => {
      await record(tx, { what, by: "somebody", facts: { b: 1, a: [null, "ü"] } })
      if (what === "undone") throw new Error(what)
    })
  await Promise.allSettled([happen("first"), happen("undone"), happen("second")])
  assert.deepEqual(await entries(node, "ledger"), [
    { seq: 0, at: "2026-01-01T00:00:00.000000Z", by: "somebody", what: "first", facts: { a: [null, "ü"], b: 1 } },
    { seq: 1, at: "2026-01-01T00:00:00.000001Z", by: "somebody", what: "second", facts: { a: [null, "ü"], b: 1 } },
  ])
})

test("two happenings of the same words have different commitments: nobody learns one by guessing", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  for (let i = 0; i < 2; i++) await node.store.write((tx) => record(tx, { what: "x", by: null, facts: {} }))
  const key = await findOwnLog(node.store, "ledger")
  const rows = await node.store.all<JournalRow>(journalEntries(key ?? 0, 0, 9))
  assert.notDeepEqual(rows[0]?.salt, rows[1]?.salt)
  assert.notDeepEqual(rows[0]?.h, rows[1]?.h)
})

test("before a node has its own logs nothing can be recorded", async () => {
  const path = join(tempFolder(), "comity.db")
  const store = new Store({ path, clock: fakeClock(), beforeCommit: async () => {}, onFatal: () => {}, maxMib: 0 })
  await assert.rejects(
    store.write((tx) => record(tx, { what: "x", by: null, facts: {} })),
    { kind: "unavailable", code: "log.unknown" },
  )
  await store.close()
})

test("the key log begins with the current key, the hash of the next and the recovery key, once for ever", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const keys = { current: "", recovery: "", next: "" }
  for (const name of ["current", "recovery"] as const) keys[name] = node.files.load(name).publicKey.toString("base64")
  keys.next = sha256(node.files.load("next").publicKey).toString("base64")
  for (let start = 0; start < 2; start++) {
    assert.deepEqual(
      (await entries(node, "keys")).map(({ seq, what, facts }) => ({ seq, what, facts })),
      [{ seq: 0, what: "key.incept", facts: { v: 1, type: "incept", ...keys } }],
    )
    await node.reopen()
    assert.deepEqual(loadOrCreateKeys(node.files, false).publicKey, node.signer.publicKey)
    await inceptKeyLog(node.store, node.files)
  }
  const { size } = await findLog(node.store, (await findOwnLog(node.store, "keys")) ?? 0)
  assert.equal(size, 1)
})

test("a first start that was cut short at any of its steps is completed by the next", async () => {
  for (const steps of [["recovery"], ["recovery", "next"], ["recovery", "next", "current"]] as const) {
    const root = tempFolder()
    const folder = join(root, "keys")
    mkdirSync(folder)
    const before = keyFiles(folder)
    const whole = keyFiles(join(root))
    const signer = loadOrCreateKeys(whole, true)
    for (const name of steps) before.save(name, whole.load(name))
    const after = loadOrCreateKeys(before, true)
    assert.equal(after.publicKey.equals(signer.publicKey), steps.length === 3)
    const message = Buffer.from("m")
    assert.ok(verifySignature(before.load("current").publicKey, message, after.sign(message)))
    const store = new Store({
      ...{ path: join(root, "comity.db"), clock: fakeClock(), onFatal: () => {}, maxMib: 0 },
      beforeCommit: (tx) => sealLogs(tx, after),
    })
    await inceptKeyLog(store, before)
    const log = await findLog(store, (await findOwnLog(store, "keys")) ?? 0)
    assert.equal(log.size, 1)
    await store.close()
  }
})

test("keys are sealed with a passphrase of some length, once, and the ledger says so", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const { store, files } = node
  const nothing = async () => null
  const ring = new KeyRing(node.signer)
  const handler = keyHandlers({ store, files, ring, entriesUntil: nothing, fingerprint: nothing })["key seal"]
  assert.ok(handler)
  const seal = (passphrase: string) => handler({ arguments: { passphrase } } as unknown as Call)
  await assert.rejects(seal("elevensigns"), { kind: "invalid", code: "key.passphrase-short", details: { least: 12 } })
  assert.equal(node.files.sealed(), false)
  await seal("twelve signs")
  assert.equal(node.files.sealed(), true)
  await assert.rejects(seal("twelve signs"), { kind: "conflict", code: "key.already-sealed" })
  assert.deepEqual(
    (await entries(node, "ledger")).map(({ what }) => what),
    ["key.sealed"],
  )
})

test("a node whose keys are lost or exchanged takes no new identity and signs nothing", async () => {
  const node = await openInProcess()
  try {
    const empty = keyFiles(tempFolder())
    assert.throws(() => loadOrCreateKeys(empty, false), { kind: "unavailable", code: "key.lost" })
    loadOrCreateKeys(empty, true)
    const ring = new KeyRing(node.signer)
    await assert.rejects(settleRing(ring, node.store, empty), { kind: "unavailable", code: "key.differs" })
    await inceptKeyLog(node.store, node.files)
  } finally {
    await node.close()
  }
})
