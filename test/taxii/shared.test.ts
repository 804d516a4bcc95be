import assert from "node:assert/strict"
import { join } from "node:path"
import { after, test } from "node:test"
import { run, startNode } from "../support/node.ts"
import { envelope, indicator } from "../support/stix.ts"
import { assertTaxiiError, type Collection, taxii } from "../support/taxii.ts"
import { tempFolder } from "../support/temp.ts"
import { furnish } from "../support/workplace.ts"

const { data, ids } = await furnish(join(tempFolder(), "d"), { objects: [] })
const node = await startNode({ data })
after(() => node.stop())

/** A program with that right on one collection. */
async function program(collection: string, right: string) {
  const token = await run([
    "token",
    "add",
    `p-${collection}-${right}`,
    "--grant",
    `${collection}:${right}`,
    "--data",
    data,
  ])
  return taxii(() => node.url, `Bearer ${token.split("\n").at(-1)?.trim() ?? ""}`)
}

test("programs with the right read what a partner shares, and what is recalled is not there", async () => {
  const reader = await program(ids.received, "r")
  const objects = await reader.objects(ids.received)
  assert.deepEqual(
    objects.map(({ name }) => name),
    ["Buoy that stands"],
  )
  assert.deepEqual(await reader.objects(ids.received, `?match[id]=${ids.recalledThere}`), [])
  const one = await reader.get(`collections/${ids.received}/objects/${ids.recalledThere}/`)
  assert.equal(one.status, 404)
  const manifest = await reader.manifest(ids.received, "?match[version]=all")
  assert.deepEqual(
    manifest.map(({ id }) => id),
    objects.map(({ id }) => id),
  )
})

test("nobody writes into what came from a partner, nor into what is shared but by release, whatever right was given", async () => {
  for (const collection of [ids.received, ids.shared]) {
    const writer = await program(collection, "rw")
    const { text } = await writer.get(`collections/${collection}/`)
    const told = JSON.parse(text) as Collection
    assert.deepEqual([told.can_read, told.can_write], [true, false], collection)
    assertTaxiiError(await writer.post(collection, envelope(indicator())), 403)
    const [object] = await writer.objects(collection)
    assertTaxiiError(await writer.call("DELETE", `collections/${collection}/objects/${object?.id}/`), 403)
    assert.equal(
      (await writer.objects(collection)).some(({ id }) => id === object?.id),
      true,
    )
  }
})

test("programs of the node read what it shares like any other collection, recalled objects excepted", async () => {
  const reader = await program(ids.shared, "r")
  const names = (await reader.objects(ids.shared)).map(({ name }) => name)
  assert.deepEqual(names, ["Relay that changed", "Relay that went out"])
  assert.deepEqual(await reader.objects(ids.shared, `?match[id]=${ids.recalledHere}`), [])
})
