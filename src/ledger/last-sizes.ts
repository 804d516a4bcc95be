import { z } from "zod"
import { ComityError } from "../kernel/errors.ts"
import type { Instant } from "../kernel/time.ts"
import type { Reader } from "../store/index.ts"
import { openCheckpoint } from "./checkpoint.ts"
import { eventInstant } from "./entry.ts"
import { ownKeyState } from "./key-log.ts"
import { countsUnder, keysOf } from "./key-statements.ts"
import { verifierOf } from "./note.ts"
import { findOwnLog, readJournal } from "./queries.ts"

// The key log says by hashes which sizes logs had when a key ended, so that it tells nobody of logs that are not for
// him. The ledger, which stays at home, says it in numbers.

/** A log's name, and its size when a key ended: up to there what that key signed counts. */
export type Ended = [origin: string, size: number]

const Sizes = z.object({ sizes: z.array(z.tuple([z.string(), z.int().nonnegative()])) })
const CHANGES = ["key.rotated", "key.revoked", "key.recovered"]
const CHANGES_MOST = 10_000
const STEP = 256

/** Whether a checkpoint of one of this node's logs is signed by a key of this node that counts at its size. */
export async function isOwnCheckpoint(
  reader: Reader,
  note: string,
  log: { origin: string; size: number },
): Promise<boolean> {
  const state = await ownKeyState(reader)
  const { origin, size } = log
  const key = keysOf(state).find((one) => isSignedBy(note, origin, one))
  if (key === undefined) return false
  const sizes = key.equals(state.signs) ? [null] : await lastSizes(reader, origin)
  return sizes.some((lastSize) => countsUnder(state, key, { origin, size, lastSize }))
}

/** Whether this key's signature stands under the checkpoint of a log, and is right. */
export function isSignedBy(note: string, origin: string, key: Buffer): boolean {
  try {
    openCheckpoint(note, verifierOf(origin, key))
    return true
  } catch (error) {
    if (error instanceof ComityError && error.kind === "refused") return false
    throw error
  }
}

async function lastSizes(reader: Reader, origin: string): Promise<number[]> {
  const ledger = await findOwnLog(reader, "ledger")
  if (ledger === null) return []
  const range = { from: Number.MAX_SAFE_INTEGER, lowest: 0, whats: CHANGES, most: CHANGES_MOST }
  const rows = await readJournal(reader, ledger, range)
  return rows.flatMap(({ body }) =>
    Sizes.parse(JSON.parse(Buffer.from(body).toString("utf8")))
      .sizes.filter(([name]) => name === origin)
      .map(([, size]) => size),
  )
}

/** How many entries the ledger or the key log had at that moment. */
export async function entriesOfOwnUntil(reader: Reader, log: number, at: Instant): Promise<number> {
  for (let from = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await readJournal(reader, log, { from, lowest: 0, whats: null, most: STEP })
    const last = rows.find(({ header }) => eventInstant(header) <= at)
    if (last !== undefined) return last.seq + 1
    const lowest = rows.at(-1)?.seq ?? 0
    if (lowest === 0) return 0
    from = lowest - 1
  }
}
