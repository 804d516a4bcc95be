import { hashPassword } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { random, sha256 } from "../kernel/hash.ts"
import { newId } from "../kernel/ids.ts"
import { record } from "../ledger/index.ts"
import type { Store, Tx } from "../store/index.ts"
import { type AccountKind, commitmentOf, OWN_USE, type Right, type Role, type Use } from "./model.ts"
import { deleteAccount, findAccount, insertAccount } from "./queries.ts"

export type NewAccount = {
  name: string
  admin: boolean
  rights: ReadonlyMap<string, Right>
  role?: Role | null
  use?: Use
}

/** A person who signs in with a password. Throws `conflict account.exists`, `invalid account.password-length`. */
export async function addPerson(store: Store, account: NewAccount, password: string): Promise<void> {
  const secret = await hashPassword(password)
  await store.write((tx) => add(tx, account, "person", secret))
}

/** A program with a bearer token of 256 random bits. The token is returned once; only its SHA-256 is kept. */
export async function addProgram(store: Store, account: NewAccount, by: string | null = null): Promise<string> {
  const token = newToken()
  await store.write((tx) => add(tx, account, "program", tokenHash(token), by))
  return token
}

export function newToken(): string {
  return `comity_${random(32).toString("base64url")}`
}

/** Takes name, rights and the salt of the ledger's commitment away; what was recorded stays, without a name. */
export async function removeAccount(store: Store, name: string, kind: AccountKind): Promise<void> {
  await store.write(async (tx) => {
    const row = await findAccount(tx, name)
    if (row === undefined || row.kind !== kind) throw new ComityError("not-found", "account.unknown", { name })
    await deleteAccount(tx, row.key)
    const facts = { account: commitmentOf(row.salt, row.name), kind }
    await record(tx, { what: "account.removed", by: null, facts })
  })
}

export function tokenHash(token: string): string {
  return sha256(token).toString("hex")
}

async function add(
  tx: Tx,
  account: NewAccount,
  kind: AccountKind,
  secret: string,
  by: string | null = null,
): Promise<void> {
  const { name, admin, rights, role = null, use = OWN_USE } = account
  if ((await findAccount(tx, name)) !== undefined) throw new ComityError("conflict", "account.exists", { name })
  const salt = random(32)
  await insertAccount(tx, {
    ...{ account: newId("account"), name, kind, admin, rights, use, secret, salt, role, createdAt: tx.now },
  })
  const facts = {
    account: commitmentOf(salt, name),
    kind,
    admin,
    ...(role === null ? {} : { role }),
    ...(kind === "program" ? { use } : {}),
    rights: Object.fromEntries([...rights].map(([id, right]) => [id, rightLetters(right)])),
  }
  await record(tx, { what: "account.added", by, facts })
}

/** `r`, `w` or `rw`. */
export function rightLetters(right: Right): string {
  return `${right.read ? "r" : ""}${right.write ? "w" : ""}`
}
