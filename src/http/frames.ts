import type { Socket } from "node:net"
import type { Json } from "../kernel/canonical.ts"
import { mapped } from "../kernel/memory.ts"

/**
 * What travels over the node's own socket: `h` the owner is there, `a` arguments, `d` data, `e` end of data,
 * `p` progress, `r` result, `x` error. On the wire: one letter, the payload's length as 4 bytes big endian, the payload.
 */
export type FrameKind = "h" | "a" | "d" | "e" | "p" | "r" | "x"
export type Frame = { kind: FrameKind; payload: Buffer }

const KINDS: readonly string[] = ["h", "a", "d", "e", "p", "r", "x"]
const FRAME_MAX = 16 * 1024 * 1024
const HEAD_BYTES = 5

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
 * listening still has the connection and must end it. Each payload lies in a buffer of its own.
 */
export async function* frames(socket: Socket): AsyncGenerator<Frame, void, undefined> {
  let assembly = new Assembly()
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    let rest = chunk
    while (rest.length > 0) {
      rest = assembly.take(rest)
      const frame = assembly.frame()
      if (frame === null) continue
      yield frame
      assembly = new Assembly()
    }
  }
}

/** One frame while it arrives. */
class Assembly {
  readonly #head = Buffer.alloc(HEAD_BYTES)
  #payload: Uint8Array | null = null
  #have = 0

  /** Takes what belongs to this frame; returns the rest. */
  take(bytes: Buffer): Buffer {
    if (this.#payload === null) return this.#takeHead(bytes)
    const part = bytes.subarray(0, this.#payload.length - this.#have)
    this.#payload.set(part, this.#have)
    this.#have += part.length
    return bytes.subarray(part.length)
  }

  frame(): Frame | null {
    if (this.#payload === null || this.#have < this.#payload.length) return null
    const { buffer, byteOffset, byteLength } = this.#payload
    return { kind: kindOf(this.#head), payload: Buffer.from(buffer, byteOffset, byteLength) }
  }

  #takeHead(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, HEAD_BYTES - this.#have)
    this.#head.set(part, this.#have)
    this.#have += part.length
    if (this.#have === HEAD_BYTES) this.#begin()
    return bytes.subarray(part.length)
  }

  #begin(): void {
    const length = this.#head.readUInt32BE(1)
    kindOf(this.#head)
    if (length > FRAME_MAX) throw new RangeError("frame too large")
    this.#payload = mapped(length)
    this.#have = 0
  }
}

function kindOf(head: Buffer): FrameKind {
  const kind = head.toString("latin1", 0, 1)
  if (!KINDS.includes(kind)) throw new RangeError("not a frame")
  return kind as FrameKind
}
