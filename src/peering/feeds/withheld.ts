import sql from "sql-template-tag"
import { ComityError } from "../../kernel/errors.ts"
import type { Arrived, SentEntry } from "../../library/index.ts"
import type { Reader } from "../../store/index.ts"
import type { Feed } from "./queries.ts"

// An entry may come without its content where a later one says why: it was erased, recalled, or marked beyond what the
// collection may serve. Who left the audience is told nothing of what came after. Anything else is kept from us.

/** Throws `refused feed.withheld` for an entry that comes without content and names nothing that could be the reason. */
export function requireReasons(
  entries: readonly SentEntry[],
  { hasLeft }: Pick<Feed, "hasLeft">,
  target: { size: number },
): void {
  if (hasLeft) return
  for (const { seq, content, by } of entries) {
    if (content === null && (by === null || by <= seq || by >= target.size)) throw withheld(seq)
  }
}

/** Throws `refused feed.withheld` where what just came was said to be the reason for something and is not. */
export async function requireReasonsHold(
  reader: Reader,
  { collection, hasLeft }: Pick<Feed, "collection" | "hasLeft">,
  arrived: readonly Arrived[],
): Promise<void> {
  const first = arrived[0]?.entry.seq
  if (hasLeft || first === undefined) return
  const next = first + arrived.length
  const rows = await reader.all<{ seq: number; by: number }>(
    sql`select seq, erased_by as by from entry
        where collection = ${collection} and erased_by >= ${first} and erased_by < ${next}`,
  )
  for (const { seq, by } of rows) if (!isReason(arrived[by - first], seq)) throw withheld(seq)
}

function isReason(word: Arrived | undefined, seq: number): boolean {
  const { kind, erases } = word?.header ?? { kind: null, erases: null }
  return kind === "recall" || kind === "mark" || (kind === "erase" && erases === seq)
}

function withheld(seq: number): ComityError {
  return new ComityError("refused", "feed.withheld", { seq })
}
