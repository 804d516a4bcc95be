import type { ItemType } from "../items/types.ts"
import { checkSections, type Folder, type Sections } from "./model.ts"
import type { Work } from "./pool.ts"

/**
 * How many items of each type are in both lists, when tags and the partner's list hidden twice are here. Throws
 * `invalid match.duplicate` for a tag that comes twice.
 */
export async function count(
  folder: Folder,
  sections: { own: Sections; theirs: Sections },
  { pool }: Work,
): Promise<{ type: ItemType; count: number }[]> {
  for (const one of [sections.own, sections.theirs]) checkSections(one)
  const counts = (await pool.run({ do: "compare", path: folder.path, ...sections })) as number[]
  return sections.own.map(({ type }, i) => ({ type, count: counts[i] ?? 0 }))
}
