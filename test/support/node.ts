import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { PassThrough, Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { after } from "node:test"
import { tempFolder } from "./temp.ts"

const COMMAND = join(import.meta.dirname, "../../bin/comity.js")
const READY = /^Comity is ready at (\S+)$/gm
const START_LIMIT_MS = 30_000
const LEFTOVER_LIMIT_MS = 10_000
const COMMAND_LIMIT_MS = 120_000

export type Exit = { code: number | null; signal: NodeJS.Signals | null }
export type Output = { status: number | null; stdout: string; stderr: string }
type Environment = Record<string, string>

export type NodeOptions = { data?: string; host?: string; args?: string[]; env?: Environment }

/** A node of its own process. `exited` settles when the process ends, for whatever reason. */
export type TestNode = {
  url: string
  port: number
  data: string
  pid: number
  exited: Promise<Exit>
  stop(): Promise<Exit>
  kill(): Promise<Exit>
  stdout(): string
  stderr(): string
}

const running = new Set<ChildProcess>()

function killAll(): void {
  for (const child of running) child.kill("SIGKILL")
}

process.on("exit", killAll)
/** What a failed test left running must not keep the whole file waiting. */
after(() => void setTimeout(killAll, LEFTOVER_LIMIT_MS).unref())

/** Starts `comity serve` on a free port and waits for its one line; throws with its diagnostics if it ends before. */
export async function startNode(options: NodeOptions = {}): Promise<TestNode> {
  const data = options.data ?? join(tempFolder(), "d")
  const { child, exited, output } = launch(
    ["serve", "--data", data, "--port", "0", "--host", options.host ?? "127.0.0.1", ...(options.args ?? [])],
    options.env,
  )
  const url = await ready(child, exited, output)
  const end = (signal: NodeJS.Signals) => () => {
    child.kill(signal)
    return exited
  }
  return {
    url,
    port: Number(new URL(url).port),
    data,
    pid: child.pid ?? 0,
    exited,
    stop: end("SIGTERM"),
    kill: end("SIGKILL"),
    stdout: () => output.stdout,
    stderr: () => output.stderr,
  }
}

/** Runs the command in a process of its own to its end, which comes by force (status null) if it does not end by itself. `watch` sees the process id, for tests that measure the process while it works. */
export async function comity(
  args: string[],
  options: { env?: Environment; input?: string | Buffer; watch?: (pid: number) => void } = {},
): Promise<Output> {
  const { child, exited, output } = launch(args, options.env)
  child.stdin?.on("error", () => {})
  child.stdin?.end(options.input ?? "")
  options.watch?.(child.pid ?? 0)
  const limit = setTimeout(() => child.kill("SIGKILL"), COMMAND_LIMIT_MS)
  const { code } = await exited
  clearTimeout(limit)
  return { status: code, stdout: output.stdout, stderr: output.stderr }
}

/** Runs a command as `comity` does, in this process: all the same but what only a process shows, and no start to pay. */
export async function command(
  args: string[],
  options: { env?: Environment; input?: string | Buffer } = {},
): Promise<Output> {
  if (args[0] === "serve") throw new Error("a node needs a process of its own")
  const { execute } = await import("../../src/main.ts")
  process.umask(0o077)
  const [output, errors] = [new PassThrough(), new PassThrough()]
  const printed = Promise.all([text(output), text(errors)])
  const input = Readable.from([options.input ?? ""])
  const status = await execute(args, environment(options.env ?? {}), { input, output, errors })
  for (const stream of [output, errors]) stream.end()
  const [stdout, stderr] = await printed
  return { status, stdout, stderr }
}

/** Runs a command, which must succeed, in this process and gives what it printed, trimmed. */
export async function run(args: string[], env: Environment = {}): Promise<string> {
  const { status, stdout, stderr } = await command(args, { env })
  if (status !== 0) throw new Error(`comity ${args.join(" ")} ended with ${status}\n${stdout}${stderr}`)
  return stdout.trim()
}

/** Sends a signal to a process that may be gone already; false if it is. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

function launch(args: string[], env: Environment = {}) {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: environment(env), stdio: "pipe" })
  running.add(child)
  const output = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text
  })
  const exited = once(child, "close").then(([code, signal]): Exit => {
    running.delete(child)
    return { code, signal }
  })
  return { child, exited, output }
}

async function ready(child: ChildProcess, exited: Promise<Exit>, output: { stdout: string; stderr: string }) {
  const deadline = AbortSignal.timeout(START_LIMIT_MS)
  const ended = exited.then(({ code }) => {
    throw new Error(`serve ended with ${code} before it was ready\n${output.stdout}${output.stderr}`)
  })
  ended.catch(() => {})
  for (;;) {
    const url = [...output.stdout.matchAll(READY)][0]?.[1]
    if (url !== undefined) return url
    await Promise.race([once(child.stdout ?? child, "data", { signal: deadline }), ended])
  }
}

/** The settings of whoever runs the tests must not reach the nodes under test. */
function environment(extra: Environment): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(COMITY_|NODE_TEST|NODE_OPTIONS)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: "C", ...extra }
}
