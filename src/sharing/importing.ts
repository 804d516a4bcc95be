import type { Json } from "../kernel/canonical.ts"
import {
  type Added,
  addObjects,
  type Collection,
  type Prepared,
  type PreparedBatch,
  type Preparer,
} from "../library/index.ts"
import type { Tlp } from "../stix/index.ts"
import type { Store } from "../store/index.ts"

/** Something that a person should know about one object of a file. `position` counts from 1. */
export type Problem = {
  position: number
  offset: number
  id: string | null
  code: string
  at: string
  kind: "rejected" | "conflicting"
}

export type Summary = {
  accepted: number
  duplicate: number
  conflicting: number
  rejected: number
  lifted: number
  /** How often each warning was given. */
  warnings: Record<string, number>
  problems: Problem[]
  /** Problems beyond the first thousand are counted only. */
  omitted: number
}

const PROBLEMS_MOST = 1000

export type Import = {
  store: Store
  preparer: Preparer
  collection: Collection
  /** Handling mark for own objects that carry none. */
  tlp: Tlp | null
  progress: (state: Json) => Promise<void>
}

/**
 * Reads a bundle, envelope or list as it arrives and puts its objects into a collection. A file that ends early or
 * is broken in the middle keeps what came before; the summary says where. While one chunk is written, the next is
 * already being read and checked.
 */
export async function importStream(parts: Import, input: AsyncIterable<Uint8Array>): Promise<Summary> {
  const summary: Summary = {
    accepted: 0,
    duplicate: 0,
    conflicting: 0,
    rejected: 0,
    lifted: 0,
    warnings: {},
    problems: [],
    omitted: 0,
  }
  const session = parts.preparer.open(true)
  let writing: Promise<boolean> = Promise.resolve(true)
  try {
    for await (const chunk of input) {
      const batch = await session.push(chunk)
      if (!(await writing)) return summary
      writing = take(parts, summary, batch)
      writing.catch(() => {}) // heard at the next chunk; a failure before that must not end the process
    }
    if (await writing) await take(parts, summary, await session.end())
    return summary
  } finally {
    await writing.catch(() => {})
    session.close()
  }
}

/** Writes one batch; false when the file can't be read any further. */
async function take(parts: Import, summary: Summary, batch: PreparedBatch): Promise<boolean> {
  const objects = batch.objects.map((object) => ({ ...object, marking: object.marking ?? parts.tlp }))
  const added = objects.length === 0 ? [] : await addObjects(parts.store, parts.collection, objects)
  batch.release()
  for (const [i, outcome] of added.entries()) count(summary, objects[i] as Prepared, outcome)
  for (const { position, offset, id, code, at } of batch.rejected) {
    note(summary, { position: position + 1, offset, id, code, at, kind: "rejected" })
  }
  if (batch.fault !== null) {
    const { code, offset } = batch.fault
    note(summary, { position: 0, offset, id: null, code, at: "", kind: "rejected" })
  }
  const { accepted, duplicate, conflicting, rejected } = summary
  await parts.progress({ accepted, duplicate, conflicting, rejected })
  return batch.fault === null
}

function count(summary: Summary, object: Prepared, outcome: Added): void {
  const changed = outcome.is === "accepted" && outcome.warning !== undefined ? [outcome.warning] : []
  for (const { code } of [...object.warnings, ...changed]) summary.warnings[code] = (summary.warnings[code] ?? 0) + 1
  if (object.liftedFrom !== null) summary.lifted += 1
  if (outcome.is === "accepted") summary.accepted += 1
  else if (outcome.is === "duplicate") summary.duplicate += 1
  else {
    const { position, offset, id } = object
    const code = `object.conflict-${outcome.reason}`
    note(summary, { position: position + 1, offset, id, code, at: "", kind: "conflicting" })
  }
}

function note(summary: Summary, problem: Problem): void {
  summary[problem.kind] += 1
  if (summary.problems.length < PROBLEMS_MOST) summary.problems.push(problem)
  else summary.omitted += 1
}
