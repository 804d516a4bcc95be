import type { JsonObject, Tlp } from "../../stix/index.ts"
import type { Reader } from "../../store/index.ts"
import type { Collection, Prepared, Rejected, Verdict } from "../model.ts"
import { judge } from "../model.ts"
import type { PreparedBatch, Preparer } from "../preparing.ts"
import { entriesOf, idHash, versionsOf } from "../queries.ts"
import type { Lookup } from "../warning-lists/lookup.ts"
import { BesideFile } from "./beside-file.ts"

export type Expected = "accepted" | "duplicate" | "conflicting" | "rejected"

/** One object as the preview shows it. `position` counts from 1. */
export type Sample = {
  is: Expected
  position: number
  id: string | null
  type: string | null
  /** Name or value; text from outside. */
  label: string
  marking: Tlp | null
  code: string | null
  at: string
}

/** A value that stands on a warning list. */
export type Listed = { position: number; id: string; value: string; kind: string; list: string }

/** What would become of a file, told before anything is stored. */
export type Preview = {
  counts: Record<Expected, number>
  lifted: number
  /** Objects that would be accepted and say nothing of how far they may travel. */
  unmarked: number
  /** How often each reason or warning was found. */
  reasons: Record<string, number>
  warnings: Record<string, number>
  types: Record<string, number>
  samples: Sample[]
  listed: Listed[]
  listedCount: number
  /** Where the file can't be read any further. */
  fault: { code: string; offset: number } | null
}

export type PreviewParts = {
  reader: Reader
  preparer: Preparer
  collection: Collection
  lookup: Lookup
  /** Told after each chunk. */
  progress(preview: Preview): void
}

const SAMPLES_MOST = 50
const LISTED_MOST = 200
const LABEL_MOST = 300

/** Reads a file once and judges each object as an import would; the library is only read. */
export async function previewStream(parts: PreviewParts, input: AsyncIterable<Uint8Array>): Promise<Preview> {
  const preview = emptyPreview()
  const file = new BesideFile()
  const session = parts.preparer.open(true)
  try {
    for await (const chunk of input) {
      await take(parts, preview, file, await session.push(chunk))
      if (preview.fault !== null) return preview
    }
    await take(parts, preview, file, await session.end())
    return preview
  } finally {
    session.close()
  }
}

export function emptyPreview(): Preview {
  return {
    counts: { accepted: 0, duplicate: 0, conflicting: 0, rejected: 0 },
    lifted: 0,
    unmarked: 0,
    reasons: {},
    warnings: {},
    types: {},
    samples: [],
    listed: [],
    listedCount: 0,
    fault: null,
  }
}

async function take(parts: PreviewParts, preview: Preview, file: BesideFile, batch: PreparedBatch): Promise<void> {
  for (const object of batch.objects) {
    const expected = await expect(parts, file, object)
    if (expected.is === "accepted") file.add(object)
    count(preview, object, expected)
    if (expected.is === "accepted") flag(parts.lookup, preview, object)
  }
  for (const one of batch.rejected) reject(preview, one)
  if (batch.fault !== null) {
    preview.fault = batch.fault
    reject(preview, { ...batch.fault, position: -1, id: null, at: "" })
  }
  batch.release()
  parts.progress(preview)
}

type Outlook = { is: Expected; code: string | null }

const ACCEPTED: Outlook = { is: "accepted", code: null }
const DUPLICATE: Outlook = { is: "duplicate", code: null }

async function expect({ reader, collection }: PreviewParts, file: BesideFile, object: Prepared): Promise<Outlook> {
  const beside = file.judge(object)
  if (beside.is === "repeated") return DUPLICATE
  const verdict = judge(await versionsOf(reader, object.id, idHash(object.id)), object, "own")
  if (verdict.is === "conflict") return conflicting(verdict)
  if (verdict.is === "duplicate") {
    const held = await entriesOf(reader, collection.key, object.id)
    return held.some((entry) => entry.object === verdict.object) ? DUPLICATE : ACCEPTED
  }
  return beside.is === "conflict" ? conflicting(beside) : ACCEPTED
}

function conflicting({ reason }: Verdict & { is: "conflict" }): Outlook {
  return { is: "conflicting", code: `object.conflict-${reason}` }
}

function count(preview: Preview, object: Prepared, { is, code }: Outlook): void {
  preview.counts[is] += 1
  if (object.liftedFrom !== null) preview.lifted += 1
  if (is === "accepted") {
    add(preview.types, object.type)
    if (object.marking === null) preview.unmarked += 1
  }
  for (const warning of object.warnings) add(preview.warnings, warning.code)
  if (code !== null) add(preview.reasons, code)
  if (isFull(preview, is)) return
  const { id, type, marking, bytes } = object
  const position = object.position + 1
  preview.samples.push({ is, position, id, type, label: labelOf(bytes), marking, code, at: "" })
}

function reject(preview: Preview, { position, id, code, at }: Rejected): void {
  preview.counts.rejected += 1
  add(preview.reasons, code)
  if (isFull(preview, "rejected")) return
  preview.samples.push({ is: "rejected", position: position + 1, id, type: null, label: "", marking: null, code, at })
}

function isFull({ samples }: Preview, is: Expected): boolean {
  return samples.filter((one) => one.is === is).length >= SAMPLES_MOST
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}

/** The bytes were read by the worker: they are strict JSON, and an object. */
function parsed(bytes: Buffer): JsonObject {
  return JSON.parse(bytes.toString("utf8")) as JsonObject
}

function labelOf(bytes: Buffer): string {
  const { name, value, pattern, definition } = parsed(bytes)
  const label = [name, value, pattern, definition].find((one) => typeof one === "string")
  return typeof label === "string" ? label.slice(0, LABEL_MOST) : ""
}

function flag(lookup: Lookup, preview: Preview, object: Prepared): void {
  if (lookup.size === 0) return
  for (const { list, kind, value } of lookup.hitsOf(parsed(object.bytes))) {
    preview.listedCount += 1
    if (preview.listed.length >= LISTED_MOST) continue
    preview.listed.push({ position: object.position + 1, id: object.id, value, kind, list })
  }
}
