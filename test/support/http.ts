import { once } from "node:events"
import { type IncomingHttpHeaders, request as plainRequest } from "node:http"
import { type RequestOptions, request as secureRequest } from "node:https"
import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

export type Answer = {
  status: number
  headers: IncomingHttpHeaders
  bytes: Buffer
  text: string
  /** The body as the caller knows it to be; throws if it is no JSON. */
  json<Body>(): Body
}

export type CallOptions = {
  headers?: Record<string, string>
  body?: string | Buffer
  tls?: Pick<RequestOptions, "ca" | "minVersion" | "maxVersion" | "servername" | "ciphers">
}

/** One request on a connection of its own, with no header but those given, so that absence can be tested. */
export function call(method: string, url: string, options: CallOptions = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const send = url.startsWith("https:") ? secureRequest : plainRequest
  const body = options.body === undefined ? null : Buffer.from(options.body)
  const headers = { ...(body ? { "content-length": String(body.length) } : {}), ...options.headers }
  const request = send(url, { method, headers, agent: false, ...options.tls }, (response) => {
    const chunks: Buffer[] = []
    response.on("data", (chunk: Buffer) => chunks.push(chunk))
    response.on("error", reject)
    response.on("end", () => resolve(answer(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))))
  })
  request.on("error", reject)
  request.end(body ?? undefined)
  return promise
}

function answer(status: number, headers: IncomingHttpHeaders, bytes: Buffer): Answer {
  const text = bytes.toString("utf8")
  return { status, headers, bytes, text, json: <Body>() => JSON.parse(text) as Body }
}

/** A bare connection: whatever bytes, in whatever portions. */
export type RawConnection = {
  socket: Socket
  send(bytes: string | Buffer): Promise<void>
  /** Everything received until the other side closed; throws if it does not within the limit. */
  untilClosed(limitMs?: number): Promise<string>
  /** Everything received once it contains the pattern; throws if that does not come within the limit. */
  until(pattern: RegExp, limitMs?: number): Promise<string>
  drop(): void
}

export async function connectRaw(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1" })
  let received = ""
  let closed = false
  let changed = Promise.withResolvers<void>()
  const wake = () => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  socket.setEncoding("latin1").on("data", (text: string) => {
    received += text
    wake()
  })
  await once(socket, "connect")
  // A reset is one way to be cut off; `close` follows it.
  socket.on("error", () => {})
  socket.on("close", () => {
    closed = true
    wake()
  })
  const wait = async (done: () => boolean, limitMs: number) => {
    const late = sleep(limitMs, "late", { ref: false })
    while (!done()) {
      if (closed) throw new Error(`the connection closed after: ${received}`)
      const found = await Promise.race([changed.promise, late])
      if (found === "late") throw new Error(`nothing more within ${limitMs} ms after: ${received}`)
    }
    return received
  }
  return {
    socket,
    send: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    untilClosed: (limitMs = 15_000) => wait(() => closed, limitMs),
    until: (pattern, limitMs = 15_000) => wait(() => pattern.test(received), limitMs),
    drop: () => void socket.destroy(),
  }
}
