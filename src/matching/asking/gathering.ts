import { ComityError } from "../../kernel/errors.ts"
import { ownParty } from "../../parties/index.ts"
import { scan } from "../../store/index.ts"
import { type GatheringParts, gather, questionFor } from "../lists/gatherings.ts"
import { findList } from "../lists/lists.ts"
import { PackedItems } from "../lists/packed.ts"
import type { KnowJob, KnowStep } from "../runs/knowing.ts"
import type { Knowledge } from "../runs/model.ts"
import type { GatherFor } from "./following.ts"
import { ITEMS_MOST } from "./model.ts"
import { selectAnswersByKey, selectEpoch, selectEpochs } from "./queries.ts"
import { generationAt } from "./sets.ts"
import type { KnownHere } from "./telling.ts"

/** The items of a saved list, as a thread of its own finds them; one officer opened it, so what needs two stays at home. */
export function gatherLists(parts: GatheringParts): GatherFor {
  return async ({ list, agreement, types }, parties, folder, signal) => {
    const { query } = await findList(parts.store, list ?? "")
    const wanted = types.map(({ type }) => ({ type, most: ITEMS_MOST }))
    const wish = { query, parties, types: wanted, agreement, purpose: null, approved: false }
    return gather(parts, wish, { folder, signal })
  }
}

/**
 * What the library says now of items that partners may ask about: policy decides anew for this partner. Throws `conflict
 * match.key-over` where the list answers nobody any more.
 */
export function knownOfItems(parts: GatheringParts, folderOf: (epoch: string) => string): KnownHere {
  const { store, clock, database } = parts
  return async ({ party }, epochId, items) => {
    const epoch = await selectEpoch(store, epochId)
    const answers = epoch === null ? null : await selectAnswersByKey(store, epoch.answers)
    const living = answers === null ? [] : await selectEpochs(store, answers.key)
    const last = living.findLast(({ type, state }) => type === epoch?.type && state === "open")
    if (answers === null || last === undefined) throw new ComityError("conflict", "match.key-over")
    const path = generationAt(folderOf(last.id), last.generation)
    const places = placesIn(path, items)
    const time = clock.now()
    const question = await questionFor(store, party, { agreement: answers.agreement, purpose: null }, time)
    const self = (await ownParty(store))?.id ?? ""
    const there = Float64Array.from(places.filter((place) => place !== null))
    const known = new Map<number, Knowledge | null>()
    if (there.length > 0) {
      const job: KnowJob = { path, places: there, question, approved: false, self, time }
      const worker = new URL("../runs/know-worker.ts", import.meta.url)
      for await (const step of scan<KnowStep>(worker, database, job)) for (const [at, one] of step) known.set(at, one)
    }
    return places.map((place) => (place === null ? null : (known.get(place) ?? null)))
  }
}

/** Where each item stands among those of a set, which are sorted; null for one that left it since. */
function placesIn(path: string, items: readonly Buffer[]): (number | null)[] {
  const packed = new PackedItems(path)
  try {
    return items.map((item) => {
      let [low, high] = [0, packed.count]
      while (low < high) {
        const middle = (low + high) >> 1
        if (packed.item(middle).compare(item) < 0) low = middle + 1
        else high = middle
      }
      return low < packed.count && packed.item(low).equals(item) ? low : null
    })
  } finally {
    packed.close()
  }
}
