import { join } from "node:path"
import {
  type Asking,
  type AskingCommandParts,
  type GatheringParts,
  gatherFrom,
  gatherLists,
  knowFrom,
  knownOfItems,
  type Limits,
  type Matches,
  openAsking,
  openRuns,
  PLACES_USUAL,
  Pool,
  placesIn,
  type RunParts,
  requireListOf,
  restrictedGate,
  type ServeParts,
  Workbench,
} from "./matching/index.ts"
import type { Core, NodeParts } from "./parts.ts"
import type { PeeringParts } from "./peering/index.ts"

/** Private matching at an open node: pages, partners and commands all use it. */
export type Matching = {
  matches: Matches
  runs: RunParts & ServeParts
  lists: GatheringParts
  asking: Asking
  /** What people do about single items needs these. */
  questions: AskingCommandParts
  close(): Promise<void>
}

export function openMatching(parts: NodeParts, { search, files }: Core, peering: PeeringParts): Matching {
  const { config, folder, clock } = parts
  const place = join(folder.root, "matching")
  const { store } = peering
  const lists = { store, database: folder.database, search, clock, folder: join(place, "previews") }
  const limits: Limits = {
    places: placesIn(config.matchQuota ?? "") ?? PLACES_USUAL,
    counts: config.matchCounts,
    hours: config.matchHours,
  }
  const pool = new Pool({ workers: config.workers })
  const { matches, runs } = openRuns({
    ...{
      peering,
      pool,
      limits,
      folder: place,
      secret: files.secret(),
      gate: restrictedGate,
      requireList: requireListOf,
    },
    ...{ gather: gatherFrom(lists), know: knowFrom(lists) },
  })
  const benches = { quick: new Workbench(), slow: new Workbench() }
  const asking = openAsking({ ...peering, benches, folder: place, secret: files.secret(), gather: gatherLists(lists) })
  const knownHere = knownOfItems(lists, (epoch) => asking.answering.folderOf(epoch))
  return {
    ...{ matches, runs, lists, asking, questions: { store, clock, knownHere } },
    async close() {
      await asking.close()
      await matches.close()
      await pool.close()
    },
  }
}
