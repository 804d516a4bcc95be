import { existsSync } from "node:fs"
import type { Config, Environment } from "./config.ts"
import {
  ask,
  callArguments,
  type Invocation,
  knownError,
  type Request,
  reach,
  serveSocket,
  type Translate,
  translator,
} from "./http/index.ts"
import type { Json } from "./kernel/canonical.ts"
import { diagnostics } from "./kernel/diagnostics.ts"
import { ComityError } from "./kernel/errors.ts"
import { monotonic, systemClock } from "./kernel/time.ts"
import { open } from "./serve.ts"
import { type Claim, claim, type Folder, folderAt } from "./store/index.ts"
import { askSecret, openInput, progressBar, readText, type Streams, visible, writeTo } from "./terminal.ts"

const PATIENCE_MS = 10_000

/** What surrounds a command: settings, environment, and where it reads and writes. */
export type Surroundings = { config: Config; environment: Environment; streams: Streams }

/**
 * Runs a command at the process that owns the data folder; if there is none, this process becomes it for as long as
 * the command takes. Either way the command passes through the socket: there is one path.
 */
export async function runCommand(invocation: Invocation, around: Surroundings): Promise<number> {
  const { declaration, values } = invocation
  const { config, environment, streams } = around
  const t = translator(config.language ?? "en")
  const calls = callArguments(invocation)
  const { secret: asked } = declaration
  if (asked !== undefined && (asked.with === undefined || values[asked.with] !== undefined)) {
    const { option, environment: name } = asked
    const secret = environment[name] ?? (await askSecret(streams, t, option))
    for (const call of calls) call[option] = secret
  }
  for (const option of declaration.contents ?? []) {
    for (const call of calls) if (typeof call[option] === "string") call[option] = await readText(call[option])
  }
  if (declaration.speaks === true) {
    for (const call of calls) call.language = values.json === true ? "en" : (config.language ?? "en")
  }
  const results: Json[] = []
  if (declaration.here !== undefined) results.push(await atTerminal(invocation, calls[0] ?? {}, t, around))
  else for (const call of calls) results.push(await oneCall(invocation, call, around))
  const result = declaration.merge?.(results) ?? results[0] ?? null
  const lines = values.json === true ? [JSON.stringify(result)] : declaration.show(t, result).map(visible)
  if (declaration.writes !== true && lines.length > 0) streams.output.write(`${lines.join("\n")}\n`)
  return declaration.failed?.(result) === true ? 1 : 0
}

async function atTerminal(
  { declaration }: Invocation,
  call: Json,
  t: Translate,
  { environment, streams }: Surroundings,
): Promise<Json> {
  const secret = async () => {
    const { what, environment: name } = declaration.asks ?? { what: "", environment: "" }
    return environment[name] ?? askSecret(streams, t, what)
  }
  try {
    return (await declaration.here?.(call, { secret })) ?? null
  } catch (error) {
    throw knownError(error) ?? error
  }
}

async function oneCall(
  { declaration, values }: Invocation,
  call: { [name: string]: Json },
  around: Surroundings,
): Promise<Json> {
  const { config, streams } = around
  const folder = folderAt(config.data)
  if (declaration.alone !== undefined && !existsSync(folder.database)) {
    if (values.data !== undefined)
      streams.errors.write(`${translator(config.language ?? "en")("cli.no-folder", { path: folder.root })}\n`)
    return declaration.alone(call, systemClock).catch((error: unknown) => {
      throw knownError(error) ?? error
    })
  }
  const input =
    declaration.input === undefined ? null : await openInput(String(call.FILE), declaration.input === "files")
  const bar = progressBar(streams.errors, input)
  const request = {
    command: declaration.name,
    arguments: call,
    input: input?.bytes ?? null,
    progress: bar.show,
    write: (chunk: Uint8Array) => writeTo(streams.output, chunk),
  }
  try {
    return await askOwner(folder, request, around)
  } finally {
    bar.end()
  }
}

/** Whoever owned the folder a moment ago may have been another short command, so both ways are tried in turn. */
async function askOwner(folder: Folder, request: Request, around: Surroundings): Promise<Json> {
  const until = monotonic() + PATIENCE_MS
  for (;;) {
    const owned = claim(folder)
    if (owned !== null) return asOwner(folder, owned, request, around)
    const line = await reach(folder.socket)
    if (line !== null) return ask(line, request)
    if (monotonic() > until) throw new ComityError("unavailable", "folder.no-answer", { path: folder.root })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** While this process owns the folder, others may ask it too; their calls end before it lets go. */
async function asOwner(
  folder: Folder,
  owned: Claim,
  request: Request,
  { config, streams }: Surroundings,
): Promise<Json> {
  const diag = diagnostics((line) => streams.errors.write(line))
  const node = await open(config, folder, owned, diag)
  try {
    const socket = await serveSocket(folder.socket, node.handlers, diag)
    try {
      const line = await reach(folder.socket)
      if (line === null) throw new ComityError("unavailable", "folder.no-answer", { path: folder.root })
      return await ask(line, request)
    } finally {
      await socket.close()
    }
  } finally {
    await node.stop()
  }
}
