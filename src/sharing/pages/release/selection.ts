import { listUnshared, loadCollection } from "../../../library/index.ts"
import { newestEverKey, servedBehind } from "../../release/queries.ts"
import { RELEASE_MOST } from "../../release/releasing.ts"
import { parseView, queryOf } from "../library/view.ts"
import type { ReleasePageParts } from "./parts.ts"

/** What an address chose: ids, what a view of the library finds, what is common after a match or found by a question, and so on. */
export type Chosen = { query: URLSearchParams; keys: number[]; ids: string[] }

const IDS_MOST = 500
/** Parameters that choose; they travel with the form. */
const NAMES: readonly string[] = ["object", "id[]", "found", "match", "collection", "unshared", "revoked"]

export async function chosenBy(parts: ReleasePageParts, given: URLSearchParams): Promise<Chosen> {
  const query = new URLSearchParams([...given].filter(([name]) => NAMES.includes(name)))
  const ids = [...new Set([...query.getAll("object"), ...query.getAll("id[]")])].slice(0, IDS_MOST)
  if (ids.length > 0) return { query, ids, keys: await keysOf(parts, ids) }
  const found = query.get("found")
  if (found !== null) {
    const { view } = parseView(new URLSearchParams(found))
    return { query, ids, keys: (await parts.search.keys(queryOf({ ...view, after: null }, 1), RELEASE_MOST)).keys }
  }
  const match = query.get("match")
  if (match !== null) return { query, ids, keys: (await parts.matched?.(match, RELEASE_MOST)) ?? [] }
  const collection = query.get("collection")
  if (collection !== null) return { query, ids, keys: await keysIn(parts, collection) }
  const unshared = query.get("unshared")
  return {
    query,
    ids,
    keys: unshared === null ? [] : await unsharedIn(parts, unshared, query.get("revoked") === "yes"),
  }
}

async function keysOf({ store }: ReleasePageParts, ids: readonly string[]): Promise<number[]> {
  const keys = await Promise.all(ids.map((id) => newestEverKey(store, id)))
  return keys.filter((key) => key !== null)
}

/** The newest version of everything that a collection serves. */
async function keysIn({ store }: ReleasePageParts, name: string): Promise<number[]> {
  const { key } = await loadCollection(store, name)
  const keys: number[] = []
  for (let after = -1; keys.length < RELEASE_MOST; ) {
    const rows = await servedBehind(store, key, after, 1000)
    keys.push(...rows.map(({ object }) => object))
    if (rows.length < 1000) break
    after = rows.at(-1)?.seq ?? after
    await new Promise((resolve) => setImmediate(resolve)) // others have their turn
  }
  return keys.slice(0, RELEASE_MOST)
}

async function unsharedIn({ store }: ReleasePageParts, name: string, revoked: boolean): Promise<number[]> {
  const { key } = await loadCollection(store, name)
  const wish = { collection: key, most: RELEASE_MOST, ...(revoked ? { revoked } : {}) }
  return (await listUnshared(store, wish)).map(({ object }) => object)
}
