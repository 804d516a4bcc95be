import assert from "node:assert/strict"
import { after, test } from "node:test"
import { type Answer, call } from "../test/support/http.ts"
import { fakeClock } from "../test/support/node-in-process.ts"
import { envelope, indicator } from "../test/support/stix.ts"
import { tempFolder } from "../test/support/temp.ts"
import { type Config, parseConfig } from "./config.ts"
import type { Call, ProgramWho } from "./http/index.ts"
import type { Json } from "./kernel/canonical.ts"
import { diagnostics } from "./kernel/diagnostics.ts"
import { type Node, openNode, routesOf } from "./node.ts"
import { claim, folderAt } from "./store/index.ts"

const TAXII = "application/taxii+json;version=2.1"
const PASSWORD = "correct horse battery staple"
const COLLECTION = "5f8f8a1e-6d3c-4d4c-9a51-1f0a3a5c0001"
const said: string[] = []

type Started = { node: Node; url: string; stop(): Promise<void> }

async function start(root: string, flags: Record<string, string> = {}): Promise<Started> {
  const folder = folderAt(root)
  const owned = claim(folder)
  assert.ok(owned)
  const config = parseConfig({ data: root, port: "0", ...flags }, {})
  const parts = { config, folder, claim: owned, clock: fakeClock(), onFatal: assert.ifError }
  const node = await openNode({ ...parts, diagnostics: diagnostics((line) => said.push(line)) })
  const { url, close } = await node.serve()
  return { node, url, stop: () => close().then(() => node.stop()) }
}

async function command(node: Node, name: string, values: { [key: string]: Json }): Promise<Json> {
  const handler = node.handlers[name]
  assert.ok(handler, name)
  return handler({ arguments: values } as unknown as Call)
}

async function token(node: Node, name: string, grant: string[]): Promise<string> {
  const { token } = (await command(node, "token add", { NAME: name, grant })) as { token: string }
  return `Bearer ${token}`
}

const root = tempFolder()
let running = await start(root)
after(() => running.stop())
await command(running.node, "collection add", { TITLE: "T", id: COLLECTION })
await command(running.node, "account add", { NAME: "jo", password: PASSWORD })
const holders = {
  nothing: await token(running.node, "nothing", []),
  read: await token(running.node, "reader", [`${COLLECTION}:r`]),
  write: await token(running.node, "writer", [`${COLLECTION}:w`]),
  both: await token(running.node, "both", [`${COLLECTION}:rw`]),
}
const kept = indicator()

/** The table of the node, as it stands: a route that is not here is one that nobody decided about. */
const TABLE: readonly (readonly [route: string, who: ProgramWho])[] = [
  ["GET /health", "anyone"],
  ["GET /assets/:name", "anyone"],
  ["GET /taxii2", "account"],
  ["GET /taxii2/api", "account"],
  ["GET /taxii2/api/status/:status", "account"],
  ["GET /taxii2/api/collections", "account"],
  ["GET /taxii2/api/collections/:collection", "member"],
  ["GET /taxii2/api/collections/:collection/manifest", "reader"],
  ["GET /taxii2/api/collections/:collection/objects", "reader"],
  ["POST /taxii2/api/collections/:collection/objects", "writer"],
  ["GET /taxii2/api/collections/:collection/objects/:object", "reader"],
  ["DELETE /taxii2/api/collections/:collection/objects/:object", "owner"],
  ["GET /taxii2/api/collections/:collection/objects/:object/versions", "reader"],
  ["GET /taxii2/*", "account"],
  ["POST /taxii2/*", "account"],
  ["DELETE /taxii2/*", "account"],
  ["GET /log/:collection/:path{.+}", "reader"],
  ["GET /api/paths", "account"],
  ["GET /api/openapi.json", "anyone"],
]

/** Routes that find nothing here, whoever asks. */
const EMPTY = /:status|\*/

type Caller = "stranger" | "liar" | keyof typeof holders

/** The status of a refusal, or null where the caller is let in. `hidden` with the setting that hides what exists. */
function refusal(who: ProgramWho, caller: Caller, hidden: boolean): number | null {
  const partly = hidden ? 404 : 403
  const rows: Record<ProgramWho, Record<Caller, number | null>> = {
    anyone: { stranger: null, liar: null, nothing: null, read: null, write: null, both: null },
    account: { stranger: 401, liar: 401, nothing: null, read: null, write: null, both: null },
    member: { stranger: 401, liar: 401, nothing: 404, read: null, write: null, both: null },
    reader: { stranger: 401, liar: 401, nothing: 404, read: null, write: partly, both: null },
    writer: { stranger: 401, liar: 401, nothing: 404, read: partly, write: null, both: null },
    owner: { stranger: 401, liar: 401, nothing: 404, read: 403, write: 403, both: null },
  }
  return rows[who][caller]
}

const CALLERS: readonly Caller[] = ["stranger", "liar", "nothing", "read", "write", "both"]
const PLACES: Record<string, string> = {
  ":collection": COLLECTION,
  ":object": kept.id,
  ":status": COLLECTION,
  ":name": "style.css",
  ":path{.+}": "checkpoint",
  "*": "none/at/all",
}

function addressOf(path: string): string {
  const parts = path.split("/").map((part) => (/^[:*]/.test(part) ? PLACES[part] : part))
  assert.ok(!parts.includes(undefined), `no example for a place of ${path}`)
  return running.url + parts.join("/") + (path === "/api/paths" ? "?from=DE&to=BR&measure=preserve" : "")
}

let lies = 0

