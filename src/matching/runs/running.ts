import { join } from "node:path"
import { sha256 } from "../../kernel/hash.ts"
import type { PeeringParts } from "../../peering/index.ts"
import type { Reader } from "../../store/index.ts"
import { erase } from "../psi/erasing.ts"
import type { Folder } from "../psi/model.ts"
import type { Pool } from "../psi/pool.ts"
import { advance, type GatherForRun } from "./advancing.ts"
import type { ServeParts } from "./fetching.ts"
import type { Limits } from "./limits.ts"
import { Matches } from "./matches.ts"
import type { Run } from "./model.ts"
import type { Gate, RunParts } from "./operations.ts"
import type { KnowForRun } from "./results.ts"

export type RunningParts = {
  peering: PeeringParts
  pool: Pool
  /** Where the runs have their folders; only this node's. */
  folder: string
  secret: Uint8Array
  limits: Limits
  gate: Gate
  requireList(reader: Reader, list: string): Promise<void>
  gather: GatherForRun
  know: KnowForRun
}

/** The runner of a node's matches, and what operations and verbs work with. */
export function openRuns(parts: RunningParts): { matches: Matches; runs: RunParts & ServeParts } {
  const { peering, pool, folder, gather, know, limits, gate, requireList, secret } = parts
  const runSecret = sha256("comity/match-run/v1\n", secret)
  const folderOf = ({ id, role }: Pick<Run, "id" | "role">): Folder => ({
    ...{ path: join(folder, id.slice("match--".length)), run: id },
    ...{ side: role, secret: runSecret },
  })
  const common = { store: peering.store, clock: peering.clock, self: peering.self, limits, gate, requireList }
  const working = { peering, pool, folder, secret, gather, know, folderOf }
  const matches = new Matches({
    ...{ ...common, diagnostics: peering.diagnostics },
    advance: (run, job) => advance({ ...working, store: peering.store }, run, job),
    erase: (run, but) => erase(folderOf(run).path, but),
  })
  const runs = { ...common, wake: (id: Run["id"]) => matches.wake(id), folderOf }
  return { matches, runs }
}
