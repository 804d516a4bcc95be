import type { Language, Theme } from "../http/index.ts"
import { sha256 } from "../kernel/hash.ts"
import type { Id } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"

export type AccountId = Id<"account">
export type AccountKind = "person" | "program"
export type Right = { read: boolean; write: boolean }

export const SERVED = ["party", "constituents"] as const
/** For whom a program reads, this node's party or those whom that serves, and for which purpose of the terms. */
export type Use = { serves: (typeof SERVED)[number]; purpose: string }
export const OWN_USE: Use = { serves: "party", purpose: "defence" }

/** Who acts: made by authentication alone, at one place. `rights` go by collection id; none means no right. */
export type Actor = {
  account: AccountId
  kind: AccountKind
  admin: boolean
  rights: ReadonlyMap<string, Right>
  use: Use
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

export const roles = ["reader", "analyst", "officer"] as const
/** What a person may do with what the node holds; each includes the ones before it. */
export type Role = (typeof roles)[number]

/** Somebody who opens pages. Rights on collections open TAXII alone, a role opens pages alone. */
export type Person = {
  account: AccountId
  name: string
  /** What the ledger calls this person. */
  commitment: string
  role: Role | null
  /** Runs the node, and is not thereby a reader. */
  administrator: boolean
  language: Language | null
  theme: Theme | null
}

export type SessionId = Id<"session">
/** How somebody came in; `password` and `link` alone open nothing but adding a second factor. */
export type Method = "passkey" | "code" | "openid" | "password" | "link"

export type SignedIn = {
  person: Person
  session: SessionId
  /** When this person last proved who it is. */
  provenAt: Instant
  state: "full" | "enrolling"
}

/** A reader is nobody above; the administrator stands beside the three. */
export function mayAs(person: Person, role: Role | "administrator"): boolean {
  if (role === "administrator") return person.administrator
  return person.role !== null && roles.indexOf(person.role) >= roles.indexOf(role)
}
