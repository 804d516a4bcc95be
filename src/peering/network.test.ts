import assert from "node:assert/strict"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { type TestContext, test } from "node:test"
import { network } from "./network.ts"

async function listening(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const stop = new AbortController()
const here = network(() => ({ private: false, loopback: true }), stop.signal)
const outside = network(() => ({ private: true, loopback: false }), stop.signal)
const asked = (url: string) => ({
  url,
  headers: { "content-type": "text/plain" },
  body: Buffer.from("?"),
  bytesMost: 100,
})

test("a request is sent as it is and its answer comes back as it was sent", async (t) => {
  const url = await listening(t, async (request, response) => {
    const parts = await Array.fromAsync(request)
    response.writeHead(201, ["X-Twice", "1", "X-Twice", "2"])
    response.end(`${request.method} ${Buffer.concat(parts)}`)
  })
  const { status, rawHeaders, body } = await here(asked(`${url}/peer/v1/x`))
  assert.deepEqual([status, body.toString()], [201, "POST ?"])
  assert.equal(rawHeaders.filter((name) => name === "X-Twice").length, 2)
})

test("no address is called that the operator did not allow, by number or by name, and no redirect is followed", async (t) => {
  let calls = 0
  const url = await listening(t, (_, response) => {
    calls += 1
    response.writeHead(302, { location: url }).end()
  })
  await assert.rejects(outside(asked(url)), { code: "peer.address" })
  await assert.rejects(outside(asked(url.replace("127.0.0.1", "localhost"))), { code: "peer.address" })
  await assert.rejects(outside(asked(url.replace("127.0.0.1", "[::ffff:127.0.0.1]"))), { code: "peer.address" })
  assert.equal(calls, 0)
  assert.equal((await here(asked(url))).status, 302)
  assert.equal(calls, 1)
})

test("an answer that is too long, that breaks off, or that is none, is an error and not half an answer", async (t) => {
  const long = await listening(t, (_, response) => void response.end(Buffer.alloc(101)))
  await assert.rejects(here(asked(long)), { code: "peer.answer-large" })
  const broken = await listening(t, (request, response) => {
    response.writeHead(200, { "content-length": 50 })
    response.write("half")
    setImmediate(() => request.socket.destroy())
  })
  await assert.rejects(here(asked(broken)), { code: "peer.unreachable" })
  const silent = await listening(t, (request) => void request.socket.destroy())
  await assert.rejects(here(asked(silent)), { code: "peer.unreachable" })
})

test("a partner that changes to another protocol in place of an answer does not hold up its caller", async (t) => {
  const server = createServer()
  const changing = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nmore"
  server.on("connection", (socket) => socket.once("data", () => socket.write(changing)))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await assert.rejects(here(asked(url)), { code: "peer.unreachable" })
})

test("what is under way ends when the node does", async (t) => {
  const mute = await listening(t, () => stop.abort())
  await assert.rejects(here(asked(mute)), { code: "peer.unreachable" })
})
