import { type ChildProcess, execFile, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { get } from "node:http"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const COMMAND = fileURLToPath(new URL("../bin/comity.js", import.meta.url))
const execute = promisify(execFile)
const OUTPUT_MOST = 64 * 1024 * 1024
const STARTS_WITHIN_MS = 30_000

const children = new Set<ChildProcess>()
let root: string | null = null

/** Everything that the exercise writes; gone when it ends, however it ends. */
export function stage(): string {
  root ??= mkdtempSync(join(tmpdir(), "comity-exercise-"))
  return root
}

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL")
  if (root !== null) rmSync(root, { recursive: true, force: true, maxRetries: 5 })
})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130))

/** Runs one command of Comity to its end and returns what it says to programs. */
export async function comity(
  data: string,
  args: readonly string[],
  secrets: Record<string, string> = {},
): Promise<unknown> {
  const env = { ...process.env, ...secrets }
  const { stdout } = await execute(process.execPath, [COMMAND, ...args, "--data", data, "--json"], {
    ...{ maxBuffer: OUTPUT_MOST, env },
  })
  return JSON.parse(stdout)
}

export type Running = { stop(): Promise<void> }

/** Starts `comity serve` and resolves when it answers. Throws with its last words if it ends instead. */
export async function serve(data: string, port: number): Promise<Running> {
  const child = spawn(process.execPath, [COMMAND, "serve", "--data", data, "--port", String(port)], {
    stdio: ["ignore", "ignore", "pipe"],
  })
  children.add(child)
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  void exit.then(() => children.delete(child))
  let words = ""
  child.stderr.on("data", (chunk: Buffer) => {
    words = `${words}${chunk}`.slice(-2000)
  })
  for (const until = performance.now() + STARTS_WITHIN_MS; !(await answers(port)); await pause(20)) {
    if (child.exitCode !== null || performance.now() > until) throw new Error(`the node did not start: ${words}`)
  }
  return {
    async stop() {
      child.kill("SIGTERM")
      await exit
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/health", agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on("error", () => resolve(false))
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
}
