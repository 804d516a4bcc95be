import { ComityError } from "../../kernel/errors.ts"
import type { ItemType } from "../items/types.ts"
import type { Folder, Section } from "./model.ts"
import type { Work } from "./pool.ts"

/** What one says of one's own list before one sees the other. `used` stays here. */
export type Prepared = {
  root: string
  sections: (Section & { used: number; commitment: string })[]
}

/**
 * Hides the list that stands in the file `items`, in an order nobody knows, and with as many points that are no item as
 * it takes to reach the padded size (or a larger one in `sizes`). What was begun before goes on and gives the same.
 */
export async function prepare(
  _folder: Folder,
  _wish: { types: readonly ItemType[]; sizes?: Partial<Record<ItemType, number>> },
  _work: Work,
): Promise<Prepared> {
  throw new ComityError("unavailable", "worker.gone")
}
