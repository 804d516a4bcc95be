import { createReadStream } from "node:fs"
import { open } from "node:fs/promises"
import { createInterface } from "node:readline/promises"
import { Writable } from "node:stream"
import { createGunzip } from "node:zlib"
import type { Translate } from "./http/index.ts"
import type { Json } from "./kernel/canonical.ts"
import { ComityError } from "./kernel/errors.ts"

/** Where a command reads and writes: at the streams of the process, or at others in their place. */
export type Streams = {
  readonly input: NodeJS.ReadableStream & { isTTY?: boolean }
  readonly output: NodeJS.WritableStream
  readonly errors: NodeJS.WritableStream & { isTTY?: boolean }
}

/** A file to be read: its bytes unpacked, its size on disk, how much of that was read. */
export type Input = { bytes: AsyncIterable<Uint8Array>; size: number; read(): number }

const CHUNK = 1024 * 1024
const BAR_WIDTH = 30
const TEXT_MOST = 1024 * 1024

/** Opens a file; if `unpack`, gzip is known by its first two bytes and unpacked. Throws `not-found file.missing`, `invalid file.unreadable`. */
export async function openInput(file: string, unpack = true): Promise<Input> {
  const { size, zipped } = await inspect(file)
  const raw = createReadStream(file, { highWaterMark: CHUNK })
  const bytes = zipped && unpack ? unzipped(raw) : (raw as AsyncIterable<Uint8Array>)
  return { bytes, size, read: () => raw.bytesRead }
}

/** The text of a small file. Throws as `openInput` does, and `too-large file.too-large`. */
export async function readText(file: string): Promise<string> {
  await inspect(file)
  const bytes = Buffer.alloc(TEXT_MOST + 1)
  let length = 0
  for await (const chunk of createReadStream(file, { end: TEXT_MOST }) as AsyncIterable<Buffer>) {
    length += chunk.copy(bytes, length)
  }
  if (length > TEXT_MOST) throw new ComityError("too-large", "file.too-large", { file, limit: TEXT_MOST })
  return bytes.toString("utf8", 0, length)
}

async function inspect(file: string): Promise<{ size: number; zipped: boolean }> {
  try {
    await using handle = await open(file, "r")
    const { size } = await handle.stat()
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return { size, zipped: buffer[0] === 0x1f && buffer[1] === 0x8b }
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT"
    throw new ComityError(
      missing ? "not-found" : "invalid",
      missing ? "file.missing" : "file.unreadable",
      { file },
      error,
    )
  }
}

/** A damaged archive ends here like a file that ends early: what came before it counts. */
async function* unzipped(raw: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  const unzip = raw.pipe(createGunzip({ chunkSize: CHUNK }))
  try {
    yield* unzip as AsyncIterable<Uint8Array>
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("Z_"))) throw error
  }
}

/** How far a file is, on a terminal only; `end` clears the line. */
export function progressBar(
  errors: Streams["errors"],
  input: Input | null,
): { show: (state: Json) => void; end: () => void } {
  if (errors.isTTY !== true) return { show: () => {}, end: () => {} }
  return {
    show(state) {
      const counts = Object.values(state as Record<string, unknown>).filter((value) => typeof value === "number")
      const share = input === null ? (counts[0] ?? 0) / (counts[1] ?? 1) : input.read() / Math.max(1, input.size)
      const filled = Math.round(Math.min(1, share) * BAR_WIDTH)
      const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled)
      errors.write(`\r${bar} ${Math.round(share * 100)} %  ${counts.map((n) => n.toLocaleString()).join(" · ")} `)
    },
    end: () => void errors.write("\r\x1b[K"),
  }
}

/** All that a terminal obeys instead of showing: control characters but the tab, and those that turn the order of text. */
const OBEYED = /[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/gu

/** A line with text from outside, which must not write to the terminal or hide what it says. */
export function visible(line: string): string {
  return line.replaceAll(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
}

/** Waits where the reader of our output is slower. Throws `unavailable command.output-gone` where it has gone. */
export async function writeTo(output: Streams["output"], chunk: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  output.write(chunk, (error) => {
    if (error == null) resolve()
    else reject(new ComityError("unavailable", "command.output-gone", {}, error))
  })
  return promise
}

/** Asks on the terminal without echo; without a terminal the secret is the first line of standard input. */
export async function askSecret({ input, errors }: Streams, t: Translate, what: string): Promise<string> {
  const terminal = input.isTTY === true
  if (terminal) errors.write(`${t(`cli.ask-${what}`)} `)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: silent, terminal })
  try {
    for await (const line of lines) return line
    throw new ComityError("invalid", "command.no-secret")
  } finally {
    lines.close()
    if (terminal) errors.write("\n")
  }
}
