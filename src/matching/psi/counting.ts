import { ComityError } from "../../kernel/errors.ts"
import type { ItemType } from "../items/types.ts"
import type { Folder, Sections } from "./model.ts"
import type { Work } from "./pool.ts"

/**
 * How many items of each type are in both lists, when tags and the partner's list hidden twice are here. Throws
 * `invalid match.duplicate` for a tag that comes twice.
 */
export async function count(
  _folder: Folder,
  _sections: { own: Sections; theirs: Sections },
  _work: Work,
): Promise<{ type: ItemType; count: number }[]> {
  throw new ComityError("unavailable", "worker.gone")
}
