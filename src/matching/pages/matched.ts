import { loadObjects, type Search } from "../../library/index.ts"
import type { Reader } from "../../store/index.ts"
import { answersTo, loadQuestion } from "../asking/questioning.ts"
import { canonicalItem, plainItem } from "../items/canonical.ts"
import { exactValues } from "../items/objects.ts"
import { itemsOf, loadRun } from "../runs/standing.ts"

const ITEMS_AT_ONCE = 200
/** An address that more objects name is nobody's finding. */
const OBJECTS_EACH = 50

/**
 * Objects of the library, the newest version of each, that are or look for what is common after a match, as they stand
 * now; of a question those that some partner has. What was erased or changed since is not among them. Throws `not-found
 * match.unknown`, `not-found match.question-unknown`.
 */
export async function matchedObjects(
  { store, search }: { store: Reader; search: Pick<Search, "find"> },
  id: string,
  most: number,
): Promise<number[]> {
  const found = new Set<number>()
  for await (const item of id.startsWith("question--") ? itemsFound(store, id) : itemsCommon(store, id)) {
    if (found.size >= most) break
    for (const key of await objectsOf(store, search, item)) found.add(key)
  }
  return [...found].slice(0, most)
}

async function* itemsFound(store: Reader, id: string): AsyncGenerator<Buffer> {
  for (const { item, found } of await answersTo(store, await loadQuestion(store, id))) if (found.length > 0) yield item
}

async function* itemsCommon(store: Reader, id: string): AsyncGenerator<Buffer> {
  const run = await loadRun(store, id)
  for (let after = -1; ; ) {
    const items = await itemsOf(store, run, after, ITEMS_AT_ONCE)
    for (const { item } of items) yield item
    if (items.length < ITEMS_AT_ONCE) return
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
