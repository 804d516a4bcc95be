import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { after, test } from "node:test"
import { run } from "../support/node.ts"
import { openScene, type Scene } from "../support/scene.ts"
import { envelope, indicator } from "../support/stix.ts"
import { assertTaxiiError, type Collection, type Taxii } from "../support/taxii.ts"

const scene = await openScene({ collections: 4 })
after(() => scene.stop())

/** Every way to use a collection, and which right it needs. */
async function attempts(client: Taxii, collection: string, object: string) {
  const base = `collections/${collection}/objects/`
  return {
    read: [
      await client.get(base),
      await client.get(`${base}${object}/`),
      await client.get(`${base}${object}/versions/`),
      await client.get(`collections/${collection}/manifest/`),
      await client.get(`/log/${collection}/checkpoint`),
    ],
    write: [await client.post(collection, envelope(indicator()))],
    erase: [await client.call("DELETE", `${base}${object}/`)],
  }
}

async function refusals(of: Scene, collection: string, partly: 403 | 404) {
  const kept = indicator()
  await of.tester.put(collection, kept)
  const reader = await attempts(await of.holder(`${collection}:r`), collection, kept.id)
  for (const answer of reader.read) assert.equal(answer.status, 200, answer.text)
  for (const answer of reader.write) assertTaxiiError(answer, partly)

  const writer = await attempts(await of.holder(`${collection}:w`), collection, kept.id)
  for (const answer of writer.write) assert.equal(answer.status, 202, answer.text)
  for (const answer of writer.read.slice(0, 4)) assertTaxiiError(answer, partly)
  assert.equal(writer.read[4]?.status, partly)
  // The table of TAXII 2.1 section 5.7 leaves no choice for DELETE: one right of two is 403.
  for (const answer of [...reader.erase, ...writer.erase]) assertTaxiiError(answer, 403)

  const none = await attempts(await of.holder(`${of.collection()}:rw`), collection, kept.id)
  for (const answer of [...none.read.slice(0, 4), ...none.write, ...none.erase]) assertTaxiiError(answer, 404)
  assert.equal(none.read[4]?.status, 404)
  assert.equal((await of.tester.objects(collection, `?match[id]=${kept.id}`)).length, 1)
}

test("trap 19: with part of the rights the rest is 403; with no right a collection does not exist", async () => {
  await refusals(scene, scene.collection(), 403)
})

test("trap 19: one setting turns 403 into 404, so that nothing tells what exists", async () => {
  await scene.restart(["--forbidden-status", "404"])
  await refusals(scene, scene.collection(), 404)
  await scene.restart()
})

test("trap 19: a collection without any right is neither listed nor shown, like one that is not there", async () => {
  const seen = "e0a1b7a2-93a6-4f62-b7f5-b7b4e1a5a001"
  await run(["collection", "add", "Seen", "--data", scene.node().data, "--id", seen])
  const client = await scene.holder(`${seen}:r`)
  const { collections } = (await client.get("collections/")).json<{ collections: Collection[] }>()
  assert.deepEqual(
    collections.map(({ id, can_read, can_write }) => ({ id, can_read, can_write })),
    [{ id: seen, can_read: true, can_write: false }],
  )
  const listed = (await scene.tester.get("collections/")).json<{ collections: Collection[] }>().collections
  for (const hidden of [...listed.map(({ id }) => id), randomUUID()]) {
    assertTaxiiError(await client.get(`collections/${hidden}/`), 404)
  }
  assertTaxiiError(await scene.tester.get(`collections/${seen}/`), 404)
})

test("trap 19: with both rights an object can be erased, and then object, manifest and versions are gone", async () => {
  await scene.restart()
  const [collection = ""] = (await scene.tester.get("collections/"))
    .json<{ collections: Collection[] }>()
    .collections.map(({ id }) => id)
  const gone = indicator()
  const kept = indicator()
  await scene.tester.put(collection, gone, kept)
  const path = `collections/${collection}/objects/${gone.id}/`
  assert.equal((await scene.tester.call("DELETE", path)).status, 200)
  assertTaxiiError(await scene.tester.get(path), 404)
  assertTaxiiError(await scene.tester.get(`${path}versions/`), 404)
  assertTaxiiError(await scene.tester.call("DELETE", path), 404)
  const left = await scene.tester.manifest(collection, `?match[id]=${gone.id},${kept.id}`)
  assert.deepEqual(
    left.map(({ id }) => id),
    [kept.id],
  )
})
