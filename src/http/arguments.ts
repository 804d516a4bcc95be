import { resolve } from "node:path"
import { parseArgs } from "node:util"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Declaration, OptionDeclaration } from "./command.ts"
import type { Translate } from "./locale.ts"

export type Invocation = {
  declaration: Declaration
  values: Record<string, string | boolean | (string | boolean)[] | undefined>
  positionals: string[]
}

/** Every command has these. */
export const commonOptions: Readonly<Record<string, OptionDeclaration>> = {
  data: { type: "string", value: "DIR" },
  json: { type: "boolean" },
  help: { type: "boolean" },
}

/** The command that the words name, and the words behind it; null if there is none. */
export function findCommand(
  declarations: readonly Declaration[],
  words: readonly string[],
): { declaration: Declaration; rest: string[] } | null {
  const found = declarations.find(({ name }) => words.slice(0, name.split(" ").length).join(" ") === name)
  return found === undefined ? null : { declaration: found, rest: words.slice(found.name.split(" ").length) }
}

/** Throws `invalid command.usage` for unknown options, missing values, too few or too many arguments. */
export function parseInvocation(declaration: Declaration, rest: readonly string[]): Invocation {
  const options = { ...commonOptions, ...declaration.options }
  try {
    const { values, positionals } = parseArgs({
      args: [...rest],
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, multiple }]) => [name, { type, multiple: multiple ?? false }]),
      ),
      allowPositionals: true,
    })
    const invocation = { declaration, values, positionals }
    if (values.help !== true) checkCount(invocation)
    return invocation
  } catch (error) {
    if (error instanceof ComityError) throw error
    throw new ComityError("invalid", "command.usage", { usage: usage(declaration) }, error)
  }
}

function checkCount({ declaration, positionals, values }: Invocation): void {
  const missing = Object.entries(declaration.options).some(
    ([name, { required }]) => required && values[name] === undefined,
  )
  const wanted = declaration.positionals
  const many = takesMany(declaration)
  const optional = wanted.filter((name) => name.endsWith("?")).length
  const most = many ? Number.POSITIVE_INFINITY : wanted.length
  if (missing || positionals.length < wanted.length - optional || positionals.length > most) {
    throw new ComityError("invalid", "command.usage", { usage: usage(declaration) })
  }
}

/** True if the last of the positionals may come more than once. */
function takesMany({ positionals }: Declaration): boolean {
  return /…\??$/.test(positionals.at(-1) ?? "")
}

/** The arguments of one call; of a command that reads files, one call for each file. */
export function callArguments({ declaration, values, positionals }: Invocation): { [name: string]: Json }[] {
  const { json, help, data, ...options } = values
  const given = Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, pathOf(declaration, name, value)]),
  )
  const names = declaration.positionals.map((name) => name.replace(/…?\??$/, ""))
  if (declaration.input === "files")
    return positionals.map((file) => ({ ...given, [names[0] ?? ""]: file }) as { [name: string]: Json })
  const placed = positionals.map((value, i) => {
    const name = names[i] ?? ""
    return [name, pathOf(declaration, name, value)]
  })
  if (!takesMany(declaration)) return [{ ...given, ...Object.fromEntries(placed) } as { [name: string]: Json }]
  const single = placed.slice(0, names.length - 1)
  const rest = { [names.at(-1) ?? ""]: positionals.slice(names.length - 1) }
  return [{ ...given, ...Object.fromEntries(single), ...rest } as { [name: string]: Json }]
}

/** The process that owns the folder may stand elsewhere. */
function pathOf<Value>({ paths, notPaths }: Declaration, name: string, value: Value): Value | string {
  const isPath = typeof value === "string" && paths?.includes(name) === true && notPaths?.test(value) !== true
  return isPath ? resolve(value) : value
}

/** `comity import FILE… [--collection ID] [--tlp LEVEL] [--data DIR]` */
export function usage({ name, positionals, options }: Declaration): string {
  const own = Object.entries(options).map(([option, { value, multiple, required }]) => {
    const text = value === undefined ? `--${option}` : `--${option} ${value}`
    return required ? text : `[${text}]${multiple ? "…" : ""}`
  })
  const places = positionals.map((place) => (place.endsWith("?") ? `[${place.slice(0, -1)}]` : place))
  return ["comity", name, ...places, ...own, "[--data DIR]", "[--json]"].join(" ")
}

export function help(t: Translate, declarations: readonly Declaration[]): string[] {
  const width = Math.max(...declarations.map(({ name }) => name.length))
  const rows = declarations.map(({ name }) => `  comity ${name.padEnd(width)}  ${t(`command.${name}`)}`)
  return [t("cli.about"), "", ...rows, "", t("cli.more")]
}

export function helpOf(t: Translate, declaration: Declaration): string[] {
  const options = Object.entries({ ...declaration.options, ...commonOptions }).map(([name, { value }]) => {
    const text = value === undefined ? `--${name}` : `--${name} ${value}`
    return `  ${text.padEnd(36)}  ${t(`option.${name}`)}`
  })
  const asked = declaration.secret ?? declaration.asks
  const secret = asked === undefined ? [] : ["", t("cli.secret", { name: asked.environment })]
  return [usage(declaration), "", t(`command.${declaration.name}`), "", ...options, ...secret]
}

/** A bash script (zsh reads it too, with `bashcompinit`) that completes commands and their options. */
export function completion(declarations: readonly Declaration[]): string {
  const commands = declarations.map(({ name }) => name)
  const cases = declarations.map(({ name, options }) => {
    const words = Object.keys({ ...options, ...commonOptions }).map((option) => `--${option}`)
    return `    "${name}"*) words="${words.join(" ")}" ;;`
  })
  const seconds = commands.filter((name) => name.includes(" "))
  const groups = [...new Set(seconds.map((name) => name.split(" ")[0] as string))].map((group) => {
    const inner = seconds.filter((name) => name.startsWith(`${group} `)).map((name) => name.slice(group.length + 1))
    return `    "${group}") words="${inner.join(" ")}" ;;`
  })
  return [
    "_comity() {",
    '  local typed="$' + '{COMP_WORDS[*]:1:COMP_CWORD-1}" words',
    '  case "$typed" in',
    `    "") words="${[...new Set(commands.map((name) => name.split(" ")[0]))].join(" ")}" ;;`,
    ...groups,
    ...cases,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -f -- "$' + '{COMP_WORDS[COMP_CWORD]}"))',
    "}",
    "complete -o filenames -F _comity comity",
    "",
  ].join("\n")
}
