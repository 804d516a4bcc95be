import { connect, type Socket } from "node:net"

/** `length` counts the bytes of the body; `body` is there only where it was asked for. */
export type Answer = { status: number; length: number; body: Buffer | null }

type Waiting = { resolve(answer: Answer): void; reject(error: Error): void; keep: boolean }

const HEAD_END = Buffer.from("\r\n\r\n")
const READ_SIZE = 256 * 1024

/**
 * A keep-alive HTTP/1.1 connection for one request at a time, far cheaper than `node:http`: it reads into one
 * buffer, looks for the status and Content-Length, and counts the rest. Content of other framing is an error.
 */
export class Connection {
  #socket: Socket
  #waiting: Waiting | null = null
  #head: Buffer | null = null
  #answer: { status: number; length: number; missing: number; parts: Buffer[] } | null = null

  private constructor(port: number, opened: () => void) {
    const onread = { buffer: Buffer.allocUnsafe(READ_SIZE), callback: this.#read.bind(this) }
    this.#socket = connect({ port, host: "127.0.0.1", onread, noDelay: true }, opened)
    this.#socket.on("error", (error) => this.#fail(error))
    this.#socket.on("close", () => this.#fail(new Error("connection closed by the server")))
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection: Connection = new Connection(port, () => {
        connection.#waiting = null
        resolve(connection)
      })
      connection.#waiting = { resolve: () => {}, reject, keep: false }
    })
  }

  send(request: Buffer, keep = false): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, keep }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = null
  }

  #read(count: number, buffer: Uint8Array): boolean {
    const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, count)
    const body = this.#answer ? chunk : this.#readHead(chunk)
    if (body !== null) this.#readBody(body)
    return true
  }

  /** The bytes after the head; null while it is not complete. */
  #readHead(chunk: Buffer): Buffer | null {
    const bytes = this.#head ? Buffer.concat([this.#head, chunk]) : chunk
    const end = bytes.indexOf(HEAD_END)
    if (end < 0) {
      this.#head = Buffer.from(bytes)
      return null
    }
    const head = bytes.toString("latin1", 0, end)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined) {
      this.#fail(new Error(`an answer without Content-Length: ${head}`))
      return null
    }
    this.#head = null
    this.#answer = { status: Number(head.slice(9, 12)), length: Number(length), missing: Number(length), parts: [] }
    return bytes.subarray(end + HEAD_END.length)
  }

  #readBody(chunk: Buffer): void {
    const answer = this.#answer
    const waiting = this.#waiting
    if (!answer || !waiting) return
    answer.missing -= chunk.length
    if (waiting.keep) answer.parts.push(Buffer.from(chunk))
    if (answer.missing > 0) return
    this.#answer = null
    this.#waiting = null
    const body = waiting.keep ? Buffer.concat(answer.parts) : null
    waiting.resolve({ status: answer.status, length: answer.length, body })
  }
}
