import { rmSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import { z } from "zod"
import type { Json } from "../kernel/canonical.ts"
import type { Diagnostics } from "../kernel/diagnostics.ts"
import { ComityError } from "../kernel/errors.ts"
import { type Call, type Handlers, knownError } from "./command.ts"
import { type Frame, frames, sendFrame, sendJson } from "./frames.ts"

const Order = z.strictObject({ command: z.string(), arguments: z.record(z.string(), z.unknown()) })

/** Time for a caller to take the answer and hang up. */
const LINGER_MS = 1000
/** A caller says at once what it wants. */
const FIRST_WORD_MS = 10_000

/** Calls under way end before `close` does; with `mostMs` those that take longer are cut off, as if the caller went. */
export type SocketServer = { close(mostMs?: number): Promise<void> }

/**
 * Answers the commands of other processes of the same system user: the socket is readable and writable by that user
 * alone. One connection carries one command.
 */
export async function serveSocket(path: string, handlers: Handlers, diagnostics: Diagnostics): Promise<SocketServer> {
  rmSync(path, { force: true })
  const open = new Set<Socket>()
  const calls = new Set<Promise<void>>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
    const call = serveConnection(socket, handlers, diagnostics)
    calls.add(call)
    void call.finally(() => calls.delete(call))
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    const mask = process.umask(0o177) // of the whole process, so only for as long as the socket is made
    try {
      server.listen(path, resolve)
    } finally {
      process.umask(mask)
    }
  })
  return { close: (mostMs) => closeServer(server, open, calls, mostMs ?? null) }
}

/** A connection whose other end is gone or silent must not keep the process. */
async function closeServer(
  server: Server,
  open: Set<Socket>,
  calls: Set<Promise<void>>,
  mostMs: number | null,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const force = () => {
    for (const socket of open) socket.destroy()
  }
  const impatient = mostMs === null ? undefined : setTimeout(force, mostMs)
  await Promise.all(calls)
  clearTimeout(impatient)
  const lingering = setTimeout(force, LINGER_MS)
  await closed
  clearTimeout(lingering)
}

async function serveConnection(socket: Socket, handlers: Handlers, diagnostics: Diagnostics): Promise<void> {
  const gone = new AbortController()
  socket.on("close", () => gone.abort())
  socket.on("error", () => gone.abort())
  try {
    const silent = setTimeout(() => socket.destroy(), FIRST_WORD_MS)
    gone.signal.addEventListener("abort", () => clearTimeout(silent))
    await sendFrame(socket, "h", Buffer.alloc(0))
    const incoming = frames(socket)
    const first = await incoming.next()
    clearTimeout(silent)
    const result = await answer(socket, first, incoming, handlers, gone.signal)
    await sendJson(socket, "r", result)
  } catch (error) {
    if (gone.signal.aborted) return
    const known = knownError(error)
    if (known === null)
      diagnostics.error("command.bug", { name: error instanceof Error ? error.name : "unknown", stack: stackOf(error) })
    const { kind, code, details } = known ?? { kind: "internal", code: "internal", details: {} }
    await sendJson(socket, "x", { kind, code, details: { ...details } }).catch(() => {})
  } finally {
    socket.end()
    socket.resume() // what still comes is thrown away, so that the end of it is seen
  }
}

async function answer(
  socket: Socket,
  first: IteratorResult<Frame, void>,
  incoming: AsyncGenerator<Frame, void, undefined>,
  handlers: Handlers,
  signal: AbortSignal,
): Promise<Json> {
  if (first.done === true || first.value.kind !== "a") throw new ComityError("invalid", "command.arguments")
  const order = Order.parse(JSON.parse(first.value.payload.toString("utf8")))
  const handler = handlers[order.command]
  if (handler === undefined) throw new ComityError("not-found", "command.unknown", { command: order.command })
  const call: Call = {
    arguments: order.arguments as Json,
    input: dataOf(incoming),
    progress: (state) => sendJson(socket, "p", state),
    write: (chunk) => sendFrame(socket, "d", chunk),
    signal,
  }
  return handler(call)
}

async function* dataOf(incoming: AsyncGenerator<Frame, void, undefined>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await incoming.next()
    if (done === true) throw new ComityError("invalid", "command.input-cut")
    if (value.kind === "e") return
    if (value.kind !== "d") throw new ComityError("invalid", "command.arguments")
    yield value.payload
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join(" ") : ""
}
