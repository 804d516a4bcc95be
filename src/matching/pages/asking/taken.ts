import { rmSync } from "node:fs"
import { join } from "node:path"
import { newUuid } from "../../../kernel/ids.ts"
import { plainItem } from "../../items/canonical.ts"
import { OPEN_TYPES } from "../../items/types.ts"
import { type GatheringParts, gather } from "../../lists/gatherings.ts"
import type { ListQuery } from "../../lists/model.ts"
import { PackedItems } from "../../lists/packed.ts"

/** As much as a person looks through, and a form carries. */
const ITEMS_TAKEN_MOST = 1000
const TEXT_MOST = 150_000
const WAIT_MS = 20_000

/**
 * The items of a selection, a line each, the newest of each type: asking shows them to nobody, so policy is not asked.
 * `left`: how many did not fit. `slow`: it took longer than a person waits.
 */
export async function takeItems(
  parts: GatheringParts,
  query: ListQuery,
): Promise<{ items: string; left: number; slow: boolean }> {
  const folder = join(parts.folder, `ask-${newUuid()}`)
  const types = OPEN_TYPES.map((type) => ({ type, most: ITEMS_TAKEN_MOST }))
  const signal = AbortSignal.timeout(WAIT_MS)
  try {
    const wish = { query, parties: [], types, agreement: null, purpose: null, approved: true }
    await gather(parts, wish, { folder, signal })
    return linesOf(folder)
  } catch (error) {
    if (!signal.aborted) throw error
    return { items: "", left: 0, slow: true }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function linesOf(folder: string): { items: string; left: number; slow: boolean } {
  const packed = new PackedItems(folder)
  try {
    let items = ""
    let at = 0
    for (; at < Math.min(packed.count, ITEMS_TAKEN_MOST) && items.length < TEXT_MOST; at++) {
      items += `${plainItem(packed.item(at)).value}\n`
    }
    return { items, left: packed.count - at, slow: false }
  } finally {
    packed.close()
  }
}
