import { z } from "zod"
import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { newId } from "../kernel/ids.ts"
import { record } from "../ledger/index.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import { deleteCredentials } from "./credential-queries.ts"
import { type AccountId, commitmentOf, OWN_USE, type Role } from "./model.ts"
import {
  type AccountRow,
  countAdministrators,
  deleteAccount,
  findAccount,
  findByKey,
  insertAccount,
  listColleagueRows,
  listOfficerRows,
  loadAccount,
  saveRoles,
} from "./queries.ts"
import { endSessions } from "./sessions.ts"

/** No colon, which HTTP Basic puts behind a name, and no controls. */
export const Name = z
  .string()
  .trim()
  .min(1, "people.missing-name")
  .max(200)
  .regex(/^[^\p{Cc}:]+$/u, "people.unusable-name")

export type Roles = { role: Role | null; administrator: boolean }

/** Throws `not-found account.gone` for a program too. */
export async function loadPerson(reader: Reader, id: AccountId): Promise<AccountRow> {
  const row = await loadAccount(reader, id)
  if (row.kind !== "person") throw new ComityError("not-found", "account.gone")
  return row
}

/** By the name with which one signs in; throws `not-found account.gone`. */
export async function personCalled(reader: Reader, name: string): Promise<{ commitment: string; role: Role | null }> {
  const row = await findAccount(reader, name)
  if (row?.kind !== "person") throw new ComityError("not-found", "account.gone")
  return { commitment: nameless(row), role: row.role }
}

export async function loadByKey(reader: Reader, key: number): Promise<AccountRow> {
  const row = await findByKey(reader, key)
  if (row === undefined) throw new ComityError("not-found", "account.gone")
  return row
}

/** Somebody of this node who can sign in, and what the ledger calls that person. */
export type Colleague = { commitment: string; name: string; role: Role }

export async function colleagues(reader: Reader): Promise<Colleague[]> {
  const rows = await listColleagueRows(reader)
  return rows.flatMap((row) =>
    row.role === null ? [] : [{ commitment: nameless(row), name: row.name, role: row.role }],
  )
}

/** Commitments of those who may decide on a release. */
export async function officers(reader: Reader): Promise<Set<string>> {
  const people = await colleagues(reader)
  return new Set(people.filter(({ role }) => role === "officer").map(({ commitment }) => commitment))
}

/** Whether the person of a commitment is an officer now. */
export async function isOfficer(reader: Reader, commitment: string): Promise<boolean> {
  return (await listOfficerRows(reader)).some((row) => nameless(row) === commitment)
}

/** What the ledger calls the person of a row. */
export function nameless({ salt, name }: Pick<AccountRow, "salt" | "name">): string {
  return commitmentOf(salt, name)
}

/**
 * A person who has nothing yet to sign in with; within the transaction that invites or sets up. Throws
 * `conflict account.exists`.
 */
export async function addNewcomer(tx: Tx, person: Roles & { name: string }, by: string | null): Promise<AccountRow> {
  const { name, role, administrator: admin } = person
  if ((await findAccount(tx, name)) !== undefined) throw new ComityError("conflict", "account.exists", { name })
  const [account, salt] = [newId("account"), random(32)]
  const facts = { account: commitmentOf(salt, name), kind: "person", admin, role }
  const rest = { kind: "person", rights: new Map(), use: OWN_USE, secret: "", createdAt: tx.now } as const
  const key = await insertAccount(tx, { account, name, admin, role, salt, ...rest })
  await record(tx, { what: "account.added", by, facts })
  return loadByKey(tx, key)
}

/** Bites at once: the sessions of this person end. Throws `conflict account.last-administrator`. */
export async function changeRoles(store: Store, account: AccountId, roles: Roles, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const person = await loadPerson(tx, account)
    const { role, administrator } = roles
    if (person.role === role && (person.admin === 1) === administrator) return
    if (!administrator) await requireAnother(tx, person)
    await saveRoles(tx, person.key, role, administrator)
    const facts = { account: nameless(person), role, administrator }
    await record(tx, { what: "account.roles-changed", by, facts })
    await endSessions(tx, person, by)
  })
}

/** With everything the person could sign in with. Throws `conflict account.last-administrator`. */
export async function removePerson(store: Store, account: AccountId, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const person = await loadPerson(tx, account)
    await requireAnother(tx, person)
    await endSessions(tx, person, by)
    await deleteAccount(tx, person.key)
    await record(tx, { what: "account.removed", by, facts: { account: nameless(person), kind: "person" } })
  })
}

/** Whoever lost a device begins anew: what was there before must not open anything any more. */
export async function clearCredentials(tx: Tx, person: AccountRow, by: string | null): Promise<void> {
  await endSessions(tx, person, by)
  await deleteCredentials(tx, person.key)
}

/** Somebody must be able to let others in. */
async function requireAnother(tx: Tx, { admin, key }: AccountRow): Promise<void> {
  if (admin === 1 && (await countAdministrators(tx, key)) === 0) {
    throw new ComityError("conflict", "account.last-administrator")
  }
}
