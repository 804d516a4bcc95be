import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import { loadPeer, type Peer, readCard, readPeerCard, saveEndpoint, saveName } from "../../parties/index.ts"
import { bodyOf } from "../bodies.ts"
import { say } from "../line.ts"
import type { PeeringParts } from "../model.ts"
import { hurryWaiting } from "../queries.ts"
import { Endpoint } from "./invitation.ts"

/**
 * Follows a partner to another address, as its people told it or its card does. It counts only after the partner's key
 * answered there: the partner itself says by that, that this is its address. Throws `invalid peer.endpoint`,
 * `conflict peer.state` before anybody compared, and as `say`.
 */
export async function moveTo(parts: PeeringParts, party: string, address: string, by: string | null): Promise<Peer> {
  const { store, clock } = parts
  const endpoint = Endpoint.safeParse(address.trim().replace(/\/$/, "")).data
  if (endpoint === undefined) throw new ComityError("invalid", "peer.endpoint")
  const peer = await loadPeer(store, party)
  const { state } = peer
  if (state === "invited" || state === "compared") throw new ComityError("conflict", "peer.not-met")
  await say(parts, { ...peer, endpoint }, "status", { body: bodyOf({ v: 1, state, at: clock.now() }) })
  await store.write(async (tx) => {
    await saveEndpoint(tx, peer.key, endpoint)
    await hurryWaiting(tx, peer.key)
    await record(tx, { what: "peer.moved", by, facts: { party, endpoint, before: peer.endpoint } })
  })
  return loadPeer(store, party)
}

/**
 * Calls a partner from now on what its card says. Nobody takes another's name by writing it on a card: our people do it,
 * knowing both. Throws `not-found card.none`.
 */
export async function takeName(
  { store }: Pick<PeeringParts, "store">,
  party: string,
  by: string | null,
): Promise<Peer> {
  return store.write(async (tx) => {
    const peer = await loadPeer(tx, party)
    const card = await readPeerCard(tx, peer.key)
    if (card === null) throw new ComityError("not-found", "card.none")
    const { name } = readCard(card.bytes, peer.party)
    await saveName(tx, peer.key, name)
    await record(tx, { what: "peer.renamed", by, facts: { party, name, before: peer.name } })
    return { ...peer, name }
  })
}
