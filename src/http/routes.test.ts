import assert from "node:assert/strict"
import { once } from "node:events"
import { after, test } from "node:test"
import { call, connectRaw } from "../../test/support/http.ts"
import { diagnostics } from "../kernel/diagnostics.ts"
import { ComityError } from "../kernel/errors.ts"
import { type Ask, type Edge, guarded, listen, listener, ReplyCache, type Route, reply } from "./index.ts"
import { errorReply } from "./sending.ts"

type Actor = { name: string }

const said: string[] = []
const route = (
  method: Route<Actor>["method"],
  path: string,
  handle: (ask: Ask<Actor>) => Promise<string>,
): Route<Actor> => ({
  ...{ method, path, who: "anyone", errors: "application/x-test" },
  handle: async (ask) => reply("text/plain", await handle(ask)),
})

const routes: Route<Actor>[] = [
  route("GET", "/thing/:id", async ({ params, query }) => `${params.id} ${query.get("q")}`),
  route("GET", "/thing/:id/deep/:rest{.+}", async ({ params }) => `${params.id} ${params.rest}`),
  route("POST", "/thing/:id", async ({ body }) => String((await body(1000)).length)),
  route("POST", "/deaf", async () => "did not listen"),
  route("GET", "/who", async ({ actor, address }) => `${actor.name} ${address()}`),
  route("GET", "/bug", async () => {
    throw new TypeError("inside: secret-4711")
  }),
  route("GET", "/slow", async () => {
    throw new ComityError("slow-down", "account.slowed", { seconds: 7 })
  }),
]

async function serve(changes: Partial<Edge> = {}): Promise<string> {
  const edge: Edge = {
    rows: guarded(routes, async (_, ask) => ({ name: ask.header("x-name") ?? "nobody" })),
    elsewhere: async (error) => errorReply(error, "application/json"),
    diagnostics: diagnostics((line) => said.push(line)),
    behindProxy: false,
    replies: new ReplyCache(() => "same"),
    fingerprint: (header) => header ?? "",
    ...changes,
  }
  const { port, close } = await listen(listener(edge), { host: "127.0.0.1", port: 0, tls: null })
  after(close)
  return `http://127.0.0.1:${port}`
}

const url = await serve()

test("an address leads to its route with or without a closing slash, its places decoded", async () => {
  const table: [path: string, status: number, text: string][] = [
    ["/thing/a", 200, "a null"],
    ["/thing/a/?q=b%20c", 200, "a b c"],
    ["/thing/%C3%BC%2Fx", 200, "ü/x null"],
    ["/thing/a/deep/b/c", 200, "a b/c"],
    ["/thing/a//", 404, ""],
    ["/thing//", 404, ""],
    ["/thing", 404, ""],
    ["/Thing/a", 404, ""],
    ["/thing/%ff", 400, ""],
    ["/thing/%", 400, ""],
    ["/", 404, ""],
    ["//thing/a", 404, ""],
  ]
  for (const [path, status, text] of table) {
    const answer = await call("GET", url + path)
    assert.equal(answer.status, status, `${path}: ${answer.text}`)
    if (status === 200) assert.equal(answer.text, text, path)
    else assert.equal(answer.json<{ http_status: string }>().http_status, String(status), path)
  }
})

test("of a bug the caller learns an id alone, the operator the place in the code, and neither what was inside", async () => {
  said.length = 0
  const answer = await call("GET", `${url}/bug`)
  assert.equal(answer.status, 500)
  assert.equal(answer.headers["content-type"], "application/x-test")
  const { error_id: id, error_code: code } = answer.json<Record<string, string>>()
  assert.equal(code, "internal")
  assert.equal(said.length, 1)
  const line = JSON.parse(said[0] ?? "{}") as Record<string, string>
  assert.deepEqual([line.level, line.event, line.name], ["error", "http.bug", "TypeError"])
  assert.ok(line.answer?.includes(id ?? "?"))
  assert.match(line.stack ?? "", /routes\.test\.ts/)
  assert.doesNotMatch(said[0] + answer.text, /secret-4711/)
})

test("who must wait is told for how long", async () => {
  const answer = await call("GET", `${url}/slow`)
  assert.deepEqual([answer.status, answer.headers["retry-after"]], [429, "7"])
})

test("a method that an address does not have is answered with those that it has", async () => {
  const answer = await call("DELETE", `${url}/thing/a`)
  assert.deepEqual([answer.status, answer.headers.allow?.split(", ").sort()], [405, ["GET", "POST"]])
  assert.equal((await call("DELETE", `${url}/none`)).status, 404)
})

test("an address is believed from our own proxy only, and of it only the hop that it saw", async () => {
  const headers = { "x-forwarded-for": "203.0.113.1, 203.0.113.2", "x-name": "jo" }
  assert.equal((await call("GET", `${url}/who`, { headers })).text, "jo 127.0.0.1")
  const behind = await serve({ behindProxy: true })
  assert.equal((await call("GET", `${behind}/who`, { headers })).text, "jo 203.0.113.2")
  assert.equal((await call("GET", `${behind}/who`)).text, "nobody 127.0.0.1")
})

test("a body that nobody read closes its connection, and the next request on it is not taken from that body", async () => {
  const connection = await connectRaw(Number(new URL(url).port))
  await connection.send(
    "POST /deaf HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\nGET /who HTTP/1.1\r\nhost: x\r\n\r\n",
  )
  const received = await connection.untilClosed()
  assert.match(received, /connection: close/i)
  assert.equal(received.split("HTTP/1.1 ").length, 2)
})

test("a body that was read leaves the connection open for the next request", async () => {
  const connection = await connectRaw(Number(new URL(url).port))
  await connection.send("POST /thing/a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc")
  await connection.until(/\r\n\r\n3$/)
  await connection.send("GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
  assert.match(await connection.untilClosed(), /nobody 127\.0\.0\.1/)
  if (!connection.socket.destroyed) await once(connection.socket, "close")
})
