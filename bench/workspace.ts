import { type ChildProcess, type ForkOptions, fork, type SpawnOptions, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folders = new Set<string>()
const children = new Set<ChildProcess>()

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL")
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130))

/** A folder that is gone when this process ends, however it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "comity-bench-"))
  folders.add(folder)
  return folder
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  folders.delete(folder)
}

/** A child that never outlives this process. */
export function started(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return kept(spawn(command, args, options))
}

/** One of the bench's own programs beside this file. */
export function startedHere(file: string, options: ForkOptions = {}): ChildProcess {
  return kept(fork(new URL(file, import.meta.url), { serialization: "advanced", ...options }))
}

function kept(child: ChildProcess): ChildProcess {
  children.add(child)
  child.once("exit", () => children.delete(child))
  return child
}

/** SIGTERM, and SIGKILL if that did not help within 20 s; true if the process ended by itself with status 0. */
export async function ended(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode === 0
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  child.kill("SIGTERM")
  const impatience = setTimeout(() => child.kill("SIGKILL"), 20_000)
  await exit
  clearTimeout(impatience)
  return child.exitCode === 0
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
