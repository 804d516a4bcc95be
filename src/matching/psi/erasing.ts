import { existsSync } from "node:fs"
import { open, readdir, rm } from "node:fs/promises"
import { join } from "node:path"

const ZEROS = Buffer.alloc(1024 * 1024)

/**
 * Overwrites and removes all that a run left in its folder, the keys first, but for the file named; nothing is said if
 * there is none.
 */
export async function erase(folder: string, but?: string): Promise<void> {
  if (!existsSync(folder)) return
  // Gathering sorts in folders of its own: one that was stopped left them here.
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const isSecret = (file: string) => Number(file.startsWith(join(folder, "secret")))
  const going = files.filter((file) => but === undefined || file !== join(folder, but))
  for (const file of going.sort((a, b) => isSecret(b) - isSecret(a))) {
    await overwrite(file)
    await rm(file)
  }
  if (going.length === files.length) await rm(folder, { recursive: true })
}

async function overwrite(path: string): Promise<void> {
  await using file = await open(path, "r+")
  const { size } = await file.stat()
  for (let at = 0; at < size; at += ZEROS.length) await file.write(ZEROS, 0, Math.min(ZEROS.length, size - at), at)
  await file.datasync()
}
