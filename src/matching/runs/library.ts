import { ownParty } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { scan } from "../../store/index.ts"
import { type ItemType, isPersonal } from "../items/types.ts"
import { type GatheringParts, gather, questionFor } from "../lists/gatherings.ts"
import { findList } from "../lists/lists.ts"
import { warnedAmong } from "../lists/model.ts"
import type { GatherForRun } from "./advancing.ts"
import type { KnowJob, KnowStep } from "./knowing.ts"
import { type Knowledge, opened } from "./model.ts"
import type { KnowForRun } from "./results.ts"

/** Two people on each side approved a run with such types; what policy lets go only by two goes there too. */
function isApproved(types: readonly ItemType[]): boolean {
  return types.some(isPersonal)
}

/** Lists of runs are saved selections of this library, of which policy decides what the partner may be told. */
export function gatherFrom(parts: GatheringParts): GatherForRun {
  return async (run, { path, signal, tell }) => {
    const { query } = await findList(parts.store, run.list ?? "")
    const types = run.types.map(({ type, most }) => ({ type, most }))
    const { agreement, purpose, party } = run
    const wish = {
      query,
      parties: [party],
      types,
      agreement,
      purpose,
      approved: isApproved(run.types.map(({ type }) => type)),
    }
    const found = await gather(parts, wish, { folder: path, signal, progress: tell })
    return found.types.map(({ type, used, excluded }) => ({ type, used, warned: warnedAmong(excluded) }))
  }
}

/** What is known of common items is read again when it is told. */
export function knowFrom(parts: GatheringParts): KnowForRun {
  return async (run, path, places) => {
    const known = new Map<number, Knowledge>()
    if (places.length === 0) return known
    const { store, clock, database } = parts
    const { agreement, purpose, party } = run
    const approved = isApproved(opened(run)) // whoever opens other types alone does so without a second officer
    const time = clock.now()
    const question = await questionFor(store, party, { agreement, purpose }, time)
    const self = (await ownParty(store))?.id ?? ""
    const job: KnowJob = { path, places: Float64Array.from(places), question, approved, self, time }
    for await (const step of scan<KnowStep>(new URL("./know-worker.ts", import.meta.url), database, job)) {
      for (const [place, one] of step) if (one !== null) known.set(place, one)
    }
    return known
  }
}

/** Throws `not-found match-list.unknown`. */
export async function requireListOf(reader: Reader, list: string): Promise<void> {
  await findList(reader, list)
}
