import { ComityError } from "../kernel/errors.ts"
import type { Instant } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import { type AccountId, commitmentOf, type Right, type Use } from "./model.ts"
import { newToken, rightLetters, tokenHash } from "./operations.ts"
import { listProgramRows, listSalts, type ProgramRow, saveRights, saveToken } from "./program-queries.ts"
import { deleteAccount, loadAccount, loadRights } from "./queries.ts"

/** A program that reads or writes collections over TAXII. */
export type Program = {
  account: AccountId
  name: string
  rights: ReadonlyMap<string, Right>
  use: Use
  createdAt: Instant
  lastUsedAt: Instant | null
}

/** By name. */
export async function listPrograms(reader: Reader): Promise<Program[]> {
  const rows = await listProgramRows(reader)
  return Promise.all(rows.map((row) => programOf(reader, row)))
}

/** Throws `not-found account.gone` for what is no program. */
export async function loadProgram(reader: Reader, account: AccountId): Promise<Program> {
  return programOf(reader, await rowOf(reader, account))
}

async function programOf(reader: Reader, row: ProgramRow): Promise<Program> {
  const { key, id: account, name, serves, purpose, created_at: createdAt, last_used_at: lastUsedAt } = row
  return { account, name, rights: await loadRights(reader, key), use: { serves, purpose }, createdAt, lastUsedAt }
}

/** The rights that it has from now on; the authenticator must forget what it knew. */
export async function changeRights(
  store: Store,
  account: AccountId,
  rights: ReadonlyMap<string, Right>,
  by: string | null,
): Promise<void> {
  await store.write(async (tx) => {
    const row = await rowOf(tx, account)
    await saveRights(tx, row.key, rights)
    const letters = Object.fromEntries([...rights].map(([id, right]) => [id, rightLetters(right)]))
    await record(tx, { what: "program.rights-changed", by, facts: { account: commitment(row), rights: letters } })
  })
}

/** A new token instead of the old one, which stops working at once; returned once. */
export async function renewToken(store: Store, account: AccountId, by: string | null): Promise<string> {
  const token = newToken()
  await store.write(async (tx) => {
    const row = await rowOf(tx, account)
    await saveToken(tx, row.key, tokenHash(token))
    await record(tx, { what: "program.token-renewed", by, facts: { account: commitment(row) } })
  })
  return token
}

/** With its rights and the salt of its commitment: what is recorded stays, without a name. */
export async function removeProgram(store: Store, account: AccountId, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const row = await rowOf(tx, account)
    await deleteAccount(tx, row.key)
    await record(tx, { what: "account.removed", by, facts: { account: commitment(row), kind: "program" } })
  })
}

/** Who is meant where the ledger names somebody: of accounts that are still there, by their commitment. */
export async function namesByCommitment(reader: Reader): Promise<Map<string, string>> {
  const rows = await listSalts(reader)
  return new Map(rows.map(({ salt, name }) => [commitmentOf(salt, name), name]))
}

async function rowOf(reader: Reader | Tx, account: AccountId): Promise<ProgramRow> {
  const row = await loadAccount(reader, account)
  if (row.kind !== "program") throw new ComityError("not-found", "account.gone")
  return row
}

function commitment({ salt, name }: ProgramRow): string {
  return commitmentOf(salt, name)
}
