import assert from "node:assert/strict"
import { test } from "node:test"
import { day, type InProcess, openInProcess, prepared } from "../../test/support/node-in-process.ts"
import { indicator, newVersion } from "../../test/support/stix.ts"
import { newKeyPair, type Signer, signerOf } from "../crypto/index.ts"
import { random } from "../kernel/hash.ts"
import { signCheckpoint } from "../ledger/checkpoint.ts"
import { EMPTY_ROOT } from "../ledger/merkle.ts"
import { addObjects } from "./adding.ts"
import { eraseObject } from "./erasing.ts"
import type { Collection } from "./model.ts"
import { compareWithKept, proveObject, readKept } from "./proving.ts"

async function filled(node: InProcess, ...objects: Parameters<typeof prepared>) {
  const collection = await node.collection()
  await addObjects(node.store, collection, prepared(...objects))
  return node.reload(collection)
}

test("the newest entry that is still there is the one that is proven", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const object = { ...indicator(), created: day(0) }
  const versions = [2, 1, 3].map((number) => newVersion(object, day(number)))
  const collection = await filled(node, ...versions, indicator())
  const proven = async () => {
    const { seq, body } = await proveObject(node.store, collection, object.id)
    return [seq, (JSON.parse(body.toString()) as { modified: string }).modified]
  }
  assert.deepEqual(await proven(), [2, day(3)])
  await eraseObject(node.store, collection, {
    id: object.id,
    specs: null,
    versions: { first: false, last: true, at: [] },
    by: null,
  })
  assert.deepEqual(await proven(), [1, day(1)])
})

test("content that is not what was signed is not handed out as evidence", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const object = indicator()
  const collection = await filled(node, object, indicator())
  const prove = () => proveObject(node.store, collection, object.id)
  assert.equal((await prove()).seq, 0)
  const salt = node.meddle("select salt from entry where seq = 0 and collection = ?", collection.key)[0]?.salt
  const change = (value: Uint8Array) =>
    node.meddle("update entry set salt = ? where seq = 0 and collection = ?", value, collection.key)
  change(random(32))
  await assert.rejects(prove(), /not what was signed/)
  change(salt as Uint8Array)
  assert.equal((await prove()).seq, 0)
  node.meddle("update entry set h = ? where seq = 1 and collection = ?", random(32), collection.key)
  await assert.rejects(prove(), /does not prove/)
})

test("a checkpoint is judged by log, signature, size and root, in this order", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const collection = await filled(node, indicator(), indicator(), indicator())
  const { origin } = collection
  const stranger = signerOf(newKeyPair())
  const note = (size: number, root: Buffer, signer: Signer = node.signer, name = origin) =>
    signCheckpoint(name, size, root, signer)
  const table: [note: string, verdict: string][] = [
    [note(9, random(32), stranger, "comity/other"), "checkpoint-of-another-log"],
    [note(9, random(32), stranger), "checkpoint-not-signed"],
    [note(3, random(32)).replace("\n3\n", "\n2\n"), "checkpoint-not-signed"],
    [note(4, random(32)), "checkpoint-newer"],
    [note(3, random(32)), "checkpoint-inconsistent"],
    [note(2, random(32)), "checkpoint-inconsistent"],
    [note(0, random(32)), "checkpoint-inconsistent"],
    [note(0, EMPTY_ROOT), "continued"],
    [await present(node, collection), "continued"],
  ]
  for (const [kept, verdict] of table) {
    const found = await compareWithKept(node.store, collection, readKept(kept))
    assert.equal(found.is, verdict, kept)
  }
})

async function present(node: InProcess, { log }: Collection): Promise<string> {
  return String(node.meddle("select checkpoint from log where key = ?", log)[0]?.checkpoint)
}

test("what is no checkpoint is refused before any work", () => {
  assert.throws(() => readKept("hello\n"), { kind: "invalid", code: "note.malformed" })
  const note = "comity/x\nmany\nAAAA\n\n— comity/x AAAAAAAA\n"
  assert.throws(() => readKept(note), { kind: "invalid", code: "ledger.checkpoint-malformed" })
})
