import { comity, startNode } from "../../bench/comity.ts"
import { generated } from "../../bench/generator/objects.ts"
import { temporaryFolder } from "../../bench/workspace.ts"
import type { Stix } from "../support/stix.ts"
import { type Furnished, furnish } from "../support/workplace.ts"
import { world } from "../support/world.ts"

const CROWD = 400

/** What pictures are taken of: a furnished node among a crowd of generated objects, and one that nobody set up yet. */
export type Stage = {
  furnished: Furnished
  origin: string
  /** Where a visitor sets up a new node. */
  setupLink(): Promise<string>
  stop(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const crowd = Array.from({ length: CROWD }, (_, at) => JSON.parse(generated(1, at)) as Stix)
  const furnished = await furnish(temporaryFolder(), { objects: [...crowd, ...world()] })
  const node = await startNode(furnished.data)
  const empty = await startNode(temporaryFolder())
  return {
    furnished,
    origin: `http://127.0.0.1:${node.port}`,
    setupLink: () => comity(["setup-link", "--data", empty.data]),
    async stop() {
      await node.stop()
      await empty.stop()
    },
  }
}
