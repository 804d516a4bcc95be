import { mkdirSync, readdirSync } from "node:fs"
import { z } from "zod"
import type { Signer } from "../crypto/index.ts"
import { type Call, type Declaration, type Handlers, languages, type Translate, translator } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { type Clock, formatInstant } from "../kernel/time.ts"
import { findLog } from "../ledger/index.ts"
import type { Store } from "../store/index.ts"
import { addCollection, loadCollection } from "./collections.ts"
import { listConflicts } from "./entry-queries.ts"
import type { Collection } from "./model.ts"
import { ownerOfLog } from "./owners.ts"
import { compareWithKept, type Kept, proveObject, readKept } from "./proving.ts"
import { listCollections } from "./queries.ts"
import { exportLog, verifyLogs } from "./tasks.ts"
import type { LogReport } from "./verifying.ts"

const collection = { type: "string", value: "ID", required: true } as const

export const libraryDeclarations: readonly Declaration[] = [
  {
    name: "collection add",
    positionals: ["TITLE"],
    options: { id: { type: "string", value: "UUID" }, alias: { type: "string", value: "NAME" } },
    show: (_, result) => [(result as { id: string }).id],
  },
  { name: "collection list", positionals: [], options: {}, show: showCollections },
  { name: "conflict list", positionals: [], options: { collection }, show: showConflicts },
  {
    name: "log verify",
    positionals: [],
    options: { collection: { ...collection, required: false }, checkpoint: { type: "string", value: "FILE" } },
    contents: ["checkpoint"],
    show: showReports,
    failed: (result) => (result as Report[]).some(({ problems }) => problems.length > 0),
  },
  {
    name: "log proof",
    positionals: ["OBJECT"],
    options: { collection },
    show: (_, result) => (result as { proof: string }).proof.trimEnd().split("\n"),
  },
  {
    name: "log export",
    positionals: ["FOLDER"],
    paths: ["FOLDER"],
    options: { collection },
    show: (t, result) => [t("log.exported", result as { folder: string })],
  },
]

const Add = z.strictObject({
  TITLE: z.string().trim().min(1).max(200),
  id: z.string().nullable().default(null),
  alias: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[\p{L}\p{N}._-]+$/u)
    .nullable()
    .default(null),
})
const One = z.strictObject({ collection: z.string() })
/** A checkpoint is of one log. */
const Verify = z
  .strictObject({ collection: z.string().nullable().default(null), checkpoint: z.string().nullable().default(null) })
  .refine(({ collection, checkpoint }) => checkpoint === null || collection !== null, { path: ["collection"] })
const Proof = One.extend({ OBJECT: z.string() })
const Folder = One.extend({ FOLDER: z.string() })
const None = z.strictObject({})

/** A command's answer travels as one frame of 16 MiB, and base64 takes a third more. */
const BODY_MOST = 11 * 1024 * 1024
/** The newest ones; pages show them all. */
const CONFLICTS_MOST = 10_000

export type LibraryParts = {
  store: Store
  clock: Clock
  database: string
  signer: Pick<Signer, "publicKey">
  party: () => Promise<string | null>
}

export function libraryHandlers(parts: LibraryParts): Handlers {
  const { store } = parts
  return {
    "collection add": async (call) => {
      const { TITLE: title, id, alias } = Add.parse(call.arguments)
      return { id: await addCollection(store, { title, id, alias }) }
    },
    "collection list": async (call) => {
      None.parse(call.arguments)
      return Promise.all(
        (await listCollections(store)).map(async (one) => {
          const { id, alias, title, kind, size, log } = one
          const { vkey } = await ownerOfLog(store, one, (await findLog(store, log)).checkpoint)
          return { id, alias, title, kind, entries: size, vkey }
        }),
      )
    },
    "conflict list": async (call) => {
      const { key } = await loadCollection(store, One.parse(call.arguments).collection)
      const rows = await listConflicts(store, key, { below: null, most: CONFLICTS_MOST })
      return rows
        .toReversed()
        .map(({ key: _, received_at, ...row }) => ({ ...row, received_at: formatInstant(received_at) }))
    },
    "log verify": (call) => verify(parts, call),
    "log proof": (call) => prove(parts, call),
    "log export": (call) => writeFolder(parts, call),
  }
}

