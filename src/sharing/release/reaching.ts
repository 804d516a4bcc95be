import {
  type Collection,
  erasedPlaces,
  everShared,
  keptPlaces,
  loadCollectionByKey,
  placesOf,
  recipientsOf,
} from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { withCopies } from "./copies.ts"

/** One who got an object from us: whether it still reads any of the collections that it got it from. */
export type Reached = { party: PartyId; left: boolean }

export type Reach = {
  collections: Collection[]
  /** All who were served any version, ever. */
  reached: Reached[]
  /** Entries that a recall would speak of: 0 where all was recalled before. */
  entries: number
}

/** Whom a recall of an object would reach: everybody who was ever served any version of it, or of a copy of it. */
export async function reachOf(reader: Reader, id: string): Promise<Reach> {
  const found = new Map<number, Collection>()
  const parties = new Map<PartyId, boolean>()
  let entries = 0
  for (const one of await withCopies(reader, id)) {
    for (const key of await everShared(reader, one)) {
      found.set(key, await loadCollectionByKey(reader, key))
      for (const seq of await recallable(reader, key, one)) {
        entries += 1
        for (const { party, left } of await recipientsOf(reader, key, seq)) {
          parties.set(party, left && (parties.get(party) ?? true))
        }
      }
    }
  }
  const collections = [...found.values()]
  return { collections, entries, reached: [...parties].map(([party, left]) => ({ party, left })) }
}

async function recallable(reader: Reader, collection: number, id: string): Promise<number[]> {
  const [served, kept, erased] = await Promise.all([
    placesOf(reader, collection, id),
    keptPlaces(reader, collection, id),
    erasedPlaces(reader, collection, id),
  ])
  return [...served, ...kept.filter(({ by }) => by !== "recall")].map(({ seq }) => seq).concat(erased)
}
