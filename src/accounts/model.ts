import { sha256 } from "../kernel/hash.ts"
import type { Id } from "../kernel/ids.ts"

export type AccountId = Id<"account">
export type AccountKind = "person" | "program"
export type Right = { read: boolean; write: boolean }

/** Who acts: made by authentication alone, at one place. `rights` go by collection id; none means no right. */
export type Actor = {
  account: AccountId
  kind: AccountKind
  admin: boolean
  rights: ReadonlyMap<string, Right>
  /** What the ledger calls this actor. */
  commitment: string
}

export type Account = Omit<Actor, "commitment"> & { name: string }

const NONE: Right = { read: false, write: false }

export function rightOn(actor: Actor, collection: string): Right {
  return actor.rights.get(collection) ?? NONE
}

/**
 * The name by which the ledger speaks of somebody: salted, so that with the account's deletion (and its salt's)
 * nobody can tell any more who was meant.
 */
export function commitmentOf(salt: Uint8Array, name: string): string {
  return sha256("comity/person/v1", salt, name).toString("base64")
}
