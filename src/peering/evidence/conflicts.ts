import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { type Conflict, type Contradiction, claimOf, conflictFile, readConflict, record } from "../../ledger/index.ts"
import { loadCollectionByKey } from "../../library/index.ts"
import { findPeerByKey, type Peer, readStatements } from "../../parties/index.ts"
import type { Store, Tx } from "../../store/index.ts"
import { bodyOf } from "../bodies.ts"
import { type Feed, feedOfOrigin, setFeedState } from "../feeds/queries.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { enqueue } from "../outbox.ts"
import {
  countConflictsOf,
  findConflict,
  type How,
  insertConflict,
  insertTold,
  setSettled,
  setUnsettled,
  type Untold,
  untoldConflicts,
} from "./queries.ts"

/** A log that is broken once is broken: what comes after so many proves nothing more. */
const KEPT_MOST = 20

/**
 * Two checkpoints of a feed contradict each other: the feed stops, the proof is kept, and the peers that read the same
 * log are told. All in the transaction of what was found.
 */
export async function keepContradiction(tx: Tx, feed: Feed, found: Contradiction, how: How): Promise<void> {
  const file = fileOf(await readStatements(tx, feed.peer), found)
  if (file !== null) return keepConflict(tx, feed, { file, how, toldBy: null })
  // Its owner shows it itself, so it stops all the same; what somebody else shows may be a thief's, of a key that ended.
  if (how !== "witnessed") await setFeedState(tx, feed.key, "broken")
}

/** Null where a key has ended since, and nothing here says up to which size it counted: then it convinces nobody else. */
function fileOf(statements: readonly Buffer[], found: Contradiction): Buffer | null {
  try {
    return conflictFile(statements, found)
  } catch (error) {
    if (error instanceof ComityError && error.code === "conflict.unsigned") return null
    throw error
  }
}

async function keepConflict(
  tx: Tx,
  feed: Feed,
  { file, how, toldBy }: { file: Buffer; how: How; toldBy: Peer | null },
): Promise<void> {
  const { log, id } = await loadCollectionByKey(tx, feed.collection)
  const hash = sha256(file)
  const known = await findConflict(tx, hash)
  await setFeedState(tx, feed.key, "broken")
  if (known !== null) {
    if (known.settledAt !== null) await setUnsettled(tx, hash)
    if (toldBy !== null) await insertTold(tx, known.key, toldBy.key)
    return
  }
  if ((await countConflictsOf(tx, log)) >= KEPT_MOST) return
  const { first, second } = readConflict(file)
  const sizes = { firstSize: first.size, secondSize: second.size }
  const conflict = await insertConflict(tx, { log, hash, file, ...sizes, how, toldBy: toldBy?.party ?? null })
  const party = (await findPeerByKey(tx, feed.peer))?.party ?? ""
  const facts = {
    party,
    collection: id,
    file: hash.toString("base64"),
    sizes: [first.size, second.size],
    how,
    by: toldBy?.party ?? null,
  }
  await record(tx, { what: "feed.conflicting", by: null, facts })
  if (toldBy !== null) await insertTold(tx, conflict, toldBy.key)
  await tellUntold(tx, await untoldConflicts(tx, { log }))
}

async function tellUntold(tx: Tx, untold: readonly Untold[]): Promise<void> {
  for (const { conflict, peer, file } of untold) {
    await enqueue(tx, { key: peer }, "conflict", Buffer.from(file))
    await insertTold(tx, conflict, peer)
  }
}

/** Shows a peer what came to light about common logs before it was known to read them, or while the relation paused. */
export async function tellConflicts(store: Store, peer: number): Promise<void> {
  if ((await untoldConflicts(store, { peer })).length === 0) return
  await store.write(async (tx) => tellUntold(tx, await untoldConflicts(tx, { peer })))
}

/**
 * `conflict`: a peer that reads the same log shows two checkpoints of it that cannot both be true. Nothing of that is
 * believed that the file does not prove. Throws `not-found checkpoint.unknown-log`, and as `readConflict`.
 */
export async function takeConflict({ store }: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const claim = claimOf(message.body)
  const claimed = await feedOfOrigin(store, claim.origin)
  if (claimed === null) throw new ComityError("not-found", "checkpoint.unknown-log")
  // Each statement costs a signature to follow: nobody makes us follow the long chain of somebody else.
  requireSame(await readStatements(store, claimed.peer), claim.statements)
  const conflict = readConflict(message.body)
  await store.write(async (tx) => {
    await message.admit(tx)
    const feed = await feedOfOrigin(tx, conflict.origin)
    if (feed === null) throw new ComityError("not-found", "checkpoint.unknown-log")
    await requireOwner(tx, feed, conflict)
    await keepConflict(tx, feed, { file: message.body, how: "told", toldBy: message.peer })
  })
  return { body: bodyOf({ v: 1 }) }
}

/**
 * The keys in the file must be the owner's, as its own key log says. A shorter chain than the one known here may leave
 * out that a key ended: then the checkpoints must hold under the longer one too.
 */
async function requireOwner(tx: Tx, feed: Feed, { statements, contradiction }: Conflict): Promise<void> {
  const known = await readStatements(tx, feed.peer)
  requireSame(known, statements)
  if (statements.length < known.length) conflictFile(known, contradiction)
}

/** So many changes of an owner's keys may have happened of which nobody told us. */
const AHEAD_MOST = 50

/** Throws `refused conflict.unsigned` unless one chain goes on where the other ends. */
function requireSame(known: readonly Buffer[], said: readonly Buffer[]): void {
  const [shorter, longer] = said.length < known.length ? [said, known] : [known, said]
  const same = shorter.every((statement, i) => longer[i]?.equals(statement))
  if (!same || said.length > known.length + AHEAD_MOST) throw new ComityError("refused", "conflict.unsigned")
}

/**
 * After people talked: what is held here goes on, and the conflicts are laid aside. Should the owner show the other
 * history again, the feed stops again. Throws `conflict feed.not-broken`.
 */
export async function settleConflicts(tx: Tx, feed: Feed, by: string | null): Promise<void> {
  if (feed.state !== "broken") throw new ComityError("conflict", "feed.not-broken")
  const { log, id, closedAt } = await loadCollectionByKey(tx, feed.collection)
  await setFeedState(tx, feed.key, closedAt === null ? "open" : "closed")
  await setSettled(tx, log, by)
  const party = (await findPeerByKey(tx, feed.peer))?.party ?? ""
  await record(tx, { what: "feed.settled", by, facts: { party, collection: id } })
}
