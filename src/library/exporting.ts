import sql, { empty, join } from "sql-template-tag"
import type { Instant } from "../kernel/time.ts"
import type { SyncReader } from "../store/index.ts"

/** `since`: only what was added later. */
export type ExportOrder = { collection: number; types: string[]; since: Instant | null; bundleId: string }

const CHUNK_BYTES = 1024 * 1024

/** A STIX bundle with the exact bytes of every version in a collection, in pieces; empty lists are not written. */
export function* exportSteps(reader: SyncReader, order: ExportOrder): Generator<Uint8Array> {
  const types = order.types.length > 0 ? sql`and e.type in (${join(order.types)})` : empty
  const rows = reader.iterate<{ bytes: Uint8Array }>(
    sql`select o.bytes from entry e join object o on o.key = e.object where e.collection = ${order.collection}
        and e.date_added > ${order.since ?? 0} ${types} order by e.seq`,
  )
  let parts: Uint8Array[] = [Buffer.from(`{"type":"bundle","id":"bundle--${order.bundleId}"`)]
  let size = 0
  let first = true
  for (const { bytes } of rows) {
    parts.push(Buffer.from(first ? ',"objects":[\n' : ",\n"), bytes)
    first = false
    size += bytes.length
    if (size < CHUNK_BYTES) continue
    yield Buffer.concat(parts)
    parts = []
    size = 0
  }
  parts.push(Buffer.from(first ? "}\n" : "\n]}\n"))
  yield Buffer.concat(parts)
}
