import type { Socket } from "node:net"
import type { Config, Environment } from "./config.ts"
import { ask, callArguments, type Invocation, reach, serveSocket, translator } from "./http/index.ts"
import type { Json } from "./kernel/canonical.ts"
import { diagnostics } from "./kernel/diagnostics.ts"
import { ComityError } from "./kernel/errors.ts"
import { monotonic } from "./kernel/time.ts"
import { open } from "./serve.ts"
import { claim, type Folder, folderAt } from "./store/index.ts"
import { askSecret, openInput, progressBar, toStandardOutput } from "./terminal.ts"

const PATIENCE_MS = 10_000

/**
 * Runs a command at the process that owns the data folder; if there is none, this process becomes it for as long as
 * the command takes. Either way the command passes through the socket: there is one path.
 */
export async function runCommand(invocation: Invocation, config: Config, environment: Environment): Promise<number> {
  const { declaration, values } = invocation
  const t = translator(config.language ?? "en")
  const calls = callArguments(invocation)
  if (declaration.secret !== undefined) {
    const { option, environment: name } = declaration.secret
    const secret = environment[name] ?? (await askSecret(t, option))
    for (const call of calls) call[option] = secret
  }
  const folder = folderAt(config.data)
  const results = await withOwner(folder, config, async () => {
    const found: Json[] = []
    for (const call of calls) found.push(await oneCall(invocation, call, folder))
    return found
  })
  const result = declaration.merge?.(results) ?? results[0] ?? null
  const lines = values.json === true ? [JSON.stringify(result)] : declaration.show(t, result)
  if (declaration.name !== "export" && lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`)
  return declaration.failed?.(result) === true ? 1 : 0
}

async function oneCall(invocation: Invocation, call: { [name: string]: Json }, folder: Folder): Promise<Json> {
  const { declaration } = invocation
  const input = declaration.input === "files" ? await openInput(String(call.FILE)) : null
  const bar = progressBar(input)
  const socket = await reachPatiently(folder)
  try {
    return await ask(socket, {
      command: declaration.name,
      arguments: call,
      input: input?.bytes ?? null,
      progress: bar.show,
      write: toStandardOutput,
    })
  } finally {
    bar.end()
  }
}

/** `work` runs while somebody owns the folder: the node that runs, or else this process. */
async function withOwner<T>(folder: Folder, config: Config, work: () => Promise<T>): Promise<T> {
  const owned = claim(folder)
  if (owned === null) return work()
  const diag = diagnostics((line) => process.stderr.write(line))
  const node = await open(config, folder, owned, diag)
  const socket = await serveSocket(folder.socket, node.handlers, diag)
  try {
    return await work()
  } finally {
    await socket.close()
    await node.stop()
  }
}

/** An owner that has just started may not listen yet. */
async function reachPatiently(folder: Folder): Promise<Socket> {
  const until = monotonic() + PATIENCE_MS
  for (;;) {
    const socket = await reach(folder.socket)
    if (socket !== null) return socket
    if (monotonic() > until) throw new ComityError("unavailable", "folder.no-answer", { path: folder.root })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
