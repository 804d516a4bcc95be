import { join } from "node:path"
import {
  type GatheringParts,
  gatherFrom,
  knowFrom,
  type Limits,
  type Matches,
  openRuns,
  PLACES_USUAL,
  Pool,
  placesIn,
  type RunParts,
  requireListOf,
  restrictedGate,
  type ServeParts,
} from "./matching/index.ts"
import type { Core, NodeParts } from "./parts.ts"
import type { PeeringParts } from "./peering/index.ts"

/** Private matching at an open node: pages, partners and commands all use it. */
export type Matching = {
  matches: Matches
  runs: RunParts & ServeParts
  lists: GatheringParts
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
  return {
    ...{ matches, runs, lists },
    async close() {
      await matches.close()
      await pool.close()
    },
  }
}
