import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type IncomingMessage } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { after, test } from "node:test"
import { gzipSync } from "node:zlib"
import { readBody } from "./body.ts"

const LIMIT = 10_000

/** The next request is read by the first that waits. */
const readers: ((incoming: IncomingMessage) => void)[] = []
const server = createServer((incoming) => readers.shift()?.(incoming))
server.listen(0, "127.0.0.1")
await once(server, "listening")
after(() => {
  server.closeAllConnections()
  server.close()
})

type Sent = { headers: string[]; body: (string | Buffer)[]; leave?: boolean }

/** What a node makes of a body that comes as these bytes under these headers; with `leave` the client goes then. */
async function received(
  { headers, body, leave }: Sent,
  read = (incoming: IncomingMessage) => readBody(incoming, LIMIT),
): Promise<Buffer> {
  const arrived = new Promise<IncomingMessage>((resolve) => readers.push(resolve))
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1")
  socket.on("error", () => {})
  socket.write(["POST / HTTP/1.1", "host: x", ...headers, "", ""].join("\r\n"))
  for (const part of body) socket.write(part)
  const reading = read(await arrived)
  if (leave) socket.end()
  try {
    return await reading
  } finally {
    socket.destroy()
  }
}

const sized = (body: string | Buffer, ...headers: string[]): Sent => ({
  headers: [`content-length: ${body.length}`, ...headers],
  body: [body],
})

function chunked(parts: (string | Buffer)[], ...headers: string[]): Sent {
  const body = parts.flatMap((part) => [`${part.length.toString(16)}\r\n`, part, "\r\n"])
  return { headers: ["transfer-encoding: chunked", ...headers], body: [...body, "0\r\n\r\n"] }
}

const GZIP = "content-encoding: gzip"
const text = "0123456789".repeat(LIMIT / 10)

test("a body of at most the limit comes whole, however it is sent", async () => {
  const packed = gzipSync(text)
  const table: [name: string, sent: Sent, body: string][] = [
    ["none", { headers: [], body: [] }, ""],
    ["empty", sized(""), ""],
    ["small", sized("{}"), "{}"],
    ["with a length", sized(text), text],
    ["in chunks", chunked([text.slice(0, 1), text.slice(1, 5000), text.slice(5000)]), text],
    ["packed", sized(packed, GZIP), text],
    ["packed, in chunks", chunked([packed.subarray(0, 7), packed.subarray(7)], GZIP), text],
    ["packed, in other letters", sized(packed, "Content-Encoding:  GZip "), text],
    ["packed in two members", sized(Buffer.concat([gzipSync("ab"), gzipSync("cd")]), GZIP), "abcd"],
    ["as it is, and said so", sized(text, "content-encoding: identity"), text],
  ]
  for (const [name, sent, body] of table) assert.equal((await received(sent)).toString(), body, name)
})

test("a body beyond the limit is refused, packed or not, told or not", async () => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024))
  const table: [name: string, sent: Sent][] = [
    ["one byte more, told before it came", { headers: [`content-length: ${LIMIT + 1}`], body: [] }],
    ["one byte more, in chunks", chunked([text, "x"])],
    ["chunks without end", { headers: ["transfer-encoding: chunked"], body: Array(2000).fill("9\r\n012345678\r\n") }],
    ["one byte more once unpacked", sized(gzipSync(`${text}x`), GZIP)],
    ["a bomb that is large itself", sized(bomb, GZIP)],
    ["a bomb that is small itself", sized(gzipSync(Buffer.alloc(5 * 1024 * 1024)), GZIP)],
  ]
  for (const [name, sent] of table) {
    const refused = { kind: "too-large", code: "body.too-large", details: { limit: LIMIT } }
    await assert.rejects(received(sent), refused, name)
  }
})

test("only gzip is unpacked, and only once", async () => {
  for (const encoding of ["gzip, gzip", "gzip,identity", "deflate", "br", "zstd", "x", "*"]) {
    const sent = sized(gzipSync(gzipSync("{}")), `content-encoding: ${encoding}`)
    await assert.rejects(received(sent), { kind: "unsupported", code: "body.encoding" }, encoding)
  }
  const inner = gzipSync("{}")
  assert.deepEqual(await received(sized(gzipSync(inner), GZIP)), inner)
})

test("what is called gzip and is none, or is cut off, is refused", async () => {
  const whole = gzipSync(text)
  const bent = Buffer.from(whole)
  bent.writeUInt8(bent.readUInt8(whole.length - 5) ^ 1, whole.length - 5)
  for (const body of [Buffer.alloc(0), Buffer.from("{}"), whole.subarray(0, 5), whole.subarray(0, -1), bent]) {
    await assert.rejects(received(sized(body, GZIP)), { kind: "invalid", code: "body.gzip" })
  }
})

test("a client that leaves within its body is heard of, also when it left before anybody read", async () => {
  const half: Sent = { headers: ["content-length: 100"], body: ["half"], leave: true }
  const open: Sent = { headers: ["transfer-encoding: chunked"], body: ["4\r\nhalf\r\n"], leave: true }
  for (const sent of [half, open]) {
    await assert.rejects(received(sent), { kind: "invalid", code: "body.incomplete" })
    const late = async (incoming: IncomingMessage) => {
      await new Promise((resolve) => incoming.socket.once("close", resolve))
      return readBody(incoming, LIMIT)
    }
    await assert.rejects(received(sent, late), { kind: "invalid", code: "body.incomplete" })
  }
})

test("a body that trickles without end is given up", async () => {
  const sent = { headers: ["content-length: 100"], body: ["a"] }
  await assert.rejects(
    received(sent, (incoming) => readBody(incoming, LIMIT, 20)),
    { kind: "invalid", code: "body.incomplete" },
  )
})
