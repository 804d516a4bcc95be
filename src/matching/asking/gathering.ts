import { type GatheringParts, gather } from "../lists/gatherings.ts"
import { findList } from "../lists/lists.ts"
import type { GatherFor } from "./following.ts"
import { ITEMS_MOST } from "./model.ts"

/** The items of a saved list, as a thread of its own finds them; one officer opened it, so what needs two stays at home. */
export function gatherLists(parts: GatheringParts): GatherFor {
  return async ({ list, agreement, types }, parties, folder, signal) => {
    const { query } = await findList(parts.store, list ?? "")
    const wanted = types.map(({ type }) => ({ type, most: ITEMS_MOST }))
    const wish = { query, parties, types: wanted, agreement, purpose: null, approved: false }
    return gather(parts, wish, { folder, signal })
  }
}
