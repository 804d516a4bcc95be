import sql, { join } from "sql-template-tag"
import type { Json } from "../../../kernel/canonical.ts"
import { type Instant, parseInstant } from "../../../kernel/time.ts"
import type { Reader } from "../../../store/index.ts"

/** Longer objects are not looked into for a word in a list. */
const BYTES_MOST = 64 * 1024

/** Until when these object versions say that they hold, where they say it. */
export async function readEnds(reader: Reader, keys: readonly number[]): Promise<Map<number, Instant>> {
  if (keys.length === 0) return new Map()
  const rows = await reader.all<{ key: number; bytes: Uint8Array }>(
    sql`select key, bytes from object where key in (${join(keys)}) and length(bytes) <= ${BYTES_MOST}`,
  )
  return new Map(
    rows.flatMap(({ key, bytes }) => {
      const end = endOf(JSON.parse(Buffer.from(bytes).toString("utf8")) as Json)
      return end === null ? [] : [[key, end] as const]
    }),
  )
}

function endOf(object: Json): Instant | null {
  if (typeof object !== "object" || object === null || !("valid_until" in object)) return null
  return typeof object.valid_until === "string" ? parseInstant(object.valid_until) : null
}
