import assert from "node:assert/strict"
import { after, test } from "node:test"
import { run } from "../support/node.ts"
import { openScene } from "../support/scene.ts"
import { indicator, objectTexts, type Stix, text } from "../support/stix.ts"
import { type Page, walk } from "../support/taxii.ts"

const scene = await openScene({ collections: 6 })
const { tester } = scene
after(() => scene.stop())

const numbered = (count: number) => Array.from({ length: count }, () => indicator())

/** Three writers at once, each with envelopes of its own size. */
async function writers(collection: string): Promise<Stix[]> {
  const sent = await Promise.all(
    [1, 7, 40].map(async (size) => {
      const rounds = Array.from({ length: 12 }, () => numbered(size))
      for (const objects of rounds) await tester.put(collection, ...objects)
      return rounds.flat()
    }),
  )
  return sent.flat()
}

test("who polls by added_after while others write sees every object once and in the order of adding", async () => {
  const collection = scene.collection()
  let writing = true
  const sent = writers(collection).finally(() => {
    writing = false
  })
  const seen: string[] = []
  let after = "2020-01-01T00:00:00.000000Z"
  for (let last = false; ; ) {
    const answer = await tester.get(`collections/${collection}/objects/?limit=50&added_after=${after}`)
    const texts = objectTexts(answer.text)
    seen.push(...texts)
    after = String(answer.headers["x-taxii-date-added-last"] ?? after)
    if (texts.length === 0 && last) break
    if (texts.length === 0) last = !writing
  }
  const objects = (await sent).map(text)
  assert.equal(seen.length, objects.length)
  assert.deepEqual(new Set(seen), new Set(objects))
  const order = await walk(tester, `collections/${collection}/objects/`, "?limit=1000")
  const ids = order.flatMap((page) => (page.objects as Stix[]).map(({ id }) => id))
  assert.deepEqual(
    seen.map((one) => (JSON.parse(one) as Stix).id),
    ids,
  )
})

test("the log verifies while others write", async () => {
  const collection = scene.collection()
  const sent = writers(collection)
  const verify = ["log", "verify", "--data", scene.node().data, "--collection", collection]
  for (let round = 0; round < 2; round++) await run(verify)
  await sent
  await run(verify)
})

test("who follows next while others write and erase loses nothing that stayed", async () => {
  const collection = scene.collection()
  const stayed = numbered(60)
  const erased = numbered(20)
  await tester.put(collection, ...stayed, ...erased)
  const sent = writers(collection)
  const erasing = (async () => {
    for (const { id } of erased) await tester.call("DELETE", `collections/${collection}/objects/${id}/`)
  })()
  const pages: Page[] = await walk(tester, `collections/${collection}/objects/`, "?limit=9")
  const ids = pages.flatMap((page) => ((page.objects ?? []) as Stix[]).map(({ id }) => id))
  assert.equal(new Set(ids).size, ids.length, "an object came twice")
  for (const { id } of stayed) assert.ok(ids.includes(id))
  await Promise.all([sent, erasing])
})

test("the same object sent by many at once is kept once and told to each as a success", async () => {
  const collection = scene.collection()
  const object = indicator()
  const layouts = Array.from({ length: 12 }, (_, at) => JSON.stringify(object, null, at % 6))
  const answers = await Promise.all(layouts.map((one) => tester.add(collection, one)))
  assert.deepEqual(
    answers.map(({ success_count }) => success_count),
    layouts.map(() => 1),
  )
  const kept = await tester.texts(collection, "?match[version]=all")
  assert.equal(kept.length, 1)
  assert.ok(layouts.includes(kept[0] ?? ""))
})

test("of many contents for one version sent at once, one is kept and the others are told of the conflict", async () => {
  const collection = scene.collection()
  const object = indicator()
  const contents = Array.from({ length: 12 }, (_, at) => ({ ...object, name: `content ${at}` }))
  const answers = await Promise.all(contents.map((one) => tester.add(collection, one)))
  assert.equal(answers.filter(({ success_count }) => success_count === 1).length, 1)
  const [kept] = await tester.texts(collection)
  assert.equal(kept, text(contents[answers.findIndex(({ success_count }) => success_count === 1)] ?? object))
})

test("of many who erase an object at once, one does it and the others hear that it is not there", async () => {
  const collection = scene.collection()
  const object = indicator()
  await tester.put(collection, object)
  const path = `collections/${collection}/objects/${object.id}/`
  const statuses = (await Promise.all(numbered(6).map(() => tester.call("DELETE", path)))).map(({ status }) => status)
  assert.deepEqual(statuses.toSorted(), [200, 404, 404, 404, 404, 404])
})
