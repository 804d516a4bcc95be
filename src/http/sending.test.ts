import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, get, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { after, test } from "node:test"
import { random } from "../kernel/hash.ts"
import { type Reply, reply } from "./reply.ts"
import { sender } from "./sending.ts"

const MIB = 1024 * 1024
/** By path. */
const answers = new Map<string, Reply>()
const send = sender(() => {})
const server = createServer((incoming, outgoing) => {
  send(incoming, outgoing, answers.get(incoming.url ?? "") ?? reply("text/plain", "?", 404))
})
server.listen(0, "127.0.0.1")
await once(server, "listening")
after(() => {
  server.closeAllConnections()
  server.close()
})

/** The head of an answer; its body is not read yet. */
async function ask(path: string): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo
  const request = get({ host: "127.0.0.1", port, path, agent: false })
  const [answer] = (await once(request, "response")) as [IncomingMessage]
  return answer
}

test("a body that passes arrives whole, in as many pieces as it has, and its memory is given back then", async () => {
  const pieces = [random(100_000), random(3 * MIB), random(10)].map((bytes) => new Uint8Array(bytes))
  const whole = Buffer.concat(pieces)
  answers.set("/passing", { ...reply("text/plain", pieces), passing: true })
  const found = Buffer.concat(await (await ask("/passing")).toArray())
  assert.ok(found.equals(whole))
  while (pieces.some(({ length }) => length > 0)) await new Promise((resolve) => setImmediate(resolve))
})

test("those who read nothing are given 256 MiB together; the next is told to come back, and small answers go on", async () => {
  const body = Buffer.alloc(64 * MIB)
  answers.set("/large", reply("text/plain", body))
  answers.set("/small", reply("text/plain", "small"))
  const unread = await Promise.all([1, 2, 3, 4].map(() => ask("/large")))
  assert.deepEqual(
    unread.map(({ statusCode }) => statusCode),
    [200, 200, 200, 200],
  )
  const refused = await ask("/large")
  assert.equal(refused.statusCode, 503)
  assert.match(String(await refused.toArray()), /http\.busy/)
  assert.equal(String(await (await ask("/small")).toArray()), "small")
  unread[0]?.destroy()
  for (;;) {
    const again = await ask("/large")
    again.destroy()
    if (again.statusCode === 200) break
  }
  for (const one of unread) one.destroy()
})
