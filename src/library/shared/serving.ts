import { formatInstant } from "../../kernel/time.ts"
import { headerText } from "../../ledger/index.ts"
import type { Reader } from "../../store/index.ts"
import type { Collection } from "../model.ts"
import { type Member, readSent, type SentRow } from "./queries.ts"

/**
 * An entry on its way to another node. `content` null: only its commitment is sent; `by` is the entry that says why
 * (it was erased, recalled, or marked beyond what the collection may serve), null for what came after the reader left.
 */
export type SentEntry = {
  seq: number
  h: Buffer
  content: { salt: Buffer; header: string; body: Buffer } | null
  by: number | null
}

/** Entries from `from` on, as this member may see them: at most so many, and about so many bytes; at least one. */
export async function entriesFor(
  reader: Reader,
  collection: Collection,
  member: Pick<Member, "leftSize" | "served">,
  range: { from: number; most: number; bytesMost: number },
): Promise<SentEntry[]> {
  const sent: SentEntry[] = []
  let size = 0
  for (const row of await readSent(reader, collection.key, range.from, range.most)) {
    const entry = isFor(row, member) ? sentEntry(row) : { seq: row.seq, h: Buffer.from(row.h), content: null, by: null }
    size += 200 + (entry.content?.body.length ?? 0)
    if (sent.length > 0 && size > range.bytesMost) break
    sent.push(entry)
  }
  return sent
}

/** Who left is told what became of what it had got, and nothing else. */
function isFor(row: SentRow, { leftSize, served }: Pick<Member, "leftSize" | "served">): boolean {
  if (leftSize === null || row.seq < leftSize) return true
  const about = row.kind === "erase" ? row.erases : row.about
  return row.kind === "closed" || (about !== null && about < Math.min(leftSize, served))
}

function sentEntry(row: SentRow): SentEntry {
  const { seq, kind, salt, note, bytes } = row
  const h = Buffer.from(row.h)
  const holdsObject = kind === "put" || kind === "revoke"
  if (salt === null || (holdsObject && bytes === null && note === null)) {
    return { seq, h, content: null, by: row.erased_by ?? row.withdrawn_by }
  }
  const body = Buffer.from(note ?? bytes ?? [])
  return { seq, h, content: { salt: Buffer.from(salt), header: headerOf(row), body }, by: null }
}

function headerOf({ header, kind, id, spec, version, marking, erases, ...row }: SentRow): string {
  if (header !== null) return header
  const date_added = formatInstant(row.date_added)
  const previous = row.previous === null ? null : Buffer.from(row.previous).toString("base64")
  return headerText({ kind, id, spec, version, date_added, marking, terms: null, previous, erases })
}
