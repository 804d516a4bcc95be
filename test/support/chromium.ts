import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import packed from "@sparticuz/chromium"

const MODULES = join(import.meta.dirname, "../../node_modules")
const UNPACKING_LIMIT_MS = 120_000

/**
 * The browser for tests: the one that COMITY_CHROMIUM names, else the one of the npm package, which unpacks 200 MB
 * once. The folder carries the version and lies in node_modules, where nobody else may put a program to be run.
 */
export async function chromiumPath(): Promise<string> {
  const named = process.env.COMITY_CHROMIUM
  if (named) return named
  if (process.arch !== "x64") throw new Error("the packed Chromium is for x64: name another one in COMITY_CHROMIUM")
  const { version } = JSON.parse(readFileSync(join(MODULES, "@sparticuz/chromium/package.json"), "utf8")) as {
    version: string
  }
  const folder = join(MODULES, ".cache", `chromium-${version}`)
  const path = join(folder, "chromium")
  if (!existsSync(path)) await unpackOnce(folder)
  return path
}

/** Test files run in processes of their own and at once: one of them unpacks, the others wait. */
async function unpackOnce(folder: string): Promise<void> {
  const lock = `${folder}.lock`
  const deadline = AbortSignal.timeout(UNPACKING_LIMIT_MS)
  mkdirSync(join(folder, ".."), { recursive: true })
  while (!existsSync(folder)) {
    deadline.throwIfAborted()
    if (taken(lock)) {
      await pause(100, undefined, { signal: deadline })
      continue
    }
    try {
      if (!existsSync(folder)) await unpack(folder)
    } finally {
      rmSync(lock, { force: true })
    }
  }
}

/** False if the lock is ours now. A lock whose process is gone counts for nothing; two at once only work in vain. */
function taken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" })
    return false
  } catch {
    if (isAlive(lock)) return true
    rmSync(lock, { force: true })
    return true
  }
}

function isAlive(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, "utf8"))
    return pid === 0 || process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The package unpacks into the system's folder for temporary files, which it asks for before its first await. */
async function unpack(folder: string): Promise<void> {
  const staging = `${folder}.${process.pid}`
  mkdirSync(staging, { recursive: true })
  const before = process.env.TMPDIR
  try {
    process.env.TMPDIR = staging
    const unpacking = packed.executablePath()
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    await unpacking
    renameSync(staging, folder)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}
