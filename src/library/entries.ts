import { ComityError } from "../kernel/errors.ts"
import type { Instant } from "../kernel/time.ts"
import { type EntryKind, parseHeader } from "../ledger/index.ts"
import type { Tlp } from "../stix/index.ts"
import type { Reader } from "../store/index.ts"
import { loadNewest, loadVersion, type ObjectVersion } from "./about.ts"
import { readHeldVersion } from "./about-queries.ts"
import { type ConflictRow, type EntryRow, readConflict, readEntryRows } from "./entry-queries.ts"
import type { Collection } from "./model.ts"
import { reasonIn } from "./shared/recalls.ts"

/** An entry of a collection's log, as a person looks at it. */
export type LoggedEntry = {
  seq: number
  kind: EntryKind
  dateAdded: Instant
  /** Bytes of the body. */
  size: number
  marking: Tlp | null
  /** What it holds; null where it never held an object, or holds none any more. */
  object: { id: string; type: string; revoked: boolean } | null
  /** The entry that this one emptied, and the one that emptied this. */
  erases: number | null
  erasedBy: number | null
  /** The entry that recalled or marked what this one holds: it is not served any more. */
  withdrawnBy: number | null
  /** What a recall or a mark speaks of: an earlier entry, if it is here, and the object. */
  about: { seq: number | null; id: string } | null
  /** Why it was not taken: a word of this node's. */
  refused: string | null
  /** Why something was recalled; of a partner's recall a text from outside. */
  reason: string | null
}

/** `older` is the number with which the next page begins; null at the first entry of the log. */
export type EntryPage = { entries: LoggedEntry[]; older: number | null }

/** A rare kind is looked for among so many entries at a time: a page must not read a whole log. */
const LOOKED_THROUGH = 20_000

/** A page of a log from entry `from` back; `kind` null = of every kind. */
export async function listEntries(
  reader: Reader,
  collection: Collection,
  page: { from: number; kind: EntryKind | null; most: number },
): Promise<EntryPage> {
  const from = Math.min(page.from, collection.size - 1)
  const lowest = Math.max(0, from - LOOKED_THROUGH + 1)
  const rows = await readEntryRows(reader, collection.key, { ...page, from, lowest, most: page.most + 1 })
  const entries = rows.slice(0, page.most).map(entryOf)
  const more = rows.length > page.most
  const next = more ? (rows.at(-1)?.seq ?? 0) : lowest - 1
  return { entries, older: next < 0 ? null : next }
}

function entryOf({ id, type, revoked, date_added, erased_by, withdrawn_by, note, ...row }: EntryRow): LoggedEntry {
  const object = id === null || type === null ? null : { id, type, revoked: revoked === 1 }
  const { seq, kind, size, marking, erases, refused } = row
  const told = { about: aboutOf(row), reason: kind === "recall" ? reasonIn(note) : null }
  const gone = { erasedBy: erased_by, withdrawnBy: withdrawn_by }
  return { seq, kind, size, marking, erases, refused, dateAdded: date_added, ...gone, ...told, object }
}

function aboutOf({ kind, header, about }: Pick<EntryRow, "kind" | "header" | "about">): LoggedEntry["about"] {
  if ((kind !== "recall" && kind !== "mark") || header === null) return null
  const { id } = parseHeader(header)
  return id === null ? null : { seq: about, id }
}

/** A content that was kept aside, and the version that it contradicts; null if that is not held any more. */
export type Contradiction = ConflictRow & { bytes: Buffer; held: ObjectVersion | null }

/** Throws `not-found conflict.unknown`. */
export async function loadContradiction(reader: Reader, collection: Collection, key: number): Promise<Contradiction> {
  const row = await readConflict(reader, collection.key, key)
  if (row === null) throw new ComityError("not-found", "conflict.unknown")
  return { ...row, bytes: Buffer.from(row.bytes), held: await contradicted(reader, row) }
}

/** The same version with other content; where only the creator or a revocation speaks against it, the newest one. */
async function contradicted(reader: Reader, { id, version }: ConflictRow): Promise<ObjectVersion | null> {
  const key = await readHeldVersion(reader, id, version)
  try {
    return key === null ? await loadNewest(reader, id) : await loadVersion(reader, id, key)
  } catch (error) {
    if (error instanceof ComityError && error.kind === "not-found") return null
    throw error
  }
}
