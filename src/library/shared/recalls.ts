import sql from "sql-template-tag"
import type { Instant } from "../../kernel/time.ts"
import { parseHeader } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import type { CollectionId } from "../model.ts"
import { idHash } from "../queries.ts"

/** That versions of an object are to be used no more: said by us where `party` is null, else by its owner. */
export type Recall = {
  collection: CollectionId
  title: string
  party: PartyId | null
  seq: number
  at: Instant
  /** Which version; null where it holds for every one. */
  spec: string | null
  version: string | null
  /** As it was written; of a partner's recall a text from outside. */
  reason: string
}

type Row = Omit<Recall, "spec" | "version" | "reason"> & { header: string | null; note: Uint8Array | null }

const RECALLS_MOST = 200
const REASON_MOST = 4000
/** Bytes of what an entry says; a partner may send more than anybody reads. */
export const NOTE_MOST = 20_000

/** What was said in any collection, our own or a partner's; the newest first. */
export async function recallsOf(reader: Reader, id: string): Promise<Recall[]> {
  const rows = await reader.all<Row>(
    sql`select c.id as collection, c.title, c.party, e.seq, e.date_added as at, e.header,
          case when length(e.note) <= ${NOTE_MOST} then e.note end as note
        from entry e join collection c on c.key = e.collection
        where e.about_hash = ${idHash(id)} and e.kind = 'recall'
        order by e.date_added desc, e.collection, e.seq desc limit ${RECALLS_MOST} + 0`,
  )
  return rows.flatMap((row) => recallIn(row, id))
}

/** Another object may have the same 48 bits of hash. */
function recallIn({ header, note, ...row }: Row, id: string): Recall[] {
  const said = header === null ? null : parseHeader(header)
  if (said === null || said.id !== id) return []
  return [{ ...row, spec: said.spec, version: said.version, reason: reasonIn(note) }]
}

/** Why something was recalled, as it was written; empty where that cannot be read. */
export function reasonIn(note: Uint8Array | null): string {
  try {
    const said = JSON.parse(Buffer.from(note ?? []).toString("utf8")) as { reason?: unknown } | null
    return typeof said?.reason === "string" ? said.reason.slice(0, REASON_MOST).toWellFormed() : ""
  } catch {
    return "" // a partner's; what it should say stands in the protocol
  }
}

/** When this node recalled a version of its own; null if it never did, or let it out again since. */
export async function recalledAt(
  reader: Reader,
  { key, id, spec, version }: { key: number; id: string; spec: string; version: string },
): Promise<Instant | null> {
  const own = (await recallsOf(reader, id)).filter(({ party }) => party === null)
  const recall = own.find((one) => one.version === null || (one.spec === spec && one.version === version))
  if (recall === undefined) return null
  const served = await reader.get<{ found: number }>(
    sql`select 1 as found from entry e join collection c on c.key = e.collection
        where e.object = ${key} and c.kind = 'shared' and c.party is null limit 1`,
  )
  return served === undefined ? recall.at : null
}
