import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { openInProcess } from "../../../test/support/node-in-process.ts"
import { bundle, indicator } from "../../../test/support/stix.ts"
import { diagnostics } from "../../kernel/diagnostics.ts"
import { type Collection, Preparer, WarningLists } from "../../library/index.ts"
import { Imports } from "./imports.ts"
import { type Choices, type Import, isEnded } from "./model.ts"

const MIB = 1024 * 1024
const said: string[] = []
const node = await openInProcess()
const preparer = new Preparer({ workers: 1, maxObjectBytes: 4 * MIB })
const uploads = join(node.folder.root, "uploads")
const imports = await Imports.open({
  ...{ store: node.store, preparer, clock: node.clock, warnings: new WarningLists(node.store), folder: uploads },
  ...{ secret: Buffer.alloc(32, 7), bytesMost: 8 * MIB, diagnostics: diagnostics((line) => said.push(line)) },
  identity: async () => null,
})
after(async () => {
  await imports.close()
  await preparer.close()
  await node.close()
  assert.deepEqual(said, [], "no bug was reported")
})

/** Waits until an import needs a person or has ended. */
const settled = (id: string): Promise<Import> => imports.settled(id)

async function* pieces(body: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(body)
}

async function previewed(collection: Collection, body: string): Promise<Import> {
  const sent = { name: "", format: null, account: "c", input: pieces(body) }
  return settled(await imports.receive({ collection: collection.id, ...sent }))
}

const counts = (of: Record<string, unknown> | null | undefined) =>
  [of?.accepted, of?.duplicate, of?.conflicting, of?.rejected] as const
const foreseen = (one: Import) => counts(one.foresight.preview?.counts)

const many = (count: number) =>
  bundle(...Array.from({ length: count }, () => indicator({ description: "x".repeat(500) })))

const DECISION: Pick<Choices, "tlp" | "skipSpecial" | "leftOut"> = { tlp: "green", skipSpecial: false, leftOut: [] }

async function started(one: Import): Promise<Import> {
  await imports.start(one.id, DECISION)
  return settled(one.id)
}

test("a decision that comes twice at once is taken once", async () => {
  const collection = await node.collection()
  const one = await previewed(collection, many(20))
  const tried = await Promise.allSettled([imports.start(one.id, DECISION), imports.start(one.id, DECISION)])
  assert.deepEqual(tried.map(({ status }) => status).sort(), ["fulfilled", "rejected"])
  assert.equal((await settled(one.id)).state, "done")
  const other = await previewed(collection, many(20))
  const both = await Promise.allSettled([imports.start(other.id, DECISION), imports.cancel(other.id)])
  const [start] = both
  assert.equal((await settled(other.id)).state, start.status === "fulfilled" ? "done" : "cancelled")
})

test("an import in line is given up at once, not when the one before it has ended", async () => {
  const collection = await node.collection()
  const [first, second] = [await previewed(collection, many(3000)), await previewed(collection, many(10))]
  await imports.start(first.id, DECISION)
  await imports.start(second.id, DECISION)
  await imports.cancel(second.id)
  assert.equal((await imports.get(second.id)).state, "cancelled")
  assert.ok(!isEnded(await imports.get(first.id)))
  assert.equal((await settled(first.id)).state, "done")
  assert.deepEqual(counts((await imports.get(second.id)).outcome), counts(null))
})

test("of an import that has ended no content is kept beside the library, so that erasing an object erases it", async () => {
  const collection = await node.collection()
  const word = "perlmutter"
  const rest = () => JSON.stringify(node.meddle("select choices, preview, result from import")).includes(word)
  const done = await previewed(collection, bundle(indicator({ name: word })))
  assert.ok(rest())
  await started(done)
  assert.ok(!rest())
  const report = await previewed(collection, `seen by ${word} at 198.51.100.44`)
  assert.ok(rest())
  await imports.cancel(report.id)
  assert.ok(!rest())
  const one = await imports.get(done.id)
  assert.deepEqual([foreseen(one), counts(one.outcome)], [counts(null), [1, 0, 0, 0]])
})

test("a file that is gone from the disk ends its import, not the node", async () => {
  const one = await previewed(await node.collection(), bundle(indicator()))
  rmSync(join(uploads, one.id.slice("import--".length)))
  assert.equal((await started(one)).state, "failed")
  assert.match(said.splice(0).join(), /import\.bug/)
})
