import { setTimeout } from "node:timers/promises"
import type { Instant } from "../../../kernel/time.ts"
import { listPeers, type Peer } from "../../../parties/index.ts"
import { type Exchange, loadExchange } from "../exchange.ts"
import type { Figures, Report } from "../model.ts"
import type { ReciprocityParts } from "./section.ts"

/** A partner as the list and its file show it. */
export type Row = { peer: Peer; at: Instant; all: readonly Figures[]; exchange: Exchange }

const PATIENCE_MS = 4000

/** Those that are counted soon enough, and how many are not; all of them, however long it takes, for a file. */
export async function rowsOf(
  parts: ReciprocityParts,
  patience: "page" | "file",
): Promise<{ rows: Row[]; missing: number }> {
  const peers = (await listPeers(parts.store)).filter(mayExchange)
  const reports = parts.counting.recent(peers.map(({ party }) => party))
  const limit = patience === "file" ? null : setTimeout(parts.patience ?? PATIENCE_MS, null, { ref: false })
  const counted = await Promise.all(reports.map((report) => (limit === null ? report : Promise.race([report, limit]))))
  const rows = await Promise.all(
    peers.flatMap((peer, i) => {
      const report = counted[i]
      return report == null ? [] : [rowOf(parts, peer, report)]
    }),
  )
  return { rows, missing: peers.length - rows.length }
}

/** Partners with whom anything could ever go either way; they come by name: no figure orders them. */
function mayExchange({ state }: Peer): boolean {
  return state !== "invited" && state !== "compared"
}

async function rowOf({ store }: ReciprocityParts, peer: Peer, { at, figures }: Report): Promise<Row> {
  return { peer, at, all: figures, exchange: await loadExchange(store, peer) }
}
