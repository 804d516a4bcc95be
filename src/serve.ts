import type { Config } from "./config.ts"
import { serveSocket, type Translate, translator } from "./http/index.ts"
import { type Diagnostics, diagnostics } from "./kernel/diagnostics.ts"
import { ComityError } from "./kernel/errors.ts"
import { monotonic, systemClock } from "./kernel/time.ts"
import { type Node, openNode } from "./node.ts"
import { type Claim, claim, type Folder, folderAt } from "./store/index.ts"

/** `EX_IOERR`: nothing is signed or acknowledged after the disk failed; the next start recovers. */
const EXIT_IO = 74
const PATIENCE_MS = 10_000
/** What a command under way still gets when the node is asked to stop; an import that is cut off can be repeated. */
const COMMANDS_MS = 5000

/** `comity serve`: answers until SIGTERM or SIGINT, or until the process that handed over is gone. */
export async function runNode(config: Config): Promise<number> {
  const t = translator(config.language ?? "en")
  const diag = diagnostics((line) => process.stderr.write(line))
  const folder = folderAt(config.data)
  const owned = await patiently(folder)
  const node = await open(config, folder, owned, diag)
  try {
    const socket = await serveSocket(folder.socket, node.handlers, diag)
    try {
      await answerUntilStopped(node, config, t)
    } finally {
      await socket.close(COMMANDS_MS)
    }
  } finally {
    await node.stop() // also where the start failed: its threads would keep the process, and with it the folder
  }
  return 0
}

async function answerUntilStopped(node: Node, config: Config, t: Translate): Promise<void> {
  const listening = await listen(node, config)
  try {
    if (config.keyPassphrase !== null) await node.seal(config.keyPassphrase)
    if (node.revoked()) process.stdout.write(`${t("key.now-revoked")}\n`)
    if (node.unsealed()) process.stdout.write(`${t("cli.unsealed")}\n`)
    const setUp = await node.setupLink()
    if (setUp !== null) process.stdout.write(`${t("cli.setup", { url: setUp })}\n`)
    const stopped = stopSignal()
    process.stdout.write(`${t("cli.ready", { url: listening.url })}\n`)
    await stopped
  } finally {
    await listening.close()
  }
}

/** Opens the node that owns `folder`; ends the process when the disk fails. */
export function open(config: Config, folder: Folder, claim: Claim, diag: Diagnostics): Promise<Node> {
  const onFatal = (error: unknown): never => {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) : 0
    diag.error("store.failed", { code })
    process.exit(EXIT_IO)
  }
  return openNode({ config, folder, claim, clock: systemClock, diagnostics: diag, onFatal })
}

async function listen(node: Node, { host, port }: Config) {
  try {
    return await node.serve()
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string") {
      throw new ComityError("unavailable", "config.listen", { host, port, reason: error.code }, error)
    }
    throw error
  }
}

/** A command may own the folder for a moment; a node that runs owns it for good. */
async function patiently(folder: Folder): Promise<Claim> {
  const until = monotonic() + PATIENCE_MS
  for (;;) {
    const owned = claim(folder)
    if (owned !== null) return owned
    if (monotonic() > until) throw new ComityError("conflict", "folder.in-use", { path: folder.root })
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** A signal may come twice: at Ctrl-C the terminal tells every process, and the one that handed over passes it on. */
async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const event of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(event, () => resolve())
    if (process.channel) process.once("disconnect", () => resolve())
  })
  if (process.connected) process.disconnect?.() // an open channel keeps a process from ending
}
