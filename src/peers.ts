import type { Config } from "./config.ts"
import type { Row } from "./http/index.ts"
import { ComityError } from "./kernel/errors.ts"
import { monotonic } from "./kernel/time.ts"
import { askingCouriers, matchCouriers, matchVerbs } from "./matching/index.ts"
import type { Matching } from "./matchings.ts"
import { ownParty } from "./parties/index.ts"
import type { Core, NodeParts } from "./parts.ts"
import {
  type Counting,
  Courier,
  type Couriers,
  cosignersOf,
  couriersOf,
  network,
  type PartnerParts,
  type PeeringParts,
  peerRows,
  preparedBy,
  Quotas,
  reciprocitySection,
  sendCards,
  strangersOf,
  verbsOf,
} from "./peering/index.ts"
import { cardRecipients, publishedRecipients, type SealedParts, sealedCouriers, sealedVerbs } from "./sharing/index.ts"
import type { Tx } from "./store/index.ts"

/** What a node needs to speak with others, also while it does not answer them. */
export function peeringOf({ config, clock, diagnostics }: NodeParts, core: Core, stopped: AbortSignal): PeeringParts {
  const { store, preparer, site, signer, files, counting } = core
  const party = async () => {
    const own = await ownParty(store)
    if (own === null) throw new ComityError("unavailable", "party.missing")
    return own.id
  }
  return {
    ...{ store, clock, diagnostics },
    self: { party, endpoint: () => site.origin, signer, cosigner: cosignersOf(files.secret()) },
    send: network(() => reachOf(config, site.domain), stopped),
    prepare: preparedBy(preparer),
    recipients: publishedRecipients,
    count: (wanted) => counting.one(wanted),
  }
}

/** The protocol between nodes while this one answers: its rows of the table, and the courier that goes to the others. */
export function openPeers(
  { config }: NodeParts,
  peering: PeeringParts,
  { runs, asking }: Pick<Matching, "runs" | "asking">,
): { rows: Row[]; courier: Courier } {
  const couriers = allCouriers()
  const courier = new Courier({ ...peering, couriers, every: config.peerEvery })
  const bytesMost = config.maxSealedMib * 1024 * 1024
  const features = { ...sealedVerbs({ ...peering, bytesMost }), ...matchVerbs(runs), ...asking.verbs }
  const verbs = { ...verbsOf(peering, (peer) => courier.wake(peer)), ...features }
  const rows = peerRows({ ...peering, verbs, strangers: strangersOf(peering), quotas: new Quotas(monotonic) })
  courier.start()
  return { rows, courier }
}

/** What waits in the outbox of a node, whichever feature put it there. */
export function allCouriers(): Couriers {
  return { ...couriersOf(), ...sealedCouriers, ...matchCouriers, ...askingCouriers }
}

/** What the pages of partners need. */
export function partnersOf(peering: PeeringParts, counting: Counting): PartnerParts {
  const couriers = allCouriers()
  const { store } = peering
  return { store, peering, couriers, more: (visit, peer) => reciprocitySection({ store, counting }, visit, peer) }
}

/** What sealed delivery needs; whom of a partner files can be for says the partner's card. */
export function sealingOf(peering: PeeringParts): SealedParts {
  const { store, self } = peering
  const announce = async (tx: Tx) => {
    if ((await ownParty(tx)) !== null) await sendCards(tx, peering)
  }
  return { store, self, announce, recipientsOf: (peer) => cardRecipients(store, peer) }
}

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"])

/** A node that others reach on this machine alone may have partners there; no other node calls its own machine. */
function reachOf({ peerPrivate }: Config, domain: string) {
  return { private: peerPrivate, loopback: LOOPBACK.has(domain) }
}
