import { createReadStream, mkdirSync, readdirSync, rmSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { pipeline } from "node:stream"
import { createGunzip } from "node:zlib"
import { ComityError } from "../../kernel/errors.ts"
import type { ImportId } from "./model.ts"

/** Files on their way in. They lie in the data folder, for nobody else to read, until the import has ended. */
export type Uploads = {
  /** Bytes written. Throws `too-large intake.too-large`; nothing is left then. */
  receive(id: ImportId, input: AsyncIterable<Uint8Array>): Promise<number>
  /** The content, unpacked if it is gzip; at most as much as may be sent. */
  content(id: ImportId): AsyncGenerator<Uint8Array>
  /** Its beginning, unpacked. */
  beginning(id: ImportId, bytes: number): Promise<Buffer>
  remove(id: ImportId): void
  /** Removes what an earlier run of the node left. */
  clear(): void
}

const PIECE_BYTES = 64 * 1024

export function uploadsAt(folder: string, bytesMost: number): Uploads {
  const path = (id: ImportId) => join(folder, id.replace(/^import--/, ""))
  const remove = (id: ImportId) => rmSync(path(id), { force: true })
  return {
    async receive(id, input) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      try {
        return await write(path(id), input, bytesMost)
      } catch (error) {
        remove(id)
        throw error
      }
    },
    content: (id) => unpacked(path(id), bytesMost),
    async beginning(id, bytes) {
      const parts: Uint8Array[] = []
      let size = 0
      for await (const chunk of unpacked(path(id), bytesMost)) {
        parts.push(chunk)
        size += chunk.length
        if (size >= bytes) break
      }
      return Buffer.concat(parts).subarray(0, bytes)
    },
    remove,
    clear() {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true, recursive: true })
    },
  }
}

async function write(path: string, input: AsyncIterable<Uint8Array>, most: number): Promise<number> {
  const file = await open(path, "wx", 0o600)
  let size = 0
  try {
    for await (const chunk of input) {
      size += chunk.length
      if (size > most) throw tooLarge(most)
      await file.write(chunk)
    }
    return size
  } finally {
    await file.close()
  }
}

function tooLarge(limit: number): ComityError {
  return new ComityError("too-large", "intake.too-large", { mib: Math.round(limit / 1024 / 1024) })
}

/** What a few bytes unpack to is bounded as what is sent is. Throws `invalid intake.gzip` for what is no whole gzip. */
async function* unpacked(path: string, most: number): AsyncGenerator<Uint8Array> {
  const packed = await isGzip(path) // first: a stream whose error nobody hears yet would end the process
  const source = createReadStream(path, { highWaterMark: PIECE_BYTES })
  const stream = packed ? pipeline(source, createGunzip({ chunkSize: PIECE_BYTES }), () => {}) : source
  let size = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > most) throw tooLarge(most)
      yield chunk
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : ""
    throw code.startsWith("Z_") ? new ComityError("invalid", "intake.gzip", {}, error) : error
  } finally {
    source.destroy()
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}
