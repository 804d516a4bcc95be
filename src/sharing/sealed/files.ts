import { createReadStream } from "node:fs"
import { copyFile, type FileHandle, constants as files, link, open, readFile, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Readable } from "node:stream"
import type { Label } from "../../crypto/index.ts"
import { openSealed, type Shelf, withoutArmor } from "../../crypto/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { newUuid } from "../../kernel/ids.ts"
import { safeName } from "./model.ts"

const IDENTITY_MOST = 1024 * 1024
/** A text form is a third longer and is read whole. */
const ARMORED_MOST = 100 * 1024 * 1024

/** Throws `not-found file.missing`, `invalid file.unreadable`, `invalid sealed.identity-file`. */
export async function readSmall(path: string): Promise<Buffer> {
  const { size } = await looked(path)
  if (size > IDENTITY_MOST) throw new ComityError("invalid", "sealed.identity-file")
  return readFile(path)
}

/**
 * Opens a sealed file into a new file that only its owner may read: `out`, or, in the current folder, the name that the
 * label tells. Nothing is there before all of it was checked, and nothing is overwritten. Throws what `openSealed`
 * throws, `conflict file.exists`.
 */
export async function openInto(
  path: string,
  identities: readonly string[],
  out: string | null,
): Promise<{ label: Label; path: string }> {
  const folder = out === null ? "." : dirname(out)
  const temporary = join(folder, `.comity-${newUuid()}`)
  const handle = await created(temporary)
  try {
    const label = await openSealed(await contentOf(path), identities, shelfOf(handle))
    await handle.sync()
    const target = out ?? join(folder, label.name === "" ? "sealed.txt" : safeName(label.name))
    await place(temporary, target)
    return { label, path: target }
  } finally {
    await handle.close()
    await rm(temporary, { force: true })
  }
}

async function looked(path: string): Promise<{ size: number }> {
  try {
    return await stat(path)
  } catch (error) {
    throw new ComityError("not-found", "file.missing", { file: path }, error)
  }
}

async function contentOf(path: string): Promise<ReadableStream<Uint8Array>> {
  const { size } = await looked(path)
  await using handle = await open(path, "r")
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, 0)
  const armored = /^\s*-----BEGIN AGE/.test(buffer.toString("latin1", 0, bytesRead))
  if (!armored) return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
  if (size > ARMORED_MOST) throw new ComityError("invalid", "sealed.damaged")
  return new Blob([Buffer.from(withoutArmor(await readFile(path)))]).stream()
}

/** Throws `conflict file.exists`, `invalid file.unwritable`. */
export async function created(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx+", 0o600)
  } catch (error) {
    throw faultOf(error, path)
  }
}

/** A new name for what lies under another one; where the file system has no links, a copy. */
async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw faultOf(error, to)
    await copyFile(from, to, files.COPYFILE_EXCL).catch((cause: unknown) => {
      throw faultOf(cause, to)
    })
  }
}

function faultOf(error: unknown, file: string): ComityError {
  return codeOf(error) === "EEXIST"
    ? new ComityError("conflict", "file.exists", { file }, error)
    : new ComityError("invalid", "file.unwritable", { file }, error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : ""
}

function shelfOf(handle: FileHandle): Shelf {
  return {
    async write(piece) {
      await handle.appendFile(piece)
    },
    async read(at, length) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at)
      return buffer.subarray(0, bytesRead)
    },
    truncate: (length) => handle.truncate(length),
  }
}
