import type { Details } from "../../kernel/errors.ts"
import type { Id } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import type { Composed, Encoding, Expected, Finding, Line, Mapping, Preview } from "../../library/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Problem } from "../importing.ts"

export type ImportId = Id<"import">

/**
 * Where an import is: being read (`previewing`), waiting for a person (`mapping`: how a table is meant, `previewed`:
 * whether to go on), waiting for another import, under way, or at its end.
 */
export type ImportState =
  | "previewing"
  | "mapping"
  | "previewed"
  | "waiting"
  | "running"
  | "done"
  | "cancelled"
  | "failed"
  | "interrupted"

export type ImportFormat = "stix" | "csv" | "text"

/** What the person decided. */
export type Choices = {
  /** For objects that carry no mark. */
  tlp: Tlp | null
  encoding: Encoding | null
  mapping: Mapping | null
  /** Leave out addresses that name nobody on the public network. */
  skipSpecial: boolean
  /** Values that are not wanted. */
  leftOut: string[]
}

/** What is known before anything is stored. */
export type Foresight = {
  /** Null until a table is mapped. */
  preview: Preview | null
  /** Of a table or text. */
  composed: Omit<Composed, "lines"> | null
  findings: Finding[]
  findingCount: number
  /** The first lines of a table, and what its header is remembered by. */
  lines: Line[]
  signature: string | null
}

export type Outcome = Record<Expected, number> & {
  lifted: number
  warnings: Record<string, number>
  /** `line` of a table or text. */
  problems: (Problem & { line: number | null })[]
  omitted: number
  composed: Omit<Composed, "lines"> | null
}

/** What ended an import before it was done: an error's code and the values of its sentence. */
export type Failure = { code: string; details: Details }

export type Import = {
  id: ImportId
  state: ImportState
  /** Id of the collection that it goes into. */
  collection: string
  format: ImportFormat
  /** Name of the file; empty for what was pasted. Text from outside. */
  name: string
  size: number
  /** Who imports: the commitment that the ledger knows. */
  account: string
  createdAt: Instant
  finishedAt: Instant | null
  choices: Choices
  foresight: Foresight
  outcome: Outcome | null
  failure: Failure | null
}

/** How far an import is; `total` is null while nobody knows. */
export type Progress = {
  state: ImportState
  done: number
  total: number | null
  perSecond: number
  secondsLeft: number | null
}

export const NO_CHOICES: Choices = { tlp: null, encoding: null, mapping: null, skipSpecial: false, leftOut: [] }

export const NO_FORESIGHT: Foresight = {
  preview: null,
  composed: null,
  findings: [],
  findingCount: 0,
  lines: [],
  signature: null,
}

const ENDED: ReadonlySet<ImportState> = new Set(["done", "cancelled", "failed", "interrupted"])

export function isEnded({ state }: Pick<Import, "state">): boolean {
  return ENDED.has(state)
}

/** Objects and values that a file holds, as far as the preview read it. */
export function totalOf({ preview, composed }: Foresight): number | null {
  if (preview === null) return null
  const { accepted, duplicate, conflicting, rejected } = preview.counts
  const beside = composed === null ? 0 : composed.refused + composed.repeated
  return accepted + duplicate + conflicting + rejected + beside
}

/** Without what the file says: of an import that has ended only the library keeps content, where it can be erased. */
export function forgotten(one: Import): Import {
  return { ...one, foresight: NO_FORESIGHT, choices: { ...one.choices, leftOut: [] } }
}

/** How many objects an import would add, and may not without a mark. */
export function needsMark({ preview }: Foresight): boolean {
  return (preview?.unmarked ?? 0) > 0
}
