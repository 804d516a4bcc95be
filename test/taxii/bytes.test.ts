import assert from "node:assert/strict"
import { after, test } from "node:test"
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from "node:zlib"
import { command } from "../support/node.ts"
import { openScene } from "../support/scene.ts"
import { EARLY, envelope, indicator, malware, newVersion, objectTexts, stixId, text } from "../support/stix.ts"
import { assertTaxiiError, MEDIA, walk } from "../support/taxii.ts"

const scene = await openScene({ collections: 10, args: ["--page-size-default", "3", "--page-size-max", "7"] })
const { tester } = scene
after(() => scene.stop())

/** One indicator, written in ways that no serialiser would repeat. */
function oddTexts(): string[] {
  const head = (id: string) => `"type":"indicator","spec_version":"2.1","id":"${id}"`
  const tail = `"pattern":"[a:b = 'c']","pattern_type":"stix","valid_from":"${EARLY}"`
  const times = `"created":"${EARLY}","modified":"2020-01-01T00:00:00.123000Z"`
  const next = () => head(stixId("indicator"))
  return [
    `{  ${next()}  ,\n\t${times} , ${tail}\r\n}`,
    `{${tail},${times},${next()}}`,
    `{${next()},${times},${tail},"name":"caf\\u00E9 \\/ \\u003Cb> \\ud83d\\ude00 😀 \\"quoted\\" \\\\"}`,
    `{${next()},${times},${tail},"x_numbers":[1.0,1E2,-0.5e-3,100000000000000000000.0,0.1]}`,
    `{${next()},${times},${tail},"x_empty":{ },"x_list":[ ],"x_blank":"","x_brackets":"]}],{[\\"}"}`,
    `{${next()},${times},${tail},"objects":[{"objects":[1]}],"x_null":null,"":"no name"}`,
    `{${next()},${times},${tail},"name":"\u2028\u2029\u202e\u200b e\u0301"}`,
  ]
}

test("an object comes back byte for byte as it was sent, from every endpoint and after a restart", async () => {
  const collection = scene.collection()
  const sent = oddTexts()
  await tester.put(collection, ...sent)
  const check = async () => {
    assert.deepEqual(await tester.texts(collection, "?limit=7"), sent)
    for (const one of sent) {
      const { id } = JSON.parse(one) as { id: string }
      const answer = await tester.get(`collections/${collection}/objects/${id}/`)
      assert.deepEqual(objectTexts(answer.text), [one])
      JSON.parse(answer.text)
    }
    const exported = await command(["export", "--data", scene.node().data, "--collection", collection])
    assert.equal(exported.status, 0, exported.stderr)
    assert.deepEqual(objectTexts(exported.stdout), sent)
    assert.equal((JSON.parse(exported.stdout) as { type: string }).type, "bundle")
  }
  await check()
  await scene.restart()
  await check()
})

test("a compressed answer holds the same bytes as the plain one, on the first reading and the repeated", async () => {
  const collection = scene.collection()
  await tester.put(collection, ...Array.from({ length: 6 }, () => indicator({ description: "z".repeat(2000) })))
  const path = `collections/${collection}/objects/?limit=6`
  const plain = await tester.get(path)
  assert.equal(plain.headers["content-encoding"], undefined)
  for (const _ of [1, 2]) {
    const packed = await tester.get(path, { headers: { "accept-encoding": "gzip" } })
    assert.equal(packed.headers["content-encoding"], "gzip")
    assert.ok(packed.bytes.length < plain.bytes.length / 5)
    assert.deepEqual(gunzipSync(packed.bytes), plain.bytes)
  }
  assert.deepEqual((await tester.get(path, { headers: { "accept-encoding": "identity" } })).bytes, plain.bytes)
})

test("a cached page is not served once something was added, erased or the reader has changed", async () => {
  const collection = scene.collection()
  const [first, second, third] = [indicator(), indicator(), indicator()]
  await tester.put(collection, first, second)
  for (const _ of [1, 2]) assert.equal((await tester.texts(collection)).length, 2)
  await tester.put(collection, third)
  assert.deepEqual(await tester.texts(collection), [first, second, third].map(text))
  await tester.call("DELETE", `collections/${collection}/objects/${second.id}/`)
  assert.deepEqual(await tester.texts(collection), [first, third].map(text))
  const other = await scene.holder(`${collection}:w`)
  assertTaxiiError(await other.get(`collections/${collection}/objects/`), 403)
})

