import { canonicalize, type Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { formatInstant } from "../kernel/time.ts"
import type { Tx } from "../store/index.ts"
import { entryHash, eventHeaderText } from "./entry.ts"
import { appendEntry, createLog, nextInstant, openLog } from "./log.ts"
import { findOwnLog, insertJournalEntry } from "./queries.ts"

/** Something that happened at this node. `by` is a person's commitment or a program's, never a name. */
export type Happening = { what: string; by: string | null; facts: { [key: string]: Json } }

/** Puts a happening into the node's own ledger, within the transaction that makes it happen. */
export async function record(tx: Tx, happening: Happening): Promise<void> {
  await journal(tx, "ledger", happening)
}

/** One entry of a log whose bodies are the node's own: the ledger or the key log. */
export async function journal(tx: Tx, kind: "ledger" | "keys", happening: Happening): Promise<void> {
  const key = await findOwnLog(tx, kind)
  if (key === null) throw new ComityError("unavailable", "log.unknown")
  const log = await openLog(tx, key)
  const at = formatInstant(nextInstant(tx, log))
  const header = eventHeaderText({ at, what: happening.what, by: happening.by })
  const body = Buffer.from(canonicalize(happening.facts))
  const salt = random(32)
  const h = entryHash(salt, header, body)
  await insertJournalEntry(tx, key, { seq: appendEntry(log, h), salt, h, header, body })
}

/** Creates the node's own logs at the first start; later starts find them. */
export async function ensureOwnLogs(tx: Tx): Promise<void> {
  for (const kind of ["keys", "ledger"] as const) {
    if ((await findOwnLog(tx, kind)) === null) await createLog(tx, kind)
  }
}
