import { connect, type Socket } from "node:net"
import { z } from "zod"
import type { Json } from "../kernel/canonical.ts"
import { ComityError, type Details, type ErrorKind } from "../kernel/errors.ts"
import { frames, sendFrame, sendJson } from "./frames.ts"

export type Request = {
  command: string
  arguments: { [name: string]: Json }
  /** Bytes for the command to read, or null if it reads none. */
  input: AsyncIterable<Uint8Array> | null
  progress: (state: Json) => void
  write: (chunk: Uint8Array) => Promise<void>
}

const Refusal = z.object({ kind: z.string(), code: z.string(), details: z.record(z.string(), z.any()) })

/** A connection to the process that owns the folder; null if none answers. */
export function reach(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once("connect", () => resolve(socket))
    socket.once("error", () => resolve(null))
  })
}

/** Runs a command at the owner and returns its result; its refusals are thrown here as they were there. */
export async function ask(socket: Socket, request: Request): Promise<Json> {
  socket.on("error", () => {})
  await sendJson(socket, "a", { command: request.command, arguments: request.arguments })
  const sending = sendInput(socket, request.input)
  let result: { value: Json } | null = null
  for await (const { kind, payload } of frames(socket)) {
    if (kind === "d") await request.write(payload)
    else if (kind === "p") request.progress(JSON.parse(payload.toString("utf8")))
    else if (kind === "r") result = { value: JSON.parse(payload.toString("utf8")) }
    else if (kind === "x") throw refusal(payload)
  }
  if (result === null) throw new ComityError("unavailable", "command.owner-gone")
  await sending
  return result.value
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
