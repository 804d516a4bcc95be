import { ComityError } from "../kernel/errors.ts"
import { newId } from "../kernel/ids.ts"
import { ownStatements, record } from "../ledger/index.ts"
import type { Reader, Tx } from "../store/index.ts"
import { CardDetails } from "./card.ts"
import { type Fingerprint, fingerprintOf } from "./fingerprint.ts"
import type { Party, PartyId } from "./model.ts"
import { insertOwnParty, ownDetails, ownParty, saveOwnDetails } from "./queries.ts"

/**
 * Names the party that runs this node; within the transaction that sets the node up. Throws `conflict party.exists`:
 * a node has one party for good, since what it releases is released in that party's name.
 */
export async function addOwnParty(tx: Tx, party: Omit<Party, "id">, by: string | null): Promise<Party> {
  if ((await ownParty(tx)) !== null) throw new ComityError("conflict", "party.exists")
  const own = { ...party, id: newId("identity") }
  await insertOwnParty(tx, own)
  await record(tx, { what: "party.added", by, facts: { ...own } })
  return own
}

/** Throws `unavailable party.missing` until the node is set up. */
export async function loadOwnParty(reader: Reader): Promise<Party> {
  const own = await ownParty(reader)
  if (own === null) throw new ComityError("unavailable", "party.missing")
  return own
}

/** What the own card says beside name and kind: the place of the party until somebody wrote it. */
export async function loadDetails(reader: Reader): Promise<CardDetails> {
  const own = await loadOwnParty(reader)
  const kept = await ownDetails(reader)
  return CardDetails.parse(kept === null ? { places: [own.place] } : JSON.parse(kept))
}

export async function saveDetails(tx: Tx, details: CardDetails, by: string | null): Promise<void> {
  await saveOwnDetails(tx, JSON.stringify(details))
  await record(tx, { what: "party.card-changed", by, facts: {} })
}

/** By what the people of other nodes know this one; null until it is set up. */
export async function ownFingerprint(reader: Reader): Promise<(Fingerprint & { party: PartyId }) | null> {
  const [own, [incept]] = await Promise.all([ownParty(reader), ownStatements(reader)])
  if (own === null || incept === undefined) return null
  return { party: own.id, ...fingerprintOf(own.id, incept) }
}
