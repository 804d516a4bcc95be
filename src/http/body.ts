import type { IncomingMessage } from "node:http"
import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import { ComityError } from "../kernel/errors.ts"
import { mapped } from "../kernel/memory.ts"

const unzip = promisify(gunzip)
/** A body that takes longer is not a client's (trust paper, "hostile input"). */
const LONGEST_MS = 60_000

/**
 * The whole body of a request. Counts what really arrives, so a chunked body without a length is stopped too
 * (TAXII 2.1 section 4.2). `gzip` is the only encoding taken, once, and unpacks to at most `limit` bytes.
 * Throws `too-large body.too-large`, `unsupported body.encoding`, `invalid body.gzip`, `invalid body.incomplete`.
 */
export async function readBody(incoming: IncomingMessage, limit: number, longestMs = LONGEST_MS): Promise<Buffer> {
  const encoding = (incoming.headers["content-encoding"] ?? "identity").trim().toLowerCase()
  if (encoding !== "identity" && encoding !== "gzip") throw new ComityError("unsupported", "body.encoding")
  const raw = await collect(incoming, limit, longestMs)
  if (encoding === "identity") return raw
  try {
    return await unzip(raw, { maxOutputLength: limit })
  } catch (error) {
    if (error instanceof RangeError) throw new ComityError("too-large", "body.too-large", { limit }, error)
    throw new ComityError("invalid", "body.gzip", {}, error)
  }
}

function collect(incoming: IncomingMessage, limit: number, longestMs: number): Promise<Buffer> {
  const declared = Number(incoming.headers["content-length"] ?? 0)
  const tooLarge = () => new ComityError("too-large", "body.too-large", { limit })
  if (declared > limit) return Promise.reject(tooLarge())
  // The client left before anybody read: no event will come any more.
  if (incoming.destroyed) return Promise.reject(new ComityError("invalid", "body.incomplete"))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const late = setTimeout(() => stop(new ComityError("invalid", "body.incomplete")), longestMs)
    const stop = (error: Error) => {
      clearTimeout(late)
      incoming.off("data", onData)
      incoming.pause()
      reject(error)
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) stop(tooLarge())
      else chunks.push(chunk)
    }
    incoming.on("data", onData)
    incoming.once("end", () => {
      clearTimeout(late)
      resolve(joined(chunks, size))
    })
    incoming.once("error", (error) => stop(new ComityError("invalid", "body.incomplete", {}, error)))
    incoming.once("close", () => {
      if (!incoming.complete) stop(new ComityError("invalid", "body.incomplete"))
    })
  })
}

function joined(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) return first
  const { buffer } = mapped(size)
  const body = Buffer.from(buffer, 0, size)
  let at = 0
  for (const chunk of chunks) at += chunk.copy(body, at)
  return body
}
