import { existsSync } from "node:fs"
import { open, readdir, rm } from "node:fs/promises"
import { join } from "node:path"

const ZEROS = Buffer.alloc(1024 * 1024)

/** Overwrites and removes all that a run left in its folder, the keys first; nothing is said if there is none. */
export async function erase(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((a, b) => Number(b.name.startsWith("secret")) - Number(a.name.startsWith("secret")))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory())
      await erase(path) // what sorting left that was killed
    else await overwrite(path)
    await rm(path, { force: true })
  }
  await rm(folder, { recursive: true })
}

async function overwrite(path: string): Promise<void> {
  await using file = await open(path, "r+")
  const { size } = await file.stat()
  for (let at = 0; at < size; at += ZEROS.length) await file.write(ZEROS, 0, Math.min(ZEROS.length, size - at), at)
  await file.datasync()
}
