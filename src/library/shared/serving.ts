import { formatInstant } from "../../kernel/time.ts"
import { headerText } from "../../ledger/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { Collection } from "../model.ts"
import {
  givenAt,
  insertServed,
  insertWithoutContent,
  type Member,
  readSent,
  readServed,
  type SentRow,
  type Span,
  setServed,
} from "./queries.ts"

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

export type SentRange = { from: number; most: number; bytesMost: number }

/**
 * Entries on their way to a member, noted as served in the same transaction that reads them: a recall that comes a
 * moment later already counts the member among those who got them. An entry that goes again, since an answer was lost,
 * was served when it first left.
 */
export async function serveEntries(
  tx: Tx,
  collection: Collection,
  member: Member,
  range: SentRange,
): Promise<SentEntry[]> {
  const entries = await entriesFor(tx, collection, member, range)
  const span = { first: range.from, next: range.from + entries.length }
  // Who left is not asked about what it gets from now on: of entries before that, a hash alone.
  if (member.leftSize === null) await setServed(tx, collection.key, member.party, span.next)
  for (const gap of await noteSpan(tx, collection, member.party, span)) {
    for (const { seq, content } of entries) {
      const without = content === null && seq >= gap.first && seq < gap.next
      if (without) await insertWithoutContent(tx, collection.key, member.party, seq)
    }
  }
  return entries
}

/** A party holds the first so many entries, as it says itself: it is asked what became of them. */
export async function noteHeld(tx: Tx, collection: Collection, member: Member, number: number): Promise<void> {
  await setServed(tx, collection.key, member.party, number)
  // Its word does not open to who left what it may never have got.
  if (member.leftSize === null) await noteSpan(tx, collection, member.party, { first: 0, next: number })
}

/** These entries left for a party; returns what of them had not been noted before. */
async function noteSpan(tx: Tx, { key }: Collection, party: string, span: Span): Promise<Span[]> {
  const gaps = gapsIn(span, await readServed(tx, key, party, span))
  for (const gap of gaps) await insertServed(tx, key, party, gap)
  return gaps
}

/** What of a span none of the others holds; these are in their order and do not overlap. */
function gapsIn({ first, next }: Span, others: readonly Span[]): Span[] {
  const gaps: Span[] = []
  let at = first
  for (const other of others) {
    if (other.first > at) gaps.push({ first: at, next: other.first })
    at = Math.max(at, other.next)
  }
  if (next > at) gaps.push({ first: at, next })
  return gaps
}

/** Entries from `from` on, as this member may see them: at most so many, and about so many bytes; at least one. */
async function entriesFor(
  reader: Reader,
  collection: Collection,
  member: Member,
  range: SentRange,
): Promise<SentEntry[]> {
  const rows = await readSent(reader, collection.key, { ...range, kept: false })
  const hidden = member.leftSize === null ? null : await hiddenFrom(reader, collection, member, rows)
  return upTo(range, rows, (row) =>
    hidden?.has(row.seq) === true ? { seq: row.seq, h: Buffer.from(row.h), content: null, by: null } : sentEntry(row),
  )
}

/** Who left is told what became of what it had got, and nothing else: also nothing that it could have got before. */
async function hiddenFrom(
  reader: Reader,
  { key }: Collection,
  { party, leftSize, served }: Member,
  rows: readonly SentRow[],
): Promise<Set<number>> {
  const had = Math.min(leftSize ?? 0, served)
  const hidden = new Set<number>()
  for (const { seq, kind, about, erases } of rows) {
    const spokenOf = kind === "erase" ? erases : about
    const told = kind === "closed" || (spokenOf !== null && spokenOf < had)
    if (!told && (await givenAt(reader, key, party, seq)) === null) hidden.add(seq)
  }
  return hidden
}

/** Entries of a mirror for the party whose they are: with all that is held of them, served here or not. */
export async function entriesForOwner(reader: Reader, mirror: Collection, range: SentRange): Promise<SentEntry[]> {
  return upTo(range, await readSent(reader, mirror.key, { ...range, kept: true }), sentEntry)
}

function upTo({ bytesMost }: SentRange, rows: readonly SentRow[], sentOf: (row: SentRow) => SentEntry): SentEntry[] {
  const sent: SentEntry[] = []
  let size = 0
  for (const row of rows) {
    const entry = sentOf(row)
    size += 200 + (entry.content?.body.length ?? 0)
    if (sent.length > 0 && size > bytesMost) break
    sent.push(entry)
  }
  return sent
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

function headerOf({ header, kind, id, spec, version, marking, terms, erases, ...row }: SentRow): string {
  if (header !== null) return header
  const date_added = formatInstant(row.date_added)
  const previous = row.previous === null ? null : Buffer.from(row.previous).toString("base64")
  return headerText({ kind, id, spec, version, date_added, marking, terms, previous, erases })
}
