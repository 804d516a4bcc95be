import { ComityError } from "../kernel/errors.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { Peer, PeerState } from "./model.ts"
import { findPeer, listPeers, updatePeerState } from "./peer-queries.ts"

/** Throws `not-found peer.unknown`. */
export async function loadPeer(reader: Reader, party: string): Promise<Peer> {
  const peer = await findPeer(reader, party)
  if (peer === null) throw new ComityError("not-found", "peer.unknown")
  return peer
}

/** By id, or by name as people write it. Throws `not-found peer.unknown`, `conflict peer.ambiguous`. */
export async function resolvePeer(reader: Reader, text: string): Promise<Peer> {
  const wanted = text.trim()
  if (wanted.startsWith("identity--")) return loadPeer(reader, wanted.toLowerCase())
  const folded = (name: string) => name.normalize("NFKC").toLowerCase()
  const found = (await listPeers(reader)).filter(({ name }) => folded(name) === folded(wanted))
  const [peer] = found
  if (peer === undefined) throw new ComityError("not-found", "peer.unknown")
  if (found.length > 1) throw new ComityError("conflict", "peer.ambiguous", { name: wanted })
  return peer
}

/** Messages of cooperation go both ways only while both sides are active. */
export function isActive({ state, theirs }: Pick<Peer, "state" | "theirs">): boolean {
  return state === "active" && theirs === "active"
}

const next: Readonly<Record<PeerState, readonly PeerState[]>> = {
  invited: ["compared", "left"],
  compared: ["active", "left"],
  active: ["suspended", "left"],
  suspended: ["active", "left"],
  left: [],
}

/** Throws `conflict peer.state` for a step that is none of the state machine. */
export async function movePeer(tx: Tx, peer: Peer, to: PeerState): Promise<Peer> {
  if (!next[peer.state].includes(to)) throw new ComityError("conflict", "peer.state", { state: peer.state, to })
  await updatePeerState(tx, peer.key, to)
  return { ...peer, state: to, changedAt: tx.now }
}
