import { ComityError } from "../../kernel/errors.ts"
import type { ItemType } from "../items/types.ts"
import type { Folder, Sections } from "./model.ts"
import type { Work } from "./pool.ts"

/** By which the partner learns which items of one type are common, and nothing of the other types. */
export type Seed = { type: ItemType; seed: string; nonce: string }

/** A common item; `place` counts the items of the file `items` from its beginning. */
export type Common = {
  type: ItemType
  place: number
  item: Buffer
  /** By which both sides name it to each other: 16 bytes that are good for this run alone. */
  tag: Buffer
  /** Secret of those who have the item and took part in the run. */
  full: Buffer
}

/** Our own seed of one type, for a partner who is to know which items of it are common. */
export async function seedOf(_folder: Folder, _type: ItemType): Promise<Seed> {
  throw new ComityError("unavailable", "worker.gone")
}

/**
 * Finds out which items of a type are common, by the partner's seed, and how many these are. Throws `invalid match.seed` for a seed
 * that is not the one it committed to, `invalid match.dummy` if it found what is no item.
 */
export async function open(
  _folder: Folder,
  _given: { own: Sections; theirs: Sections; seed: Seed; commitment: string },
  _work: Work,
): Promise<number> {
  throw new ComityError("unavailable", "worker.gone")
}

/** The common items of an opened type, by their place, some at a time. */
export async function* commonItems(_folder: Folder, _type: ItemType): AsyncGenerator<Common[]> {
  yield []
  throw new ComityError("unavailable", "worker.gone")
}
