import { loadObjects, type Search } from "../../library/index.ts"
import type { Reader } from "../../store/index.ts"
import { canonicalItem, plainItem } from "../items/canonical.ts"
import { exactValues } from "../items/objects.ts"
import { itemsOf, loadRun } from "../runs/standing.ts"

const ITEMS_AT_ONCE = 200
/** An address that more objects name is nobody's finding. */
const OBJECTS_EACH = 50

/**
 * Objects of the library, the newest version of each, that are or look for what is common after a match, as they stand
 * now. What was erased or changed since is not among them. Throws `not-found match.unknown`.
 */
export async function matchedObjects(
  { store, search }: { store: Reader; search: Pick<Search, "find"> },
  id: string,
  most: number,
): Promise<number[]> {
  const run = await loadRun(store, id)
  const found = new Set<number>()
  for (let after = -1; ; ) {
    const items = await itemsOf(store, run, after, ITEMS_AT_ONCE)
    for (const { item } of items) {
      if (found.size >= most) return [...found]
      for (const key of await objectsOf(store, search, item)) found.add(key)
    }
    if (items.length < ITEMS_AT_ONCE) return [...found].slice(0, most)
    after = items.at(-1)?.seq ?? after
  }
}

/** The index finds whoever mentions it; those count whose own value it is. */
async function objectsOf(store: Reader, search: Pick<Search, "find">, item: Buffer): Promise<number[]> {
  const { value } = plainItem(item)
  const { hits } = await search.find({
    ...{ text: `"${value.replaceAll('"', " ")}"`, types: [], markings: [], origins: [], collections: [] },
    ...{ from: null, to: null, revoked: "no", sort: "newest", after: null, limit: OBJECTS_EACH },
  })
  const objects = await loadObjects(
    store,
    hits.map(({ key }) => key),
  )
  return [...objects].filter(([, object]) => isOf(object, item)).map(([key]) => key)
}

function isOf(object: Parameters<typeof exactValues>[0], item: Buffer): boolean {
  const values = exactValues(object)
  if (values.is !== "values") return false
  return values.values.some(({ kind, value, chain }) => {
    const one = canonicalItem(kind, value, chain)
    return !("refused" in one) && one.bytes.equals(item)
  })
}
