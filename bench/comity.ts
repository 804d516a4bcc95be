import { type ChildProcess, execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { get } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Target } from "./load/jobs.ts"
import { ended, freePort, started } from "./workspace.ts"

const COMMAND = fileURLToPath(new URL("../bin/comity.js", import.meta.url))
const execute = promisify(execFile)
const OUTPUT_LIMIT = 64 * 1024 * 1024

export type RunningNode = {
  port: number
  data: string
  pid: number
  /** From the start of the process to the first good answer of /health. */
  secondsToAnswer: number
  stop(): Promise<void>
}

/** An inbox and what a program needs to read and write it. */
export type Inbox = { id: string; objects: string; manifest: string; target: Target }

/** Starts `comity serve`, on a free port unless told; with `profile`, a CPU profile of each thread lands in that folder. */
export async function startNode(data: string, profile: string | null = null, at?: number): Promise<RunningNode> {
  const port = at ?? (await freePort())
  const profiling = profile === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]
  const args = [...profiling, COMMAND, "serve", "--data", data, "--port", String(port), "--host", "127.0.0.1"]
  const start = performance.now()
  const child = started(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] })
  const complaints = tailOf(child)
  while (!(await healthy(port))) {
    if (child.exitCode !== null) throw new Error(`the node ended with ${child.exitCode}: ${complaints()}`)
    await pause(2)
  }
  const secondsToAnswer = (performance.now() - start) / 1000
  const stop = async () => {
    if (!(await ended(child))) throw new Error(`the node stopped with ${child.exitCode}: ${complaints()}`)
  }
  return { port, data, pid: child.pid ?? 0, secondsToAnswer, stop }
}

/** Runs one command to its end; its standard output. */
export async function comity(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const options = { maxBuffer: OUTPUT_LIMIT, env: { ...process.env, ...env } }
  const { stdout } = await execute(process.execPath, [COMMAND, ...args], options)
  return stdout.trim()
}

/** The same with the output thrown away, timed from the start of the process to its end, in seconds. */
export async function timedComity(args: readonly string[]): Promise<number> {
  const start = performance.now()
  const child = started(process.execPath, [COMMAND, ...args], { stdio: ["ignore", "ignore", "pipe"] })
  const complaints = tailOf(child)
  const status = await new Promise((resolve) => child.once("exit", resolve))
  if (status !== 0) throw new Error(`comity ${args[0]} ended with ${status}: ${complaints()}`)
  return (performance.now() - start) / 1000
}

/** Adds a collection and a token for it, by the commands that an operator uses. */
export async function addInbox(node: RunningNode, title: string): Promise<Inbox> {
  const id = await comity(["collection", "add", title, "--data", node.data])
  const token = await comity(["token", "add", title, "--data", node.data, "--grant", `${id}:rw`])
  const root = `/taxii2/api/collections/${id}`
  const target = { port: node.port, authorization: `Bearer ${token}` }
  return { id, objects: `${root}/objects/`, manifest: `${root}/manifest/`, target }
}

/** The same rights by name and password. */
export async function basicTarget(node: RunningNode, inbox: Inbox): Promise<Target> {
  const [name, password] = ["bench-basic", "a password that only this bench knows"]
  const args = ["account", "add", name, "--data", node.data, "--grant", `${inbox.id}:rw`]
  await comity(args, { COMITY_PASSWORD: password })
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`
  return { port: node.port, authorization }
}

/** Resident memory of a process and all that it started, in MiB. */
export function residentMiB(pid: number): number {
  const own = /VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(own ?? 0) / 1024 + childrenOf(pid).reduce((sum, child) => sum + residentMiB(child), 0)
}

const TICKS_PER_SECOND = 100

/** Processor time that a process took so far, all its threads, in seconds; proc_pid_stat(5) fields 14 and 15. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.flatMap((task) => {
    const list = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim()
    return list === "" ? [] : list.split(" ").map(Number)
  })
}

/** Whether /health of that port answers 200. */
export function healthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/health", agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on("error", () => resolve(false))
  })
}

function tailOf(child: ChildProcess): () => string {
  let tail = ""
  child.stderr?.on("data", (chunk: Buffer) => {
    tail = `${tail}${chunk.toString("utf8")}`.slice(-4000)
  })
  return () => tail
}
