import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, afterEach, test } from "node:test"
import { gzipSync } from "node:zlib"
import { badBodies, badObjects } from "./support/hostile.ts"
import { call, connectRaw } from "./support/http.ts"
import { comity, command } from "./support/node.ts"
import { openScene, PASSWORD } from "./support/scene.ts"
import { envelope, indicator, text } from "./support/stix.ts"
import { API, assertTaxiiError, basic, MEDIA, type Status } from "./support/taxii.ts"
import { tempFolder } from "./support/temp.ts"

const MIB = 1024 * 1024
const scene = await openScene({ collections: 5 })
const { tester } = scene
after(() => scene.stop())
afterEach(async () => {
  assert.equal((await call("GET", `${scene.node().url}/health`)).status, 200)
})

/** Begun before everything else and looked at after it, so that nobody waits for it. */
const endless = await connectRaw(scene.node().port)
await endless.send("GET /taxii2/ HTTP/1.1\r\nHost: 127")

const posted = scene.collection()
const imported = scene.collection()
const folder = tempFolder()

type Problem = { file: string; position: number; offset: number; id: string | null; code: string; message: string }
type Summary = {
  accepted: number
  duplicate: number
  conflicting: number
  rejected: number
  warnings: number
  problems: Problem[]
}

async function visible(collection: string, ...ids: string[]): Promise<string[]> {
  return (await tester.manifest(collection, `?match[id]=${ids.join(",")}`)).map(({ id }) => id)
}

async function importing(files: string[], watch?: (pid: number) => void) {
  const args = ["import", ...files, "--data", scene.node().data, "--collection", imported, "--json"]
  const { status, stdout, stderr } = await (watch ? comity(args, { watch }) : command(args))
  assert.match(stdout, /^\{.*\}\s*$/s, stderr)
  return { status, summary: JSON.parse(stdout) as Summary }
}

function surrounded(bad: Buffer, before: string, after: string): Buffer {
  return Buffer.concat([Buffer.from(`{"objects":[${before},`), bad, Buffer.from(`,${after}]}`)])
}

for (const { name, id, bytes } of badObjects()) {
  test(`over TAXII, ${name} fails alone and leaves no trace`, async () => {
    const [before, behind] = [indicator(), indicator()]
    const answer = await tester.post(posted, surrounded(bytes, text(before), text(behind)))
    assert.equal(answer.status, 202, answer.text)
    const status = answer.json<Status>()
    assert.deepEqual([status.success_count, status.failure_count], [2, 1])
    assert.ok(status.failures?.[0]?.message)
    assert.deepEqual(await visible(posted, before.id, id, behind.id), [before.id, behind.id])
  })
}

for (const { name, body } of badBodies("@")) {
  test(`over TAXII, a body that is ${name} is refused whole`, async () => {
    const good = indicator()
    const filled = body.includes("@") ? Buffer.from(body.toString("latin1").replaceAll("@", text(good))) : body
    assertTaxiiError(await tester.post(posted, filled), [400, 422])
    assert.deepEqual(await visible(posted, good.id), [])
  })
}

test("by import, every bad object is reported with file, position, offset and reason; its neighbours are kept", async () => {
  const cases = badObjects().map((bad, at) => {
    const file = join(folder, `object-${at}.json`)
    const [before, behind] = [indicator(), indicator()]
    writeFileSync(file, surrounded(bad.bytes, text(before), text(behind)))
    return { ...bad, file, before, behind, offset: `{"objects":[${text(before)},`.length }
  })
  const { status, summary } = await importing(cases.map(({ file }) => file))
  assert.equal(status, 1)
  assert.deepEqual([summary.accepted, summary.rejected], [cases.length * 2, cases.length])
  for (const { name, file, before, behind, id, offset } of cases) {
    const problem = summary.problems.find((found) => found.file === file)
    assert.ok(problem, name)
    assert.deepEqual([problem.position, problem.offset], [2, offset], `${name}: positions count from 1`)
    assert.ok(problem.code && problem.message, name)
    assert.deepEqual(await visible(imported, before.id, id, behind.id), [before.id, behind.id], name)
  }
})

test("by import, a broken file is reported and the objects before the fault, and other files, are kept", async () => {
  const good = indicator()
  const bodies = badBodies(text(good)).map(({ name, body }, at) => ({
    name,
    body,
    file: join(folder, `body-${at}.json`),
  }))
  for (const { file, body } of bodies) writeFileSync(file, body)
  const other = indicator()
  const fine = join(folder, "fine.json")
  writeFileSync(fine, envelope(other))
  const { status, summary } = await importing([...bodies.map(({ file }) => file), fine])
  assert.equal(status, 1)
  for (const { name, file } of bodies) {
    const problem = summary.problems.find((found) => found.file === file)
    assert.ok(
      problem?.code && problem.message && Number.isInteger(problem.offset),
      `${name}: ${JSON.stringify(problem)}`,
    )
  }
  assert.deepEqual(await visible(imported, good.id, other.id), [good.id, other.id])
})

test("an object of 20 MiB is 413 over TAXII and one reported object by import", async () => {
  const big = indicator({ description: "x".repeat(20 * MIB) })
  const [before, behind] = [indicator(), indicator()]
  const body = envelope(before, big, behind)
  const answer = await tester.post(posted, body).catch((error: Error & { code?: string }) => error)
  // The node may close before it has read all of a body that is too large; then the client sees a broken pipe.
  if (answer instanceof Error) assert.match(String(answer.code), /EPIPE|ECONNRESET/)
  else assertTaxiiError(answer, 413)
  assert.deepEqual(await visible(posted, before.id, big.id, behind.id), [])
  const file = join(folder, "big.json")
  writeFileSync(file, body)
  const { status, summary } = await importing([file])
  assert.deepEqual([status, summary.accepted, summary.rejected], [1, 2, 1])
  assert.equal(summary.problems[0]?.position, 2)
})

