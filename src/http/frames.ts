import type { Socket } from "node:net"
import type { Json } from "../kernel/canonical.ts"

/**
 * What travels over the node's own socket: `h` the owner is there, `a` arguments, `d` data, `e` end of data,
 * `p` progress, `r` result, `x` error. On the wire: one letter, the payload's length as 4 bytes big endian, the payload.
 */
export type FrameKind = "h" | "a" | "d" | "e" | "p" | "r" | "x"
export type Frame = { kind: FrameKind; payload: Buffer }

const KINDS: readonly string[] = ["h", "a", "d", "e", "p", "r", "x"]
const FRAME_MAX = 16 * 1024 * 1024

/** Resolves when the socket took the frame, so that a slow reader slows the writer. */
export function sendFrame(socket: Socket, kind: FrameKind, payload: Uint8Array): Promise<void> {
  const head = Buffer.alloc(5)
  head.write(kind, 0, "latin1")
  head.writeUInt32BE(payload.byteLength, 1)
  return new Promise((resolve, reject) => {
    socket.cork()
    socket.write(head)
    socket.write(payload, (error) => (error == null ? resolve() : reject(error)))
    socket.uncork()
  })
}

export function sendJson(socket: Socket, kind: FrameKind, value: Json): Promise<void> {
  return sendFrame(socket, kind, Buffer.from(JSON.stringify(value)))
}

/**
 * The frames of one connection in order; ends when the other side does. Throws on anything that is no frame. Who stops
 * listening still has the connection and must end it.
 */
export async function* frames(socket: Socket): AsyncGenerator<Frame, void, undefined> {
  let chunks: Buffer[] = []
  let have = 0
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    have += chunk.length
    if (have < wanted(chunks[0] as Buffer)) continue
    let buffer = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    while (buffer.length >= 5 && buffer.length >= wanted(buffer)) {
      const size = wanted(buffer)
      yield { kind: kindOf(buffer), payload: buffer.subarray(5, size) }
      buffer = buffer.subarray(size)
    }
    chunks = buffer.length > 0 ? [buffer] : []
    have = buffer.length
  }
}

function wanted(buffer: Buffer): number {
  if (buffer.length < 5) return 5
  const length = buffer.readUInt32BE(1)
  if (length > FRAME_MAX) throw new RangeError("frame too large")
  return 5 + length
}

function kindOf(buffer: Buffer): FrameKind {
  const kind = buffer.toString("latin1", 0, 1)
  if (!KINDS.includes(kind)) throw new RangeError("not a frame")
  return kind as FrameKind
}
