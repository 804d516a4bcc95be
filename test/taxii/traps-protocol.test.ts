import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { after, test } from "node:test"
import { type Answer, connectRaw } from "../support/http.ts"
import { run } from "../support/node.ts"
import { openScene, PASSWORD } from "../support/scene.ts"
import { envelope, indicator, malware } from "../support/stix.ts"
import { API, assertTaxiiError, basic, type Collection, MEDIA, taxii } from "../support/taxii.ts"

const LIMIT = 200_000
const scene = await openScene({ collections: 8, args: ["--max-content-length", String(LIMIT)] })
const { tester } = scene
after(() => scene.stop())

const filled = scene.collection()
const known = indicator()
await tester.put(filled, known, malware())
const endpoints = [
  "/taxii2/",
  API,
  `${API}collections/`,
  `${API}collections/${filled}/`,
  `${API}collections/${filled}/objects/`,
  `${API}collections/${filled}/objects/${known.id}/`,
  `${API}collections/${filled}/objects/${known.id}/versions/`,
  `${API}collections/${filled}/manifest/`,
]

test("trap 1: the media type is chosen by Accept, and what the node cannot answer is 406", async () => {
  const fitting = [
    MEDIA,
    "application/taxii+json; version=2.1",
    'application/taxii+json;version="2.1"',
    "application/taxii+json",
    "application/*",
    "*/*",
    "text/html, application/taxii+json;version=2.1;q=0.5",
    null,
  ]
  const unfit = ["application/taxii+json;version=2.0", "application/json", "text/html", "application/taxii+json;q=0"]
  for (const path of endpoints) {
    for (const accept of fitting) {
      const answer = await tester.get(path, { accept })
      assert.equal(answer.status, 200, `${path} with ${accept}: ${answer.text}`)
      assert.equal(answer.headers["content-type"]?.replaceAll(" ", ""), MEDIA)
    }
    for (const accept of unfit) assertTaxiiError(await tester.get(path, { accept }), 406)
  }
})

test("trap 1: a POST is taken as TAXII 2.1 or without a version; any other content type is 415", async () => {
  const collection = scene.collection()
  const body = envelope(indicator())
  for (const type of [MEDIA, "application/taxii+json; version=2.1", "application/taxii+json"]) {
    const answer = await tester.post(collection, body, { headers: { "content-type": type } })
    assert.equal(answer.status, 202, answer.text)
  }
  const other = [
    "application/json",
    "application/taxii+json;version=2.0",
    "application/vnd.oasis.stix+json",
    "text/plain",
  ]
  for (const type of other) {
    assertTaxiiError(await tester.post(collection, envelope(malware()), { headers: { "content-type": type } }), 415)
  }
  const untyped = await tester.call("POST", `collections/${collection}/objects/`, { body: envelope(malware()) })
  assertTaxiiError(untyped, 415)
  assert.equal((await tester.objects(collection)).length, 1)
})

test("trap 2: every address works with and without its last slash, and keeps method and body", async () => {
  for (const path of endpoints) {
    const bare = await tester.get(path.slice(0, -1))
    assert.equal(bare.status, 200, path)
    assert.equal(bare.text, (await tester.get(path)).text)
  }
  const collection = scene.collection()
  const posted = indicator()
  const headers = { "content-type": MEDIA }
  const path = `collections/${collection}/objects`
  const added = await tester.call("POST", path, { headers, body: envelope(posted) })
  assert.equal(added.status, 202)
  assert.equal((await tester.get(`${path}?limit=1`)).json<{ objects: unknown[] }>().objects.length, 1)
  const status = await tester.get(`status/${added.json<{ id: string }>().id}`)
  assert.equal(status.status, 200)
  assert.equal((await tester.call("DELETE", `${path}/${posted.id}`)).status, 200)
  assert.deepEqual((await tester.get(path)).json(), {})
})

