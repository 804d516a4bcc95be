import { connect, type Socket } from "node:net"
import { z } from "zod"
import type { Json } from "../kernel/canonical.ts"
import { ComityError, type Details, type ErrorKind } from "../kernel/errors.ts"
import { type Frame, frames, sendFrame, sendJson } from "./frames.ts"

export type Request = {
  command: string
  arguments: { [name: string]: Json }
  /** Bytes for the command to read, or null if it reads none. */
  input: AsyncIterable<Uint8Array> | null
  progress: (state: Json) => void
  write: (chunk: Uint8Array) => Promise<void>
}

const Refusal = z.object({ kind: z.string(), code: z.string(), details: z.record(z.string(), z.any()) })

/** A connection on which the owner of the folder has said that it is there. */
export type Line = { socket: Socket; incoming: AsyncGenerator<Frame, void, undefined> }

/** An owner greets at once; one that was halted by the system does not. */
const GREETING_MS = 10_000

/** Null if no owner answers in time, or if it hung up before it said a word: then nothing was asked of it either. */
export async function reach(path: string, mostMs: number = GREETING_MS): Promise<Line | null> {
  const socket = connect(path)
  const silent = setTimeout(() => socket.destroy(), mostMs)
  const incoming = frames(socket)
  try {
    const { done, value } = await incoming.next()
    if (done !== true && value.kind === "h") return { socket, incoming }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error
  } finally {
    clearTimeout(silent)
  }
  socket.destroy()
  return null
}

/** Runs a command at the owner and returns its result; its refusals are thrown here as they were there. */
export async function ask({ socket, incoming }: Line, request: Request): Promise<Json> {
  socket.on("error", () => {})
  await sendJson(socket, "a", { command: request.command, arguments: request.arguments })
  void sendInput(socket, request.input) // ends by itself when the owner has its answer
  try {
    return await listen(incoming, request)
  } finally {
    socket.destroy()
  }
}

async function listen(incoming: Line["incoming"], request: Request): Promise<Json> {
  try {
    for await (const { kind, payload } of incoming) {
      if (kind === "d") await request.write(payload)
      else if (kind === "p") request.progress(JSON.parse(payload.toString("utf8")))
      else if (kind === "r") return JSON.parse(payload.toString("utf8")) as Json
      else if (kind === "x") throw refusal(payload)
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null
    if (code !== "ECONNRESET" && code !== "EPIPE") throw error
  }
  throw new ComityError("unavailable", "command.owner-gone")
}

/** An owner that has its answer may hang up before it read all: that is no error of the input. */
async function sendInput(socket: Socket, input: AsyncIterable<Uint8Array> | null): Promise<void> {
  if (input === null) return
  let failed: unknown = null
  try {
    for await (const chunk of input) {
      if (socket.destroyed || socket.writableEnded) return
      await sendFrame(socket, "d", chunk)
    }
    await sendFrame(socket, "e", Buffer.alloc(0))
  } catch (error) {
    failed = error
  }
  if (failed !== null && !socket.destroyed) socket.destroy(failed instanceof Error ? failed : undefined)
}

function refusal(payload: Buffer): ComityError {
  const { kind, code, details } = Refusal.parse(JSON.parse(payload.toString("utf8")))
  return new ComityError(kind as ErrorKind, code, details as Details)
}
