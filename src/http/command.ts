import { z } from "zod"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Clock } from "../kernel/time.ts"
import type { Translate } from "./locale.ts"

export type OptionDeclaration = { type: "string" | "boolean"; multiple?: boolean; required?: boolean; value?: string }

/** What the command line knows of a command without running it. Its help text is `command.<name>` in the locales. */
export type Declaration = {
  /** The words that call it: `collection add`. */
  name: string
  /** Names of the positional arguments; the last may end in `…` (one or more, as a list), `?` (may be missing) or `…?`. */
  positionals: readonly string[]
  options: Readonly<Record<string, OptionDeclaration>>
  /** `files`: each positional is read, unpacked and streamed in a call of its own. `file`: FILE is streamed as it is. */
  input?: "files" | "file"
  /** Asked for without echo, or taken from the environment; with an option named, only where that one is given. */
  secret?: { option: string; environment: string; with?: string }
  /** Positionals and options that are paths: made absolute where the command was typed. */
  paths?: readonly string[]
  /** Words that may stand where a path does, and are none. */
  notPaths?: RegExp
  /** Options that name a small file: its text travels instead, read where the command was typed. */
  contents?: readonly string[]
  /** Its result holds sentences: the argument `language` says in which language; for programs, English. */
  speaks?: true
  /** Asked for in the same way, but only if the command finds that it needs it. */
  asks?: { what: string; environment: string }
  /** Runs where it was typed and never at a node: what it reads is for no node to know. */
  here?(given: Json, terminal: Terminal): Promise<Json>
  /** Its output is bytes; nothing is printed behind them. */
  writes?: true
  /** Answers from what came with this version, where there is no data folder; nothing is made or kept then. */
  alone?(given: Json, clock: Clock): Promise<Json>
  /** Lines for people; with `--json` the result itself is printed. */
  show(t: Translate, result: Json): string[]
  /** True if the result means that not all went well: exit status 1. */
  failed?(result: Json): boolean
  /** Joins the results of several files. */
  merge?(results: Json[]): Json
}

/** What a command that runs where it was typed may ask of the terminal. */
export type Terminal = { secret(): Promise<string> }

export type Call = {
  arguments: Json
  input: AsyncIterable<Uint8Array>
  /** Says how far the work is. */
  progress(state: Json): Promise<void>
  /** Bytes for standard output. */
  write(chunk: Uint8Array): Promise<void>
  /** Aborts when the caller is gone. */
  signal: AbortSignal
}

export type Handler = (call: Call) => Promise<Json>
/** By command name; runs in the process that owns the data folder. */
export type Handlers = Readonly<Record<string, Handler>>

/** Arguments that a command's parser refused are the caller's to mend, and named. */
export function knownError(error: unknown): ComityError | null {
  if (error instanceof ComityError) return error
  if (!(error instanceof z.ZodError)) return null
  const names = error.issues.map(({ path }) => path.join(".")).join(", ")
  return new ComityError("invalid", "command.value", { names })
}
