import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folders: string[] = []

process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

// A run that is stopped from outside still leaves nothing behind: `exit` handlers run only if we exit.
for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => process.exit(1))

/** An empty folder, gone when this process ends. Its path is short: a data folder holds a socket (108 bytes on Linux). */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cy-"))
  folders.push(folder)
  return folder
}
