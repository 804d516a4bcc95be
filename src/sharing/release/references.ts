import type { Json } from "../../kernel/canonical.ts"
import { referencesOf } from "../../library/index.ts"
import type { JsonObject } from "../../stix/index.ts"
import type { Reader } from "../../store/index.ts"
import { bytesOf, newestKey } from "./queries.ts"

/** So many objects come along; a report names some hundreds. */
const ADDED_MOST = 5000
const AT_ONCE = 50

/**
 * The newest versions of these objects, and of all that they refer to, and so on, as far as the library holds it: what
 * a reader needs so that nothing points nowhere. Each once, the ones that were asked for first.
 */
export async function withReferences(reader: Reader, keys: readonly number[]): Promise<number[]> {
  const found = new Set(keys)
  const seen = new Set<string>()
  let followed = 0
  for (const key of found) {
    if (found.size - keys.length >= ADDED_MOST) break
    const bytes = await bytesOf(reader, key)
    if (bytes === null) continue
    for (const { id } of referencesOf(parsed(bytes))) {
      if (seen.has(id)) continue
      seen.add(id)
      const other = await newestKey(reader, id)
      if (other !== null && found.size - keys.length < ADDED_MOST) found.add(other)
    }
    followed += 1
    if (followed % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve)) // others have their turn
  }
  return [...found]
}

/** What is kept was read strictly when it came. */
function parsed(bytes: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Json
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
}