test("without a limit a page has the default size, and no limit reaches beyond the largest", async () => {
  const collection = scene.collection()
  await tester.put(collection, ...Array.from({ length: 9 }, () => malware()))
  assert.equal((await tester.objects(collection)).length, 3)
  assert.equal((await tester.manifest(collection)).length, 3)
  assert.equal((await tester.objects(collection, "?limit=100")).length, 7)
  assert.equal((await tester.manifest(collection, "?limit=100")).length, 7)
})

test("a page of large objects may end before its limit, and the next goes on where it ended", async () => {
  const collection = scene.collection()
  const sent = Array.from({ length: 30 }, () => text(indicator({ description: "w".repeat(600_000) })))
  for (let at = 0; at < sent.length; at += 10) await tester.put(collection, ...sent.slice(at, at + 10))
  const pages = await walk(tester, `collections/${collection}/objects/`, "?limit=7")
  assert.deepEqual(
    pages.flatMap(({ objects = [] }) => objects.map((one) => JSON.stringify(one))),
    sent,
  )
})

test("a page too large to be remembered is whole each time it is asked for, packed or not", async () => {
  const collection = scene.collection()
  await tester.put(collection, ...Array.from({ length: 7 }, () => indicator({ description: "w".repeat(900_000) })))
  const path = `collections/${collection}/objects/?limit=7`
  const plain = await tester.get(path)
  assert.ok(plain.bytes.length > 4 * 1024 * 1024)
  for (let time = 0; time < 4; time++) {
    const packed = await tester.get(path, { headers: { "accept-encoding": "gzip" } })
    assert.deepEqual(gunzipSync(packed.bytes), plain.bytes)
    assert.deepEqual((await tester.get(path)).bytes, plain.bytes)
  }
})

test("erasing one version leaves the others; erasing without a filter leaves none", async () => {
  const collection = scene.collection()
  const object = indicator()
  const times = ["2021-01-01T00:00:00.000Z", "2022-01-01T00:00:00.000Z", "2023-01-01T00:00:00.000Z"]
  const path = `collections/${collection}/objects/${object.id}/`
  const left = async () => (await tester.manifest(collection, "?match[version]=all")).map(({ version }) => version)
  await tester.put(collection, ...times.map((time) => newVersion(object, time)))
  assert.equal((await tester.call("DELETE", `${path}?match[version]=${times[1]}`)).status, 200)
  assert.deepEqual(await left(), [times[0], times[2]])
  assert.equal((await tester.call("DELETE", `${path}?match[version]=last`)).status, 200)
  assert.deepEqual(await left(), [times[0]])
  assert.equal((await tester.objects(collection))[0]?.modified, times[0])
  await tester.put(collection, newVersion(object, "2024-01-01T00:00:00.000Z"))
  assert.equal((await tester.call("DELETE", path)).status, 200)
  assert.deepEqual(await left(), [])
})

test("a packed body is taken as gzip and as nothing else, however it is nested", async () => {
  const collection = scene.collection()
  const object = indicator()
  const body = Buffer.from(envelope(object))
  const send = (encoding: string, bytes: Buffer) =>
    tester.post(collection, bytes, { headers: { "content-encoding": encoding } })
  assert.equal((await send("gzip", gzipSync(body))).status, 202)
  assert.deepEqual(await tester.texts(collection), [text(object)])
  assertTaxiiError(await send("deflate", deflateSync(body)), 415)
  assertTaxiiError(await send("br", brotliCompressSync(body)), 415)
  assertTaxiiError(await send("gzip, gzip", gzipSync(gzipSync(body))), 415)
  assertTaxiiError(await send("gzip", gzipSync(gzipSync(body))), [400, 422])
  assertTaxiiError(await send("gzip", gzipSync(body).subarray(0, -20)), 400)
  assertTaxiiError(await send("gzip", body), 400)
})

test("an answer says what it is, forbids guessing, and tells the length of its body", async () => {
  const answer = await tester.get("/taxii2/")
  assert.equal(answer.headers["content-type"]?.replaceAll(" ", ""), MEDIA)
  assert.equal(answer.headers["x-content-type-options"], "nosniff")
  assert.equal(Number(answer.headers["content-length"]), answer.bytes.length)
})
