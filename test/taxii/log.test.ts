import assert from "node:assert/strict"
import { createHash, randomUUID } from "node:crypto"
import { after, test } from "node:test"
import { openScene } from "../support/scene.ts"
import { indicator } from "../support/stix.ts"
import type { Taxii } from "../support/taxii.ts"

const scene = await openScene({ collections: 4 })
const { tester } = scene
after(() => scene.stop())

type Checkpoint = { origin: string; size: number; root: string; signatures: string[] }

const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest()

/** RFC 9162 section 2.1.1, written from its definition: slow, and independent of the node's own machinery. */
function merkleRoot(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return sha256(Buffer.from([0]), leaves[0] ?? Buffer.alloc(0))
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return sha256(Buffer.from([1]), merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)))
}

async function checkpoint(client: Taxii, collection: string): Promise<Checkpoint> {
  const answer = await client.get(`/log/${collection}/checkpoint`, { accept: null })
  assert.equal(answer.status, 200, answer.text)
  const [body = "", signatures = ""] = answer.text.split("\n\n")
  const [origin = "", size = "", root = ""] = body.split("\n")
  assert.match(size, /^(0|[1-9]\d*)$/)
  return { origin, size: Number(size), root, signatures: signatures.trim().split("\n") }
}

/** All leaves up to `size`, read as C2SP tlog-tiles prescribes: bundles of 256, the last one partial. */
async function leaves(client: Taxii, collection: string, size: number): Promise<Buffer[]> {
  const found: Buffer[] = []
  while (found.length < size) {
    const width = Math.min(256, size - found.length)
    const number = String(Math.floor(found.length / 256)).padStart(3, "0")
    const path = `/log/${collection}/tile/entries/${number}${width === 256 ? "" : `.p/${width}`}`
    const { status, bytes } = await client.get(path, { accept: null })
    assert.equal(status, 200, path)
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) {
      found.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)))
    }
  }
  return found
}

test("the tiles of a collection add up to the signed root, and each leaf shows its number and a hash only", async () => {
  const collection = scene.collection()
  const objects = Array.from({ length: 300 }, () => indicator({ name: "tell-tale" }))
  await tester.put(collection, ...objects)
  const { size, root, origin, signatures } = await checkpoint(tester, collection)
  assert.equal(size, 300)
  assert.ok(signatures.some((line) => line.startsWith("— ")))
  const found = await leaves(tester, collection, size)
  assert.equal(found.length, 300)
  assert.equal(merkleRoot(found).toString("base64"), root)
  for (const [seq, leaf] of found.entries()) {
    assert.match(leaf.toString(), new RegExp(`^\\{"h":"[A-Za-z0-9+/]{43}=","seq":${seq},"v":1\\}$`))
  }
  const told = `${origin}${signatures}${Buffer.concat(found)}`
  for (const secret of ["tell-tale", "Stock", collection, objects[0]?.id ?? "-"]) assert.ok(!told.includes(secret))
})

test("every write is in the checkpoint by the time it is answered, and a duplicate adds nothing", async () => {
  const collection = scene.collection()
  const kept: Checkpoint[] = []
  const object = indicator()
  for (const objects of [[object], [indicator(), indicator()], [object]]) {
    await tester.put(collection, ...objects)
    kept.push(await checkpoint(tester, collection))
  }
  assert.deepEqual(
    kept.map(({ size }) => size),
    [1, 3, 3],
  )
  const all = await leaves(tester, collection, 3)
  for (const { size, root } of kept) assert.equal(merkleRoot(all.slice(0, size)).toString("base64"), root)
  assert.equal(new Set(kept.map(({ origin }) => origin)).size, 1)
})

test("erasing adds an entry and takes none away", async () => {
  const collection = scene.collection()
  const object = indicator()
  await tester.put(collection, object, indicator())
  const before = await leaves(tester, collection, 2)
  await tester.call("DELETE", `collections/${collection}/objects/${object.id}/`)
  const { size, root } = await checkpoint(tester, collection)
  assert.equal(size, 3)
  const after = await leaves(tester, collection, size)
  assert.deepEqual(after.slice(0, 2), before)
  assert.equal(merkleRoot(after).toString("base64"), root)
})

test("an empty collection has no entries but a signed checkpoint, and tiles beyond its size are not there", async () => {
  const collection = scene.collection()
  const { size, root } = await checkpoint(tester, collection)
  assert.deepEqual([size, root], [0, merkleRoot([]).toString("base64")])
  const missing = [
    "tile/0/000",
    "tile/0/000.p/1",
    "tile/entries/000",
    "tile/0/x001/000",
    "tile/64/000",
    "tile/0/0",
    "x",
  ]
  for (const path of missing) {
    const { status } = await tester.get(`/log/${collection}/${path}`, { accept: null })
    assert.ok([400, 404].includes(status), `${path}: ${status}`)
  }
})

test("a log is read under the read right of its collection and under no other", async () => {
  const { collections } = (await tester.get("collections/")).json<{ collections: { id: string }[] }>()
  const [first, second] = collections.map(({ id }) => id)
  const reader = await scene.holder(`${first}:r`)
  const status = async (client: Taxii, collection: string | undefined, file: string) =>
    (await client.get(`/log/${collection}/${file}`, { accept: null })).status
  assert.equal(await status(reader, first, "checkpoint"), 200)
  for (const file of ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"]) {
    assert.equal(await status(reader, second, file), 404)
    assert.equal(await status(tester, randomUUID(), file), 404)
    assert.equal(await status(scene.stranger(), first, file), 401)
  }
})
