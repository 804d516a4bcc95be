import { ComityError } from "../../kernel/errors.ts"
import type { ItemType } from "../items/types.ts"
import { checkSections, type Folder, type Sections } from "./model.ts"
import type { Work } from "./pool.ts"
import { prepared } from "./preparing.ts"

/**
 * How many items of each type are in both lists, when tags and the partner's list hidden twice are here. Throws
 * `invalid match.duplicate` for a tag that comes twice, `invalid match.dummy` for more than there are items.
 */
export async function count(
  folder: Folder,
  sections: { own: Sections; theirs: Sections },
  { pool }: Work,
): Promise<{ type: ItemType; count: number }[]> {
  for (const one of [sections.own, sections.theirs]) checkSections(one)
  const used = new Map((await prepared(folder))?.sections.map((section) => [section.type, section.used]))
  const counts = (await pool.run({ do: "compare", path: folder.path, ...sections })) as number[]
  const tooMany = sections.own.some(({ type }, i) => (counts[i] ?? 0) > (used.get(type) ?? 0))
  if (tooMany) throw new ComityError("invalid", "match.dummy")
  return sections.own.map(({ type }, i) => ({ type, count: counts[i] ?? 0 }))
}