/** A report, and where a kept checkpoint was given, the proof that the log only added to what that was over. */
type Report = LogReport & { continues?: { from: number; checkpoint: string; proof: string[] } }

async function verify(parts: LibraryParts, call: Call): Promise<Json> {
  const { collection: wanted, checkpoint } = Verify.parse(call.arguments)
  const kept = checkpoint === null ? null : readKept(checkpoint)
  const one = wanted === null ? null : await loadCollection(parts.store, wanted)
  const reports: Report[] = []
  for await (const step of verifyLogs(parts.database, one?.id ?? null)) {
    if (call.signal.aborted) break
    if (!("report" in step)) await call.progress(step)
    else reports.push(kept === null || one === null ? step.report : await compared(parts, step.report, one, kept))
  }
  return reports
}

/** A log that does not verify in itself proves nothing, neither for nor against what was kept. */
async function compared(parts: LibraryParts, report: LogReport, one: Collection, kept: Kept): Promise<Report> {
  if (report.problems.length > 0) return report
  const found = await compareWithKept(parts.store, one, kept)
  if (found.is !== "continued") return { ...report, problems: [{ seq: null, code: found.is }] }
  const { from, checkpoint, proof } = found
  return { ...report, continues: { from, checkpoint, proof: proof.map((hash) => hash.toString("base64")) } }
}

/** Salt and body in base64; a body too long for one answer is null: `export` gives it, byte for byte. */
async function prove({ store }: LibraryParts, call: Call): Promise<Json> {
  const { collection: wanted, OBJECT: id } = Proof.parse(call.arguments)
  const collection = await loadCollection(store, wanted)
  const { salt, body, leaf, ...rest } = await proveObject(store, collection, id)
  const { vkey } = await ownerOfLog(store, collection, (await findLog(store, collection.log)).checkpoint)
  const shown = body.length > BODY_MOST ? null : body.toString("base64")
  return { ...rest, vkey, salt: salt.toString("base64"), body: shown, leaf: leaf.toString("utf8") }
}

/** The folder must be new or empty: evidence is not mixed with what lay there before. */
async function writeFolder({ store, database, clock, party }: LibraryParts, call: Call): Promise<Json> {
  const { collection: wanted, FOLDER: folder } = Folder.parse(call.arguments)
  const { id } = await loadCollection(store, wanted)
  mkdirSync(folder, { recursive: true })
  if (readdirSync(folder).length > 0) throw new ComityError("conflict", "folder.not-empty", { folder })
  const readme = languages.map((language) => `${translator(language)("log.export-readme")}\n`).join("\n")
  const order = { collection: id, folder, exportedAt: formatInstant(clock.now()), readme, party: await party() }
  for await (const step of exportLog(database, order)) {
    if (call.signal.aborted) break
    await call.progress(step)
  }
  return { folder }
}

function showCollections(t: Translate, result: Json): string[] {
  const rows = result as { id: string; alias: string | null; title: string; entries: number }[]
  if (rows.length === 0) return [t("collection.none")]
  return rows.map(({ id, alias, title, entries }) => [id, alias ?? "-", entries, title].join("\t"))
}

function showConflicts(t: Translate, result: Json): string[] {
  const rows = result as { id: string; version: string; reason: string; received_at: string }[]
  if (rows.length === 0) return [t("conflict.none")]
  return rows.map((row) => [row.received_at, row.id, t(`problem.object.conflict-${row.reason}`)].join("\t"))
}

function showReports(t: Translate, result: Json): string[] {
  return (result as Report[]).flatMap((report) => [
    t(report.problems.length === 0 ? "log.verified" : "log.faulty", {
      log: report.log,
      size: report.size,
      erased: report.erased,
      root: report.root,
    }),
    ...(report.withheld === 0 ? [] : [t("log.withheld", { entries: report.withheld })]),
    ...(report.expired === 0 ? [] : [t("log.expired", { entries: report.expired })]),
    ...(report.signed === report.size || report.problems.length > 0
      ? []
      : [t("log.unsigned", { size: report.signed })]),
    ...(report.continues === undefined ? [] : [t("log.continues", { size: report.continues.from })]),
    ...report.problems.map(({ seq, code }) => t(`log.problem.${code}`, { seq: seq ?? "" })),
  ])
}
