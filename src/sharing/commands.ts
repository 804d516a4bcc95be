import { z } from "zod"
import { OWN_USE, SERVED } from "../accounts/index.ts"
import type { Call, Declaration, Handlers, Translate } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { newUuid } from "../kernel/ids.ts"
import { type Clock, type Instant, parseInstant } from "../kernel/time.ts"
import { exportObjects, loadCollection, type Preparer } from "../library/index.ts"
import { againstUse, PURPOSES, useError } from "../policy/index.ts"
import { parseTlp } from "../stix/index.ts"
import type { Store } from "../store/index.ts"
import { importStream, type Problem, type Summary } from "./importing.ts"
import { problem as problemSentence } from "./status.ts"

const PIECE_BYTES = 1024 * 1024

const collection = { type: "string", value: "ID", required: true } as const

export const sharingDeclarations: readonly Declaration[] = [
  {
    name: "import",
    positionals: ["FILE…"],
    input: "files",
    options: { collection, tlp: { type: "string", value: "LEVEL" } },
    show: showSummary,
    failed: (result) => (result as Summary).rejected > 0,
    merge: mergeSummaries,
  },
  {
    name: "export",
    positionals: [],
    options: {
      collection,
      type: { type: "string", multiple: true, value: "T" },
      since: { type: "string", value: "TIME" },
      for: { type: "string", value: "WHOM" },
      use: { type: "string", value: "PURPOSE" },
    },
    writes: true,
    show: () => [],
  },
]

const Import = z.strictObject({ FILE: z.string(), collection: z.string(), tlp: z.string().nullable().default(null) })
const Export = z.strictObject({
  collection: z.string(),
  type: z.array(z.string().min(1).max(250)).max(200).default([]),
  since: z.string().nullable().default(null),
  for: z.enum(SERVED).default(OWN_USE.serves),
  use: z.enum(PURPOSES).default("defence"),
})

export type SharingParts = {
  store: Store
  preparer: Preparer
  database: string
  clock: Clock
  /** Sentences for programs: `message` beside each code. */
  t: Translate
}

export function sharingHandlers(parts: SharingParts): Handlers {
  return { import: (call) => runImport(parts, call), export: (call) => runExport(parts, call) }
}

async function runImport({ store, preparer, t }: SharingParts, call: Call): Promise<Json> {
  const { FILE: file, collection: wanted, tlp: level } = Import.parse(call.arguments)
  const tlp = level === null ? null : parseTlp(level)
  if (level !== null && tlp === null) throw new ComityError("invalid", "import.tlp", { level })
  const target = await loadCollection(store, wanted)
  const parts = { store, preparer, collection: target, tlp, progress: call.progress }
  const summary = await importStream(parts, call.input)
  return {
    ...summary,
    problems: summary.problems.map((one) => ({ file, ...one, message: problemSentence(t, one.code, one.at) })),
  }
}

/** What a partner shared goes into a file only for whom and for what its terms allow. Throws `refused use.…`. */
async function runExport({ store, database, clock }: SharingParts, call: Call): Promise<Json> {
  const { collection: wanted, type: types, since, for: serves, use: purpose } = Export.parse(call.arguments)
  const { key, kind, terms } = await loadCollection(store, wanted)
  const [against] = kind === "received" ? againstUse({ serves, purpose }, terms, clock.now()) : []
  if (against !== undefined) throw useError("refused", against)
  const order = { collection: key, types, since: since === null ? null : instant(since), bundleId: newUuid() }
  for await (const chunk of exportObjects(database, order)) {
    // An object may be larger than what the command's line takes at once.
    for (let at = 0; at < chunk.length && !call.signal.aborted; at += PIECE_BYTES) {
      await call.write(chunk.subarray(at, at + PIECE_BYTES))
    }
    if (call.signal.aborted) break
  }
  return {}
}

function instant(text: string): Instant {
  const found = parseInstant(text)
  if (found === null) throw new ComityError("invalid", "export.since", { text })
  return found
}

type FileSummary = Omit<Summary, "problems"> & { problems: (Problem & { file: string })[] }

function mergeSummaries(results: Json[]): Json {
  const [first, ...rest] = results as FileSummary[]
  if (first === undefined) throw new Error("nothing was imported")
  return rest.reduce(
    (sum, one) => ({
      accepted: sum.accepted + one.accepted,
      duplicate: sum.duplicate + one.duplicate,
      conflicting: sum.conflicting + one.conflicting,
      rejected: sum.rejected + one.rejected,
      lifted: sum.lifted + one.lifted,
      omitted: sum.omitted + one.omitted,
      warnings: addCounts(sum.warnings, one.warnings),
      problems: [...sum.problems, ...one.problems],
    }),
    first,
  )
}

function addCounts(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a }
  for (const [code, count] of Object.entries(b)) sum[code] = (sum[code] ?? 0) + count
  return sum
}

function showSummary(t: Translate, result: Json): string[] {
  const summary = result as FileSummary
  const { accepted, duplicate, conflicting, rejected, lifted, omitted } = summary
  const lines = [t("import.summary", { accepted, duplicate, conflicting, rejected })]
  if (lifted > 0) lines.push(t("import.lifted", { count: lifted }))
  for (const [code, count] of Object.entries(summary.warnings)) {
    lines.push(t("import.warning", { count, sentence: problemSentence(t, code, "") }))
  }
  for (const { file, position, offset, id, code, at } of summary.problems) {
    const sentence = problemSentence(t, code, at)
    // Position 0 is no object: the file itself cannot be read on from here.
    if (position === 0) lines.push(t("import.fault", { file, offset, sentence }))
    else lines.push(t("import.problem", { file, position, offset, id: id ?? "-", sentence }))
  }
  if (omitted > 0) lines.push(t("import.omitted", { count: omitted }))
  return lines
}
