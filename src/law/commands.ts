import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Clock } from "../kernel/time.ts"
import type { Store } from "../store/index.ts"
import type { FactBook } from "./book.ts"
import { newestSet } from "./book.ts"
import { type Check, checkFacts } from "./checking.ts"
import { compareFiles } from "./comparing.ts"
import { dayAt } from "./dates.ts"
import { factsFrom } from "./facts.ts"
import type { FactRef } from "./model.ts"
import { correct, corrections, importFacts, withdrawCorrection, withdrawSet } from "./operations.ts"
import { factFiles, listFactSets } from "./queries.ts"
import { type FactFiles, readFiles } from "./reading.ts"
import { filesOf, shippedFacts, shippedFiles } from "./shipped.ts"
import { type TableName, tableNames } from "./tables.ts"

/** A set by its name or number; anything else is a folder. */
const SET_NAME = /^(?:shipped|current|\d{1,9})$/
const SET_NUMBER = /^\d{1,9}$/

export const factDeclarations: readonly Declaration[] = [
  {
    ...{ name: "facts check", positionals: ["DIR?"], paths: ["DIR"], options: { all: { type: "boolean" } } },
    alone: (given, clock) => checkFolder(given, clock),
    show: showCheck,
    failed: (result) => (result as unknown as Checked).errors > 0,
  },
  {
    ...{ name: "facts import", positionals: ["DIR"], paths: ["DIR"], options: {} },
    show: (t, result) => [t("facts.imported", result as { version: string; rows: number })],
  },
  {
    ...{ name: "facts list", positionals: [], options: {}, show: showSets },
    alone: async () => [shippedSet(true)],
  },
  {
    ...{ name: "facts compare", positionals: ["OLD", "NEW?"], options: {}, show: showChanges },
    ...{ paths: ["OLD", "NEW"], notPaths: SET_NAME },
    alone: async (given) => compareSets(given, async (name) => filesNamed(name)),
  },
  {
    name: "facts correct",
    positionals: ["TABLE", "REF?"],
    options: {
      cell: { type: "string", multiple: true, value: "COLUMN=TEXT" },
      drop: { type: "boolean" },
      reason: { type: "string", value: "TEXT", required: true },
    },
    show: (t, result) => [t("facts.corrected", result as { id: string })],
  },
  {
    ...{ name: "facts corrections", positionals: [], options: {}, show: showCorrections },
    alone: async () => [],
  },
  { name: "facts withdraw", positionals: ["ID"], options: {}, show: () => [] },
]

const CheckCall = z.strictObject({ DIR: z.string().optional(), all: z.boolean().default(false) })
const CompareCall = z.strictObject({ OLD: z.string().max(4096), NEW: z.string().max(4096).default("current") })
const CorrectCall = z.strictObject({
  TABLE: z.string(),
  REF: z.string().max(400).optional(),
  cell: z.array(z.string().max(2000)).max(60).default([]),
  drop: z.boolean().default(false),
  reason: z.string().trim().min(1).max(500),
})
const Folder = z.strictObject({ DIR: z.string().max(4096) })
const One = z.strictObject({ ID: z.string().max(100) })
const None = z.strictObject({})

export type FactCommandParts = { store: Store; book: FactBook; clock: Clock }

export function factHandlers(parts: FactCommandParts): Handlers {
  const { store, book, clock } = parts
  return {
    "facts check": async (call) => {
      const { DIR: folder, all } = CheckCall.parse(call.arguments)
      const facts = folder === undefined ? await book.current() : factsFrom(filesOf(folder))
      return checked(checkFacts(facts, dayAt(clock.now())), all)
    },
    "facts import": async (call) => {
      const files = filesOf(Folder.parse(call.arguments).DIR)
      return importFacts(parts, files, dayAt(clock.now()), null)
    },
    "facts list": async (call) => {
      None.parse(call.arguments)
      const counts = (await newestSet(store))?.key ?? 0
      const sets = await listFactSets(store)
      return [
        shippedSet(counts === 0),
        ...sets.map((one) => ({
          set: String(one.key),
          version: one.version,
          digest: one.digest,
          counts: one.key === counts,
        })),
      ]
    },
    "facts compare": (call) => compareSets(call.arguments, (name) => filesInBook(parts, name)),
    "facts correct": async (call) => ({
      id: await correct(parts, correctionOf(await currentCells(parts, call.arguments), call.arguments), null),
    }),
    "facts corrections": async (call) => {
      None.parse(call.arguments)
      return (await corrections(parts)).map(({ addedAt: _at, addedBy: _by, ...one }) => one)
    },
    "facts withdraw": async (call) => {
      const { ID: id } = One.parse(call.arguments)
      if (SET_NUMBER.test(id)) await withdrawSet(parts, Number(id), null)
      else await withdrawCorrection(parts, id, null)
      return {}
    },
  }
}

function shippedSet(counts: boolean): Json {
  const { version, digest } = shippedFacts()
  return { set: "shipped", version, digest, counts }
}

