import { loadObjects } from "../../../library/index.ts"
import { isAskable } from "../../asking/model.ts"
import { canonicalItem, plainItem } from "../../items/canonical.ts"
import { exactValues } from "../../items/objects.ts"
import type { GatheringParts } from "../../lists/gatherings.ts"
import type { ListQuery } from "../../lists/model.ts"

/** As much as a person looks through, and a form carries. */
const OBJECTS_TAKEN_MOST = 1000
const TEXT_MOST = 150_000

/**
 * The items of the newest objects of a selection, a line each: asking shows them to nobody, so policy is not asked.
 * `cut`: there are more.
 */
export async function takeItems(
  { store, search }: Pick<GatheringParts, "store" | "search">,
  query: ListQuery,
): Promise<{ items: string; cut: boolean }> {
  await search.settled()
  const { keys, more } = await search.keys({ ...query, sort: "newest", after: null, limit: 1 }, OBJECTS_TAKEN_MOST)
  const lines = new Set<string>()
  let length = 0
  for (const object of (await loadObjects(store, keys)).values()) {
    const found = exactValues(object)
    for (const { kind, value, chain } of found.is === "values" ? found.values : []) {
      const item = canonicalItem(kind, value, chain)
      if ("refused" in item || !isAskable(item.type)) continue
      const line = plainItem(item.bytes).value
      if (length + line.length > TEXT_MOST) return { items: [...lines].join("\n"), cut: true }
      if (!lines.has(line)) length += line.length + 1
      lines.add(line)
    }
  }
  return { items: [...lines].join("\n"), cut: more }
}