async function attempt(method: string, path: string, caller: Caller): Promise<Answer> {
  lies += 1
  const lie = `Basic ${Buffer.from(`liar${lies}:${PASSWORD}`).toString("base64")}`
  const authorization = caller === "stranger" ? {} : { authorization: caller === "liar" ? lie : holders[caller] }
  const body = method === "POST" ? { body: envelope(kept) } : {}
  const headers = { accept: "*/*", "content-type": TAXII, ...authorization }
  return call(method, addressOf(path), { headers, ...body })
}

function checkError(answer: Answer, status: number, what: string): void {
  assert.equal(answer.status, status, `${what}: ${answer.text}`)
  const body = answer.json<Record<string, string>>()
  assert.equal(body.http_status, String(status), what)
  assert.match(body.error_id ?? "", /^[0-9a-f-]{36}$/, what)
  assert.ok(body.title && body.error_code, what)
  assert.equal(answer.headers["cache-control"], "no-store", what)
  assert.equal(answer.headers["x-content-type-options"], "nosniff", what)
  if (status === 401) assert.match(String(answer.headers["www-authenticate"]), /Basic .*Bearer /, what)
}

async function checkTable(hidden: boolean): Promise<number> {
  let cases = 0
  for (const [route, who] of TABLE) {
    const [method = "", path = ""] = route.split(" ")
    for (const caller of CALLERS) {
      const wanted = refusal(who, caller, hidden)
      const answer = await attempt(method, path, caller)
      const what = `${route} by ${caller}`
      cases += 1
      if (wanted !== null) checkError(answer, wanted, what)
      else if (EMPTY.test(path)) checkError(answer, 404, what)
      else assert.ok(answer.status < 300, `${what}: ${answer.status} ${answer.text}`)
      if (method === "DELETE" && wanted === null) await attempt("POST", path.replace("/:object", ""), "both")
    }
  }
  return cases
}

test("every route is in the table of this test, and none is there that is not served", () => {
  const parts = { store: {} } as Parameters<typeof routesOf>[2]
  const routes = routesOf({} as Config, fakeClock(), parts, { write: () => "", read: () => 0 })
  assert.deepEqual(
    routes.map(({ method, path, who }) => [`${method} ${path}`, who]),
    TABLE,
  )
})

test("each route lets in whom its row names and nobody else", async (t) => {
  assert.equal((await attempt("POST", "/taxii2/api/collections/:collection/objects", "both")).status, 202)
  t.diagnostic(`${await checkTable(false)} cases`)
})

test("where the operator hides what exists, too few rights look like nothing there", async () => {
  await running.stop()
  running = await start(root, { "forbidden-status": "404" })
  await checkTable(true)
  await running.stop()
  running = await start(root)
})

test("HEAD says what GET would, without a body; other methods are named as not allowed", async () => {
  for (const [route] of TABLE) {
    const [method = "", path = ""] = route.split(" ")
    if (method !== "GET") continue
    const [head, get] = [await attempt("HEAD", path, "both"), await attempt("GET", path, "both")]
    assert.equal(head.status, get.status, path)
    assert.equal(head.text, "", path)
    assert.equal(head.headers["content-type"], get.headers["content-type"], path)
    assert.equal(head.headers["content-length"], String(get.bytes.length), path)
    if (path.endsWith("*")) continue
    const put = await attempt("PUT", path, "both")
    checkError(put, 405, path)
    assert.match(String(put.headers.allow), /GET/, path)
  }
  const none = await call("GET", `${running.url}/none`, { headers: { authorization: holders.both } })
  checkError(none, 404, "/none")
  checkError(await call("GET", `${running.url}/taxii2/%ff/`, { headers: { authorization: holders.both } }), 404, "%ff")
})

test("what was written is on the very next page, and gone from it once erased, however often it was asked before", async () => {
  const path = "/taxii2/api/collections/:collection/objects"
  const page = async (gzip: boolean) => {
    const headers = { authorization: holders.both, accept: TAXII, ...(gzip ? { "accept-encoding": "gzip" } : {}) }
    const answer = await call("GET", addressOf(path), { headers })
    assert.equal(answer.status, 200)
    return answer
  }
  for (let round = 0; round < 4; round++) {
    const fresh = indicator()
    const before = await page(false)
    for (let i = 0; i < 3; i++) assert.deepEqual((await page(false)).bytes, before.bytes)
    assert.ok(!before.text.includes(fresh.id))
    const headers = { authorization: holders.both, "content-type": TAXII, accept: TAXII }
    assert.equal((await call("POST", addressOf(path), { headers, body: envelope(fresh) })).status, 202)
    assert.ok((await page(false)).text.includes(fresh.id))
    await call("DELETE", `${addressOf(path)}/${fresh.id}`, { headers })
    assert.ok(!(await page(false)).text.includes(fresh.id))
  }
})

test("a removed account is out at the next request, though its answers were remembered", async () => {
  const authorization = await token(running.node, "leaving", [`${COLLECTION}:r`])
  const ask = () =>
    call("GET", addressOf("/taxii2/api/collections/:collection/objects"), { headers: { authorization } })
  for (let i = 0; i < 4; i++) assert.equal((await ask()).status, 200)
  await command(running.node, "token remove", { NAME: "leaving" })
  checkError(await ask(), 401, "after removal")
})

test("one caller's remembered answer is never another's", async () => {
  const path = addressOf("/taxii2/api/collections/:collection/objects")
  for (let i = 0; i < 3; i++) {
    for (const caller of CALLERS) {
      const answer = await attempt("GET", "/taxii2/api/collections/:collection/objects", caller)
      const wanted = refusal("reader", caller, false)
      assert.equal(answer.status, wanted ?? 200, `${caller} ${path}`)
    }
  }
})

test("a node that refuses and fails nobody has nothing to report", () => assert.deepEqual(said, []))