test("trap 3: discovery names API roots that resolve, whatever Host the caller claims", async () => {
  const answer = await tester.get("/taxii2/", { headers: { host: "evil.example" } })
  assert.ok(!answer.text.includes("evil.example"), "an address was taken from the Host header")
  const discovery = (await tester.get("/taxii2/")).json<{ title: string; api_roots: string[]; default?: string }>()
  assert.ok(discovery.title.length > 0)
  assert.ok(discovery.api_roots.length > 0)
  if (discovery.default !== undefined) assert.ok(discovery.api_roots.includes(discovery.default))
  for (const root of discovery.api_roots) {
    // TAXII 2.1 section 4.1.1 wants https or a path; on loopback without TLS the node's own address is the way in.
    assert.ok(root.startsWith(`${scene.node().url}/`) || /^(https:\/\/|\/(?!\/))/.test(root), root)
    assert.match(root, /^[^?]*\/$/)
    const path = new URL(root, `${scene.node().url}/taxii2/`).pathname
    const found = (await tester.get(path)).json<{ title: string; versions: string[]; max_content_length: number }>()
    assert.ok(found.title.length > 0)
    assert.ok(found.versions.includes(MEDIA))
    assert.equal(found.max_content_length, LIMIT)
  }
})

test("trap 4: nothing under /taxii2/ or /log/ is told without credentials; 401 names Basic and Bearer", async () => {
  const wrong = [
    undefined,
    basic("nobody", PASSWORD),
    basic("", ""),
    "Bearer made-up",
    "Bearer",
    "Basic",
    "Basic %%%",
    "Basic bm9jb2xvbg==",
    "Digest x",
  ]
  const paths = [...endpoints, "/taxii2/nothing/", `${API}collections/${randomUUID()}/`, `/log/${filled}/checkpoint`]
  for (const path of paths) {
    for (const authorization of path === "/taxii2/" ? wrong : [undefined]) {
      const answer = await scene.stranger(authorization).get(path)
      if (path.startsWith("/taxii2/")) assertTaxiiError(answer, 401)
      assert.equal(answer.status, 401, path)
      assert.match(String(answer.headers["www-authenticate"]), /Basic/)
      assert.match(String(answer.headers["www-authenticate"]), /Bearer/)
    }
  }
  const posted = await scene.stranger().post(filled, envelope(indicator()))
  assertTaxiiError(posted, 401)
  assert.equal((await tester.objects(filled)).length, 2)
})

test("trap 4: name and password work as Basic, a token as Bearer, and a wrong password never", async () => {
  assert.equal((await tester.get("/taxii2/")).status, 200)
  const program = await scene.holder(`${filled}:r`)
  assert.equal((await program.get("/taxii2/")).status, 200)
  assert.equal((await program.objects(filled)).length, 2)
  const guess = taxii(() => scene.node().url, basic("tester", `${PASSWORD}!`))
  assertTaxiiError(await guess.get("/taxii2/"), [401, 429])
})

test("trap 4: a program with a wrong token does not keep the others of its address out", async () => {
  const good = await scene.holder(`${filled}:r`)
  const bad = taxii(() => scene.node().url, "Bearer not-the-right-one")
  for (let at = 0; at < 8; at++) assert.ok([401, 429].includes((await bad.get("/taxii2/")).status))
  assert.equal((await good.get("/taxii2/")).status, 200)
})

test("trap 4: many guesses at once are slowed down like guesses one after the other", async () => {
  await run(["account", "add", "rushed", "--data", scene.node().data], { COMITY_PASSWORD: PASSWORD })
  const guesses = Array.from({ length: 30 }, (_, at) =>
    taxii(() => scene.node().url, basic("rushed", `guess ${at}`)).get("/taxii2/"),
  )
  const refused = (await Promise.all(guesses)).filter(({ status }) => status === 401)
  assert.ok(refused.length <= 10, `${refused.length} of 30 guesses were tried`)
})

