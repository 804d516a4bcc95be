import { closeSync, openSync, readSync } from "node:fs"
import { type FileHandle, open, rename } from "node:fs/promises"

/** A file that is there as a whole or not at all. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  {
    await using file = await open(`${path}.new`, "w", 0o600)
    await file.writeFile(bytes)
    await file.datasync()
  }
  await rename(`${path}.new`, path)
}

export async function readExactly(file: FileHandle, at: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  const { bytesRead } = await file.read(bytes, 0, size, at)
  if (bytesRead !== size) throw new RangeError(`no ${size} bytes at ${at}`)
  return bytes
}

/** The same at once, for threads that have nothing else to do. */
export function bytesAt(path: string, at: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  const file = openSync(path, "r")
  try {
    if (readSync(file, bytes, 0, size, at) !== size) throw new RangeError(`no ${size} bytes at ${at}`)
  } finally {
    closeSync(file)
  }
  return bytes
}

/** A file that grows by pieces of known sizes: whatever a stop left of a piece is cut off. */
export async function openGrowing(path: string): Promise<FileHandle> {
  return open(path, "a+", 0o600)
}
