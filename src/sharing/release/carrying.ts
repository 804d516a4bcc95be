import { beforeIt, insertCarried, letOutSince } from "../../library/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { withCopies } from "./copies.ts"
import { originalOf } from "./copy-queries.ts"

/**
 * Keys of the collections in whose place one goes on, and of the one of which a release carries over what it serves: by
 * them things were let out before.
 */
export async function carriedFrom(reader: Reader, collection: number, source: number | null): Promise<number[]> {
  const before = await beforeIt(reader, collection)
  if (source === null) return before
  return [...new Set([...before, source, ...(await beforeIt(reader, source))])]
}

/** Notes since when an object is out that now stands in entry `seq`: time that readers may keep it does not begin anew. */
export async function noteCarried(
  tx: Tx,
  from: readonly number[],
  { collection, seq, id, object }: { collection: number; seq: number; id: string; object: number },
): Promise<void> {
  if (from.length === 0) return
  const ids = await withCopies(tx, (await originalOf(tx, id)) ?? id)
  const since = await letOutSince(tx, from, { ids, object })
  if (since !== null) await insertCarried(tx, collection, seq, since)
}