test("trap 4: guessing at a password is slowed down, for that name and nobody else", async () => {
  await run(["account", "add", "guessed", "--data", scene.node().data], { COMITY_PASSWORD: PASSWORD })
  const guess = (password: string) => taxii(() => scene.node().url, basic("guessed", password)).get("/taxii2/")
  const statuses: number[] = []
  for (let at = 0; at < 12 && statuses.at(-1) !== 429; at++) statuses.push((await guess(`guess ${at}`)).status)
  assert.deepEqual(new Set(statuses), new Set([401, 429]), "some guesses are refused, then the next must wait")
  assertTaxiiError(await guess(PASSWORD), 429)
  assert.equal((await tester.get("/taxii2/")).status, 200)
})

test("trap 18: what exceeds max_content_length is 413, whether declared, chunked or packed", async () => {
  const collection = scene.collection()
  const authorization = basic("tester", PASSWORD)
  const head = [
    `POST ${API}collections/${collection}/objects/ HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: ${authorization}`,
    `Accept: ${MEDIA}`,
    `Content-Type: ${MEDIA}`,
  ].join("\r\n")

  const declared = await connectRaw(scene.node().port)
  await declared.send(`${head}\r\nContent-Length: ${LIMIT + 1}\r\n\r\n`)
  assert.match(await declared.untilClosed(), /^HTTP\/1\.1 413 /)

  const chunked = await connectRaw(scene.node().port)
  await chunked.send(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n`)
  const part = `{"objects":[${" ".repeat(LIMIT)}`
  await chunked.send(`${part.length.toString(16)}\r\n${part}\r\n`)
  assert.match(await chunked.untilClosed(), /^HTTP\/1\.1 413 [\s\S]*"http_status":\s*"413"/)

  const fitting = envelope(indicator({ description: "x".repeat(LIMIT - 1000) }))
  assert.ok(fitting.length <= LIMIT)
  assert.equal((await tester.post(collection, fitting)).status, 202)
  assert.equal((await tester.objects(collection)).length, 1)
})

test("trap 20: every error is a TAXII error with its own id, and no malformed id makes a 500", async () => {
  const objects = `collections/${filled}/objects/`
  const bad = [
    `${objects}nonsense/`,
    `${objects}indicator--123/`,
    `${objects}${"a".repeat(5000)}/`,
    `${objects}%00/`,
    `${objects}%F0%9F%92%A9/versions/`,
    `${objects}..%2F..%2Fetc%2Fpasswd/`,
    `${objects}%ff/`,
    "collections/not-a-uuid/objects/",
    "collections/%27%3B%20DROP%20TABLE/",
    "status/not-a-uuid/",
    "nothing/here/",
  ]
  const seen = new Set<string>()
  for (const path of bad) {
    const answer = await tester.get(path)
    assertTaxiiError(answer, [400, 404])
    seen.add(answer.json<{ error_id: string }>().error_id)
  }
  assert.equal(seen.size, bad.length)
})

test("trap 20: methods that an endpoint does not have are refused without effect", async () => {
  const refused: Answer[] = []
  for (const path of endpoints) refused.push(await tester.call("PUT", path, { body: "{}" }))
  refused.push(await tester.call("DELETE", `collections/${filled}/`))
  refused.push(await tester.call("DELETE", `collections/${filled}/objects/`))
  for (const answer of refused) assertTaxiiError(answer, [404, 405])
  assert.equal((await tester.objects(filled)).length, 2)
})

test("collections say what the caller may do and are listed in the order of their ids", async () => {
  const { collections } = (await tester.get("collections/")).json<{ collections: Collection[] }>()
  const ids = collections.map(({ id }) => id)
  assert.equal(ids.length, 8)
  assert.deepEqual(ids, ids.toSorted())
  for (const found of collections) {
    assert.ok(found.title.startsWith("Stock "))
    assert.deepEqual([found.can_read, found.can_write], [true, true])
    const single = (await tester.get(`collections/${found.id}/`)).json<Collection>()
    assert.deepEqual(single, found)
  }
})
