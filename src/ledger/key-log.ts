import { type KeyFiles, newKeyPair, type Signer, signerOf } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader, Store } from "../store/index.ts"
import { eventInstant } from "./entry.ts"
import { ensureOwnLogs, journal } from "./journal.ts"
import { changeIn, inceptStatement, type KeyState, keyStateOf } from "./key-statements.ts"
import { findLog, findOwnLog, type JournalRow, journalEntries } from "./queries.ts"

/**
 * The node's keys at start. The first start makes three: the current one, the next one, to whose hash the key log
 * commits (pre-rotation), and one for recovery. Files come before the database, so a crash in between is mended by
 * the next start. Throws `unavailable key.lost` where there is a database but no key: a node never takes a new
 * identity by itself.
 */
export function loadOrCreateKeys(files: KeyFiles, firstStart: boolean): Signer {
  if (!files.has("current")) {
    if (!firstStart) throw new ComityError("unavailable", "key.lost")
    files.save("recovery", newKeyPair())
    files.save("next", newKeyPair())
    files.save("current", newKeyPair())
  }
  return signerOf(files.load("current"))
}

/** Writes the key log's `incept` entry if it is not there yet (design section 5). */
export async function inceptKeyLog(store: Store, files: KeyFiles): Promise<void> {
  await store.write(async (tx) => {
    await ensureOwnLogs(tx)
    const log = await findLog(tx, (await findOwnLog(tx, "keys")) as number)
    if (log.size > 0) return
    const [next, recovery] = [files.load("next").publicKey, files.load("recovery").publicKey]
    const facts = inceptStatement({ current: files.load("current").publicKey, next, recovery })
    await journal(tx, "keys", { what: "key.incept", by: null, facts })
  })
}

/** The statements of this node's key log, in order, each as it was signed: what shows others which key is its own. */
export async function ownStatements(reader: Reader): Promise<Buffer[]> {
  return (await keyLogRows(reader)).map(({ body }) => Buffer.from(body))
}

/** What the node's own key log says of its keys. */
export async function ownKeyState(reader: Reader): Promise<KeyState> {
  return keyStateOf(await ownStatements(reader))
}

/** A change of the node's keys, and the key that it brought; none for a revocation. */
export type KeyEvent = { at: Instant; type: "incept" | "rotate" | "revoke" | "recover"; current: Buffer | null }

export async function keyHistory(reader: Reader): Promise<KeyEvent[]> {
  const rows = await keyLogRows(reader)
  return rows.map(({ header, body }) => ({ at: eventInstant(header), ...changeIn(body) }))
}

async function keyLogRows(reader: Reader): Promise<JournalRow[]> {
  const log = (await findOwnLog(reader, "keys")) as number
  return reader.all<JournalRow>(journalEntries(log, 0, Number.MAX_SAFE_INTEGER))
}
