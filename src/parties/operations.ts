import { ComityError } from "../kernel/errors.ts"
import { newId } from "../kernel/ids.ts"
import { record } from "../ledger/index.ts"
import type { Tx } from "../store/index.ts"
import type { Party } from "./model.ts"
import { insertOwnParty, ownParty } from "./queries.ts"

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
