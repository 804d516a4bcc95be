import { addNewcomer, nameless } from "../../src/accounts/people.ts"
import type { InProcess } from "./node-in-process.ts"

type Node = Pick<InProcess, "store" | "meddle">

/** An officer who can sign in; the commitment by which the ledger speaks of that person. */
export async function addOfficer({ store, meddle }: Node, name: string): Promise<string> {
  const row = await store.write((tx) => addNewcomer(tx, { name, role: "officer", administrator: false }, null))
  meddle("update account set secret = 'x' where key = ?", row.key)
  return nameless(row)
}

/** From now on that person may only read. */
export async function dismissOfficer({ meddle }: Node, name: string): Promise<void> {
  meddle("update account set role = 'reader' where name = ?", name)
}