type Checked = Check & { errors: number; notices: number }
/** So many lines of problems of one kind are printed; `--all` prints every one. */
const SHOWN = 5

async function checkFolder(given: Json, clock: Clock): Promise<Json> {
  const { DIR: folder, all } = CheckCall.parse(given)
  const facts = folder === undefined ? shippedFacts() : factsFrom(filesOf(folder))
  return checked(checkFacts(facts, dayAt(clock.now())), all)
}

function checked(check: Check, all: boolean): Json {
  const count = (severity: string) => check.problems.filter((one) => one.severity === severity).length
  const result: Checked & { all: boolean } = { ...check, errors: count("error"), notices: count("notice"), all }
  return result as unknown as Json
}

function showCheck(t: Translate, result: Json): string[] {
  const { version, coverage, instruments, problems, errors, notices, all } = result as unknown as Checked & {
    all: boolean
  }
  const kinds = Map.groupBy(problems, ({ severity, code }) => `${severity} ${code}`)
  const told = [...kinds.values()].flatMap((list) => {
    const [first] = list
    if (first === undefined) return []
    const shown = all ? list : list.slice(0, SHOWN)
    const head = `${t(`facts.severity.${first.severity}`)}: ${t(`facts.problem.${first.code}`)} (${list.length})`
    return [
      head,
      ...shown.map(
        ({ table, line, ref, column }) =>
          `  ${[ref === "" ? table : ref, line > 0 ? line : "", column].filter((part) => part !== "").join("\t")}`,
      ),
    ]
  })
  return [
    t("facts.version", { version }),
    ...coverage.map(({ table, rows, verified, own }) => ["", table, rows, verified, own].join("\t")),
    ...instruments.map((one) =>
      [
        "",
        one.instrument,
        ...Object.entries(one.statuses).map(([status, count]) => `${status} ${count}`),
        one.completeAsOf ?? "?",
      ].join("\t"),
    ),
    ...told,
    t("facts.checked", { errors, notices }),
  ]
}

type Compared = (name: string) => Promise<FactFiles>

async function compareSets(given: Json, files: Compared): Promise<Json> {
  const { OLD: old, NEW: now } = CompareCall.parse(given)
  return compareFiles(await files(old), await files(now)).map((one) => ({ ...one, columns: [...one.columns] }))
}

/** A folder, or `shipped`. */
function filesNamed(name: string): FactFiles {
  return name === "shipped" || name === "current" ? shippedFiles() : filesOf(name)
}

/** Also the number of an import, or what counts now. */
async function filesInBook({ store }: FactCommandParts, name: string): Promise<FactFiles> {
  const key = name === "current" ? ((await newestSet(store))?.key ?? null) : SET_NUMBER.test(name) ? Number(name) : null
  if (key === null) return filesNamed(name)
  const files = await factFiles(store, key)
  if (files === null) throw new ComityError("not-found", "facts.no-set", { name })
  return files
}

function tableOf(name: string): TableName {
  const table = tableNames.find((one) => one === name)
  if (table === undefined) throw new ComityError("invalid", "facts.table", { name, tables: tableNames.join(" ") })
  return table
}

/** A correction of a row begins from the row as it stands in the set that counts. */
async function currentCells(parts: FactCommandParts, given: Json): Promise<Record<string, string>> {
  const { TABLE: table, REF: ref } = CorrectCall.parse(given)
  if (ref === undefined) return {}
  const { rows } = readFiles(await filesInBook(parts, "current"))
  return { ...rows.find((row) => row.table === tableOf(table) && row.ref === ref)?.cells }
}

function correctionOf(before: Record<string, string>, given: Json) {
  const { TABLE, REF, cell, drop, reason } = CorrectCall.parse(given)
  const changes = cell.map((text) => {
    const at = text.indexOf("=")
    if (at < 1) throw new ComityError("invalid", "facts.cell", { text })
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  const cells = drop ? null : { ...before, ...Object.fromEntries(changes) }
  return { table: tableOf(TABLE), replaces: (REF ?? null) as FactRef | null, cells, reason }
}

function showSets(t: Translate, result: Json): string[] {
  const rows = result as { set: string; version: string; digest: string; counts: boolean }[]
  return rows.map(({ set, version, digest, counts }) =>
    [set, version, digest, counts ? t("facts.counts") : ""].join("\t").trimEnd(),
  )
}

function showChanges(t: Translate, result: Json): string[] {
  const changes = result as { ref: string; what: string; columns: string[] }[]
  if (changes.length === 0) return [t("facts.equal")]
  return changes.map(({ ref, what, columns }) =>
    [t(`facts.change.${what}`), ref, columns.join(" ")].join("\t").trimEnd(),
  )
}

function showCorrections(t: Translate, result: Json): string[] {
  const rows = result as { id: string; table: string; replaces: string | null; reason: string; cells: Json }[]
  if (rows.length === 0) return [t("facts.no-corrections")]
  return rows.map(({ id, table, replaces, reason }) => [id, replaces ?? table, reason].join("\t"))
}
