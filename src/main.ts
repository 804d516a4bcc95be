import { accountDeclarations } from "./accounts/index.ts"
import { agreementDeclarations } from "./agreements/index.ts"
import { type Environment, type Flags, parseConfig, settings } from "./config.ts"
import {
  completion,
  type Declaration,
  findCommand,
  help,
  helpOf,
  type Language,
  parseInvocation,
  pickLanguage,
  sentence,
  translator,
} from "./http/index.ts"
import { ComityError } from "./kernel/errors.ts"
import { factDeclarations } from "./law/index.ts"
import { keyDeclarations } from "./ledger/index.ts"
import { libraryDeclarations, warningListDeclarations } from "./library/index.ts"
import { askingDeclarations, matchDeclarations, matchListDeclarations } from "./matching/index.ts"
import { runCommand } from "./owner.ts"
import { partyDeclarations } from "./parties/index.ts"
import { pathDeclarations } from "./paths/index.ts"
import {
  cardDeclarations,
  evidenceDeclarations,
  feedDeclarations,
  guardDeclarations,
  peerDeclarations,
  reciprocityDeclarations,
} from "./peering/index.ts"
import { refusalDeclarations, termsDeclarations } from "./policy/index.ts"
import { requestDeclarations } from "./requests/index.ts"
import { runNode } from "./serve.ts"
import {
  approvalDeclarations,
  releaseDeclarations,
  ruleDeclarations,
  sealedDeclarations,
  sharingDeclarations,
  visibilityDeclarations,
} from "./sharing/index.ts"
import type { Streams } from "./terminal.ts"

const serveDeclaration: Declaration = {
  name: "serve",
  positionals: [],
  options: Object.fromEntries(
    Object.values(settings)
      .filter(({ flag }) => flag !== null && flag !== "data")
      .map(({ flag, value }) => [flag, value === null ? { type: "boolean" } : { type: "string", value }]),
  ),
  show: () => [],
}

const completionDeclaration: Declaration = { name: "completion", positionals: [], options: {}, show: () => [] }

/** Every command, in the order of the help. */
export const declarations: readonly Declaration[] = [
  serveDeclaration,
  ...libraryDeclarations,
  ...warningListDeclarations,
  ...refusalDeclarations,
  ...termsDeclarations,
  ...accountDeclarations,
  ...partyDeclarations,
  ...peerDeclarations,
  ...reciprocityDeclarations,
  ...cardDeclarations,
  ...feedDeclarations,
  ...evidenceDeclarations,
  ...guardDeclarations,
  ...factDeclarations,
  ...pathDeclarations,
  ...sharingDeclarations,
  ...releaseDeclarations,
  ...ruleDeclarations,
  ...approvalDeclarations,
  ...visibilityDeclarations,
  ...sealedDeclarations,
  ...matchDeclarations,
  ...requestDeclarations,
  ...agreementDeclarations,
  ...matchListDeclarations,
  ...askingDeclarations,
  ...keyDeclarations,
  completionDeclaration,
]

/** The command that the process was started for. */
export async function run(argv: readonly string[]): Promise<void> {
  process.umask(0o077) // what a node writes is nobody else's to read
  // Who read along may go, as in `| head`: that ends no node. A command that has more to say is told where it writes.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {})
  process.exitCode = await execute(argv, process.env, {
    get input() {
      return process.stdin // opened only by who reads it
    },
    output: process.stdout,
    errors: process.stderr,
  })
}

/** Exit status: 0 all well, 1 something was refused or wrong, 2 called wrongly, 74 the disk failed. */
export async function execute(argv: readonly string[], env: Environment, streams: Streams): Promise<number> {
  const language = pickLanguage(env.COMITY_LANGUAGE || env.LC_ALL || env.LC_MESSAGES || env.LANG || "")
  try {
    return await dispatch(argv, env, streams, language)
  } catch (error) {
    streams.errors.write(`${sentence(error, language)}\n`)
    if (!(error instanceof ComityError)) streams.errors.write(`${error instanceof Error ? error.stack : error}\n`)
    return error instanceof ComityError && error.kind === "invalid" ? 2 : 1
  }
}

async function dispatch(
  argv: readonly string[],
  env: Environment,
  streams: Streams,
  language: Language,
): Promise<number> {
  const t = translator(language)
  const print = (lines: readonly string[]) => streams.output.write(`${lines.join("\n")}\n`)
  if (argv.length === 0 || argv[0] === "--help" || argv[0] === "help") {
    print(help(t, declarations))
    return 0
  }
  const found = findCommand(declarations, argv)
  if (found === null) throw new ComityError("invalid", "command.unknown", { command: argv.slice(0, 2).join(" ") })
  const invocation = parseInvocation(found.declaration, found.rest)
  if (invocation.values.help === true) {
    print(helpOf(t, found.declaration))
    return 0
  }
  if (found.declaration === completionDeclaration) {
    streams.output.write(completion(declarations))
    return 0
  }
  const flags = invocation.values as Flags
  if (found.declaration === serveDeclaration) return runNode(parseConfig(flags, env))
  const { data } = flags
  const config = parseConfig(data === undefined ? {} : { data }, env)
  return runCommand(invocation, { config, environment: env, streams })
}