/** The most memory a process ever held, in MiB; null where the system does not tell. */
function peak(pid: number): number | null {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))
    return found ? Number(found[1]) / 1024 : null
  } catch {
    return null
  }
}

test("a bomb of 300 MiB in a small gzip body is 413, and by import one object too large; memory stays small", async (t) => {
  const [before, behind] = [indicator(), indicator()]
  const bomb = gzipSync(envelope(before, indicator({ description: "x".repeat(300 * MIB) }), behind), { level: 1 })
  const headers = { "content-encoding": "gzip" }
  assertTaxiiError(await tester.post(posted, bomb, { headers }), 413)
  assert.deepEqual(await visible(posted, before.id, behind.id), [])
  const file = join(folder, "bomb.json.gz")
  writeFileSync(file, bomb)
  const peaks: number[] = []
  const { status, summary } = await importing([file], (pid) => {
    const timer = setInterval(() => {
      const seen = peak(pid)
      if (seen === null) clearInterval(timer)
      else peaks.push(seen)
    }, 20)
  })
  assert.deepEqual([status, summary.accepted, summary.rejected], [1, 2, 1])
  const most = Math.max(...peaks, 0)
  const node = peak(scene.node().pid)
  t.diagnostic(`peak of the importing command ${Math.round(most)} MiB, of the node ${node && Math.round(node)} MiB`)
  if (node !== null) assert.ok(node < 512 && most < 300, "a streamed file must not be held in memory")
})

const head = (collection: string, ...more: string[]) =>
  [
    `POST ${API}collections/${collection}/objects/ HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: ${basic("tester", PASSWORD)}`,
    `Content-Type: ${MEDIA}`,
    ...more,
    "\r\n",
  ].join("\r\n")

test("a body that stops half-way leaves nothing, whether its length was told or not", async () => {
  const collection = scene.collection()
  const body = envelope(indicator(), indicator())
  const declared = await connectRaw(scene.node().port)
  await declared.send(`${head(collection, `Content-Length: ${body.length}`)}${body.slice(0, -3)}`)
  const chunked = await connectRaw(scene.node().port)
  await chunked.send(`${head(collection, "Transfer-Encoding: chunked")}${body.length.toString(16)}\r\n${body}\r\n`)
  assert.equal((await call("GET", `${scene.node().url}/health`)).status, 200)
  declared.drop()
  chunked.drop()
  await tester.put(posted, indicator())
  assert.deepEqual((await tester.get(`collections/${collection}/objects/`)).json(), {})
})

test("two hundred half-sent requests do not keep others from being answered", async () => {
  const collection = scene.collection()
  const open = await Promise.all(Array.from({ length: 200 }, () => connectRaw(scene.node().port)))
  await Promise.all(
    open.map((one, at) => one.send(at % 2 ? "GET /taxii2/ HT" : head(collection, "Content-Length: 99"))),
  )
  await tester.put(collection, indicator())
  assert.equal((await tester.objects(collection)).length, 1)
  for (const one of open) one.drop()
})

test("what is not HTTP is refused and the connection closed", async () => {
  const host = "Host: 127.0.0.1"
  const requests: [string | Buffer, RegExp][] = [
    [Buffer.from("16030100c8010000c40303", "hex"), /^(HTTP\/1\.1 400|$)/],
    [`GET /health HTTP/1.1\r\n${host}\r\nX: ${"y".repeat(100_000)}\r\n\r\n`, /^(HTTP\/1\.1 431|$)/],
    [`${head(posted, "Content-Length: 2", "Transfer-Encoding: chunked")}0\r\n\r\n`, /^HTTP\/1\.1 400/],
    [head(posted, "Content-Length: -5"), /^HTTP\/1\.1 400/],
    [`GET /health HTTP/9.9\r\n${host}\r\n\r\n`, /^HTTP\/1\.1 (400|505)/],
    [`NONSENSE /health HTTP/1.1\r\n${host}\r\n\r\n`, /^HTTP\/1\.1 400/],
  ]
  for (const [bytes, wanted] of requests) {
    const connection = await connectRaw(scene.node().port)
    await connection.send(bytes)
    assert.match(await connection.untilClosed(), wanted)
  }
})

test("a client that asks before it sends, and one that sends ahead, are both served in order", async () => {
  const collection = scene.collection()
  const body = envelope(indicator())
  const polite = await connectRaw(scene.node().port)
  await polite.send(head(collection, `Content-Length: ${body.length}`, "Expect: 100-continue"))
  await polite.until(/^HTTP\/1\.1 100 /)
  await polite.send(body)
  await polite.until(/\r\n\r\nHTTP\/1\.1 202 /)
  const ahead = `GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
  const hasty = await connectRaw(scene.node().port)
  await hasty.send(ahead)
  await hasty.until(/^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 404 /)
  for (const one of [polite, hasty]) one.drop()
})

test("diagnostics name neither indicator values nor passwords", () => {
  for (const secret of ["198.51.100", PASSWORD, Buffer.from(`tester:${PASSWORD}`).toString("base64")]) {
    assert.ok(!scene.node().stderr().includes(secret), secret)
  }
})

test("a request whose head never ends is cut off", async () => {
  assert.match(await endless.untilClosed(60_000), /^(HTTP\/1\.1 408|$)/)
})
