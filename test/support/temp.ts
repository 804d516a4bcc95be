import { mkdtempSync, rmSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const TMPFS = 0x01021994
const ROOM = 2 * 1024 ** 3

/** Where tests keep their files: in memory where it has room and TMPDIR names no other place. A process killed there
 *  leaves behind what it would on a disk, and nothing in a test has to survive the machine. */
export const DISK = process.env.TMPDIR === undefined && hasRoom("/dev/shm") ? "/dev/shm" : tmpdir()

const folders: string[] = []

process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

// A run that is stopped from outside still leaves nothing behind: `exit` handlers run only if we exit.
for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => process.exit(1))

/** An empty folder, gone when this process ends. Its path is short: a data folder holds a socket (108 bytes on Linux). */
export function tempFolder(): string {
  const folder = mkdtempSync(join(DISK, "cy-"))
  folders.push(folder)
  return folder
}

function hasRoom(folder: string): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(folder)
    return type === TMPFS && bavail * bsize >= ROOM
  } catch {
    return false
  }
}
