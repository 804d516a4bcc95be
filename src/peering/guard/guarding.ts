import { ComityError } from "../../kernel/errors.ts"
import { findLog, openLog, record, setGuarded } from "../../ledger/index.ts"
import { type Collection, loadCollectionByKey, lostEntries, succeed } from "../../library/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import { openFrom } from "../receipt-queries.ts"
import { askForOpen } from "./answering-again.ts"
import {
  addConfirmation,
  cosignedLogs,
  deleteGuard,
  findGuard,
  type Guard,
  insertGuard,
  setMissing,
  type Witness,
  witnessesOf,
} from "./queries.ts"

/** So many people of the operator can answer in the place of those who cosigned. */
export const PEOPLE_NEEDED = 2

/**
 * At every start: a database may be a restored backup, and a log that goes on from an older state than it once signed
 * has two histories. What others cosigned they can tell; until then nothing is signed in it. What was answered meanwhile
 * is asked for again. Returns how many logs wait.
 */
export async function guardLogs(store: Store): Promise<number> {
  const isNeeded = async (reader: Reader) => (await cosignedLogs(reader)).length + (await openFrom(reader)).length > 0
  if (!(await isNeeded(store))) return 0
  return store.write(async (tx) => {
    const logs = await cosignedLogs(tx)
    for (const log of logs) await guard(tx, log)
    await askForOpen(tx)
    return logs.length
  })
}

/** Answers that were given before count no more. */
export async function guard(tx: Tx, log: number): Promise<void> {
  await insertGuard(tx, log)
  await setGuarded(tx, log, 1)
}

/** How the answers stand that were given so far. */
export type Standing = { cosigners: number; agree: number; answered: number }

/** A cosigner that knows nothing any more of what it cosigned says nothing. */
export function standingOf(witnesses: readonly Witness[], size: number): Standing {
  const cosigners = witnesses.filter(({ cosigned }) => cosigned > 0)
  const answered = cosigners.filter((one) => one.size !== null)
  const agree = answered.filter((one) => (one.size ?? -1) >= 0 && (one.size ?? 0) <= size)
  return { cosigners: cosigners.length, agree: agree.length, answered: answered.length }
}

/**
 * What follows from what is known now: the log is free if most of its cosigners hold nothing newer; it is given up if
 * something newer was signed and nobody who could be asked has all of it.
 */
export async function settleGuard(tx: Tx, log: number): Promise<void> {
  const found = await findGuard(tx, log)
  if (found === null) return
  if (found.guarded !== 1) return
  const { cosigners, agree, answered } = standingOf(await witnessesOf(tx, log), found.size)
  const missing = found.missing === null || checkpointIn(found.missing).size <= found.size ? null : found.missing
  if (missing !== found.missing) await setMissing(tx, log, missing)
  if (missing !== null) {
    if (answered === cosigners) await giveUp(tx, found, { checkpoint: missing, closes: false })
    return
  }
  const collection = await loadCollectionByKey(tx, found.collection)
  if (collection.closedAt === null && (await lostEntries(tx, found.collection, 1)).length > 0) {
    if (answered === cosigners)
      await giveUp(tx, found, { checkpoint: (await findLog(tx, log)).checkpoint, closes: true })
    return
  }
  if (agree * 2 > cosigners) await free(tx, log)
}

/**
 * Signed anew in passing, since the node's key may be another by now; nothing of the tree changes. Those who did not
 * answer yet are still asked: what they were served has to be known.
 */
async function free(tx: Tx, log: number): Promise<void> {
  await setGuarded(tx, log, 0)
  await openLog(tx, log)
}

/**
 * The log cannot go on. Where every entry's place in it is known, it closes by its own last entry; else it is left as it
 * is for ever. A successor takes its place, and names the last checkpoint.
 */
export async function giveUp(tx: Tx, found: Guard, end: { checkpoint: string; closes: boolean }): Promise<void> {
  const collection: Collection = await loadCollectionByKey(tx, found.collection)
  await deleteGuard(tx, found.log)
  await setGuarded(tx, found.log, end.closes ? 0 : 2)
  const successor = collection.closedAt === null ? await succeed(tx, collection, end) : null
  const facts = { collection: found.id, size: found.size, signed: checkpointIn(end.checkpoint).size, successor }
  await record(tx, { what: "guard.given-up", by: null, facts })
}

/**
 * A person of the operator answers for it that nothing newer was ever signed: the second one frees the log. Returns how
 * many did. Throws `not-found guard.none`, `conflict guard.more-signed` where the opposite is proven.
 */
export async function confirmGuard(tx: Tx, log: number, person: string): Promise<number> {
  const found = await findGuard(tx, log)
  if (found?.guarded !== 1) throw new ComityError("not-found", "guard.none")
  if (found.missing !== null) throw new ComityError("conflict", "guard.more-signed")
  const people = await addConfirmation(tx, log, person)
  await record(tx, { what: "guard.confirmed", by: person, facts: { collection: found.id, people: people.length } })
  if (people.length >= PEOPLE_NEEDED) await free(tx, log)
  return people.length
}
