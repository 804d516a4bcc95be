import assert from "node:assert/strict"
import fs, { cpSync, readdirSync } from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { join } from "node:path"
import { afterEach, type TestContext, test } from "node:test"
import { type NodeKeys, offlineOf, PASSPHRASE, problemsOf, startKeys, stopKeys } from "../../test/support/node-keys.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { ownKeyState, record, recoverKey, revokeKey, rotateKey } from "./index.ts"

// A change of keys is files and a transaction. Here the process ends at each step that leaves a trace on the disk, one
// run for each, and the next start must find the one key or the other.

const honest = { writeSync: fs.writeSync, renameSync: fs.renameSync, rmSync: fs.rmSync }
type Step = keyof typeof honest

class Crash extends Error {}

/** From the n-th step on nothing reaches the disk any more. Returns the number of steps that were tried. */
function crashAt(n: number): { steps: () => number } {
  let steps = 0
  for (const name of Object.keys(honest) as Step[]) {
    const through = honest[name] as (...args: unknown[]) => unknown
    ;(fs as Record<Step, unknown>)[name] = (...args: unknown[]) => {
      steps += 1
      if (steps >= n) throw new Crash(`${name} ${steps}`)
      return through(...args)
    }
  }
  syncBuiltinESMExports()
  return { steps: () => steps }
}

function heal(): void {
  Object.assign(fs, honest)
  syncBuiltinESMExports()
}
afterEach(heal)

const note = ({ store }: NodeKeys) => store.write((tx) => record(tx, { what: "test.noted", by: null, facts: {} }))
const changes = { rotate: rotateKey, revoke: revokeKey, recover: recoverKey }

/** What a crash leaves, as another start finds it; the dead process goes on dying in the folder of its own. */
async function afterCrash(t: TestContext, { root, ...node }: NodeKeys): Promise<NodeKeys> {
  await stopKeys(node)
  const copy = tempFolder()
  cpSync(root, copy, { recursive: true })
  return startKeys(t, copy)
}

async function begin(t: TestContext, form: "open" | "sealed") {
  const node = await startKeys(t)
  if (form === "sealed") await node.files.seal(PASSPHRASE)
  await note(node)
  return { node, wanted: { ...node, ...(await offlineOf(node)) }, head: (await ownKeyState(node.store)).head }
}

for (const [name, form] of [
  ["rotate", "open"],
  ["revoke", "open"],
  ["recover", "sealed"],
] as const) {
  test(`a crash at any step of ${name}, keys ${form}, leaves the one key or the other, and no secret behind`, async (t) => {
    const outcomes = { before: 0, after: 0 }
    for (let n = 1; ; n++) {
      const { node, wanted, head } = await begin(t, form)
      const { steps } = crashAt(n)
      await changes[name](wanted).catch((error) => error instanceof Crash || assert.fail(error))
      heal()
      const again = await afterCrash(t, node)
      const { head: found } = await ownKeyState(again.store)
      outcomes[found.equals(head) ? "before" : "after"] += 1
      await holds(again, `step ${n}`)
      if (steps() < n) break
    }
    assert.ok(outcomes.after > 0 && (name === "revoke" || outcomes.before > 2), JSON.stringify(outcomes))
    t.diagnostic(JSON.stringify(outcomes))
  })
}

/** Nothing is left over, whoever holds the offline keys can go on, and every log is signed by the key in force. */
async function holds(node: NodeKeys, step: string): Promise<void> {
  const names = readdirSync(join(node.root, "keys")).sort()
  const left = names.filter((name) => !["current.pem", "next.pem", "recovery.pem", "offline-keys.age"].includes(name))
  assert.deepEqual(left, [], step)
  assert.equal(
    names.includes("offline-keys.age"),
    node.files.sealed(),
    `${step}: one form of the offline keys, not two`,
  )
  assert.deepEqual(problemsOf(node), [], step)
  const { current } = await ownKeyState(node.store)
  if (current === null) await recoverKey({ ...node, ...(await offlineOf(node)) })
  await note(node)
  await rotateKey({ ...node, ...(await offlineOf(node)) })
  await note(node)
  assert.deepEqual(problemsOf(node), [], step)
  await stopKeys(node)
}

test("what fails in the database changes no file, and the node goes on with the key that it had", async (t) => {
  const node = await startKeys(t)
  const before = node.ring.publicKey
  const broken = {
    write: async () => Promise.reject(new Error("disk full")),
    all: node.store.all.bind(node.store),
    get: node.store.get.bind(node.store),
  } as unknown as NodeKeys["store"]
  for (const change of Object.values(changes)) {
    const failing = change({ ...node, store: broken, ...(await offlineOf(node)) })
    await assert.rejects(failing, { message: "disk full" })
    assert.equal(node.files.coming(), null)
    await note(node)
    assert.deepEqual(node.ring.publicKey, before)
  }
  await holds(node, "after failures")
})

test("a folder of keys that is of another moment than the database is refused", async (t) => {
  const node = await startKeys(t)
  const [old, root] = [tempFolder(), node.root]
  cpSync(join(root, "keys"), old, { recursive: true })
  await rotateKey({ ...node, ...(await offlineOf(node)) })
  await stopKeys(node)
  cpSync(old, join(root, "keys"), { recursive: true })
  await assert.rejects(startKeys(t, root), { kind: "unavailable", code: "key.differs" })
})
