import {
  addFirstAdministrator,
  type Browser,
  hasAdministrator,
  type Role,
  type Sessions,
  useSetupLink,
} from "../accounts/index.ts"
import type { Language } from "../http/index.ts"
import { addOwnParty, ownParty, type Party } from "../parties/index.ts"
import type { Reader, Store } from "../store/index.ts"

/** What is still missing; nothing, once a node has its party and somebody who can let others in. */
export type Missing = { party: boolean; administrator: boolean }

export type Setup = {
  party: Omit<Party, "id"> | null
  administrator: { name: string; role: Role | null; language: Language } | null
}

export async function missingOf(reader: Reader): Promise<Missing> {
  return { party: (await ownParty(reader)) === null, administrator: !(await hasAdministrator(reader)) }
}

export async function needsSetup(reader: Reader): Promise<boolean> {
  const { party, administrator } = await missingOf(reader)
  return party || administrator
}

/**
 * Names the party and adds the first administrator, all of it or nothing. Returns what that administrator's browser
 * keeps; null where there was an administrator already. Throws `not-found link.setup`, `conflict account.exists`.
 */
export async function setUp(
  store: Store,
  sessions: Sessions,
  token: string,
  { party, administrator }: Setup,
  browser: Browser,
): Promise<string | null> {
  return store.write(async (tx) => {
    await useSetupLink(tx, token)
    const missing = await missingOf(tx)
    if (missing.party && party !== null) await addOwnParty(tx, party, null)
    if (!missing.administrator) return null
    if (administrator === null) throw new Error("the last administrator left while the form was sent")
    return addFirstAdministrator(tx, sessions, administrator, browser)
  })
}
