import sql, { join } from "sql-template-tag"
import type { Json } from "../../../kernel/canonical.ts"
import { type Instant, parseInstant } from "../../../kernel/time.ts"
import type { JsonObject } from "../../../stix/index.ts"
import type { Reader } from "../../../store/index.ts"

/** What a line of the list says of an object and the index does not know. */
export type Inside = {
  /** Until when an indicator says that it holds. */
  until: Instant | null
  /** What a marking says. */
  statement: string | null
}

/** Types that are looked into for that. */
export const LOOKED_INTO: ReadonlySet<string> = new Set(["indicator", "marking-definition"])

/** Longer objects are not looked into for a word in a list. */
const BYTES_MOST = 64 * 1024
const STATEMENT_MOST = 200

export async function readInside(reader: Reader, keys: readonly number[]): Promise<Map<number, Inside>> {
  if (keys.length === 0) return new Map()
  const rows = await reader.all<{ key: number; bytes: Uint8Array }>(
    sql`select key, bytes from object where key in (${join(keys)}) and withdrawn = 0 and length(bytes) <= ${BYTES_MOST}`,
  )
  return new Map(rows.map(({ key, bytes }) => [key, insideOf(JSON.parse(Buffer.from(bytes).toString("utf8")) as Json)]))
}

function insideOf(object: Json): Inside {
  if (!isObject(object)) return { until: null, statement: null }
  const { valid_until: until, definition } = object
  const [statement] = isObject(definition) ? Object.values(definition) : []
  return {
    until: typeof until === "string" ? parseInstant(until) : null,
    statement: typeof statement === "string" ? statement.slice(0, STATEMENT_MOST).toWellFormed() : null,
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
