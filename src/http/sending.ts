import { once } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import { ComityError } from "../kernel/errors.ts"
import { release } from "../kernel/memory.ts"
import { errorMessage } from "./errors.ts"
import { type Body, piecesOf, type Reply, sizeOf } from "./reply.ts"

/** How long the rest of a refused body is read and thrown away, so that the client sees the answer. */
const LINGER_MS = 1000
const LARGE = 64 * 1024
const UNDER_WAY_MOST = 256 * 1024 * 1024

/** An error as an answer: its message, and the headers that go with its status. */
export function errorReply(error: unknown, type: string): Reply {
  const { status, message } = errorMessage(error)
  const headers: Record<string, string> = { "content-type": type, "cache-control": "no-store" }
  if (status === 401) headers["www-authenticate"] = 'Basic realm="Comity", charset="UTF-8", Bearer realm="Comity"'
  if (error instanceof ComityError && error.kind === "slow-down") {
    headers["retry-after"] = String(error.details.seconds ?? 1)
  }
  return { status, headers, body: JSON.stringify(message) }
}

/**
 * Sends answers while counting the large ones that are under way: clients that ask much and read nothing must not
 * fill the memory of the node. Beyond the bound the answer is 503.
 */
export function sender(
  failed: (error: unknown) => void,
): (incoming: IncomingMessage, outgoing: ServerResponse, answer: Reply) => void {
  let underWay = 0
  return (incoming, outgoing, answer) => {
    if (outgoing.headersSent || outgoing.destroyed) return
    if (answer.stream !== undefined) return void stream(incoming, outgoing, answer, answer.stream).catch(failed)
    const size = sizeOf(answer.body)
    if (size < LARGE) return send(incoming, outgoing, answer)
    if (underWay + size > UNDER_WAY_MOST) {
      return send(incoming, outgoing, errorReply(new ComityError("unavailable", "http.busy"), "application/json"))
    }
    underWay += size
    outgoing.once("close", () => {
      underWay -= size
    })
    send(incoming, outgoing, answer)
  }
}

function send(incoming: IncomingMessage, outgoing: ServerResponse, answer: Reply): void {
  const unread = !incoming.complete && hasBody(incoming)
  outgoing.writeHead(answer.status, unread ? [...headersOf(answer), "connection", "close"] : headersOf(answer))
  if (answer.passing === true) outgoing.once("finish", () => piecesOf(answer.body).forEach(release))
  if (incoming.method === "HEAD") outgoing.end()
  else write(outgoing, answer.body)
  if (unread) linger(incoming)
}

/** Piece by piece, as fast as the reader takes them; a source that fails ends the connection: half an answer is none. */
async function stream(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers }: Reply,
  source: NonNullable<Reply["stream"]>,
): Promise<void> {
  const leaving = new AbortController()
  outgoing.once("close", () => leaving.abort())
  outgoing.writeHead(status, { ...headers, "x-content-type-options": "nosniff", connection: "close" })
  if (incoming.method === "HEAD") {
    outgoing.end()
    return
  }
  outgoing.flushHeaders()
  try {
    for await (const piece of source(leaving.signal)) {
      if (leaving.signal.aborted) return
      if (!outgoing.write(piece)) await once(outgoing, "drain", { signal: leaving.signal })
    }
    outgoing.end()
  } catch (error) {
    outgoing.destroy()
    if (!leaving.signal.aborted) throw error
  }
}

/** Head and pieces leave in one call to the system. */
function write(outgoing: ServerResponse, body: Body): void {
  if (typeof body === "string" || body instanceof Uint8Array) {
    outgoing.end(body)
    return
  }
  outgoing.cork()
  for (const piece of body) outgoing.write(piece)
  outgoing.end()
}

const ready = new WeakMap<Reply, string[]>()

/** Names and values in turn, made once for an answer that is given again and again. */
function headersOf(answer: Reply): string[] {
  let headers = ready.get(answer)
  if (headers === undefined) {
    const length = String(sizeOf(answer.body))
    const cookies = (answer.cookies ?? []).flatMap((value) => ["set-cookie", value])
    const given = [...Object.entries(answer.headers).flat(), ...cookies]
    headers = [...given, "content-length", length, "x-content-type-options", "nosniff"]
    ready.set(answer, headers)
  }
  return headers
}

function hasBody(incoming: IncomingMessage): boolean {
  return incoming.headers["transfer-encoding"] !== undefined || Number(incoming.headers["content-length"] ?? 0) > 0
}

/** Closing at once would reset the connection before the client has read why; so the rest goes nowhere for a while. */
function linger(incoming: IncomingMessage): void {
  incoming.resume()
  setTimeout(() => incoming.socket.destroy(), LINGER_MS).unref()
}
