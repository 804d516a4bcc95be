import type { Instant } from "../../../kernel/time.ts"
import { listPeers, type Peer } from "../../../parties/index.ts"
import { type Exchange, loadExchange } from "../exchange.ts"
import type { Figures } from "../model.ts"
import type { ReciprocityParts } from "./section.ts"

/** A partner as the list and its file show it. */
export type Row = { peer: Peer; at: Instant; all: readonly Figures[]; exchange: Exchange }

/** Partners with whom anything could ever go either way, by name: no figure orders them. */
export async function rowsOf({ store, counting }: ReciprocityParts): Promise<Row[]> {
  const peers = (await listPeers(store)).filter(({ state }) => state !== "invited" && state !== "compared")
  const counted = await counting.recent(peers.map(({ party }) => party))
  return Promise.all(
    peers.map(async (peer, i) => ({
      peer,
      at: counted[i]?.at as Instant,
      all: counted[i]?.figures ?? [],
      exchange: await loadExchange(store, peer),
    })),
  )
}
