import sql from "sql-template-tag"
import { z } from "zod"
import { ComityError } from "../../kernel/errors.ts"
import { plusMicroseconds } from "../../kernel/time.ts"
import type { Applied, Collection } from "../../library/index.ts"
import { loadCollectionByKey } from "../../library/index.ts"
import { findPeer } from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { feedOfOrigin } from "../feeds/queries.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { enqueue } from "../outbox.ts"
import { countWaitingOf, waits } from "../queries.ts"
import { insertDue, openFrom } from "../receipt-queries.ts"
import { ANSWER_WITHIN, answerFor } from "../receipts.ts"
import { unasked } from "./queries.ts"

const Again = z.strictObject({ v: z.literal(1), origin: z.string().max(200), from: z.int().nonnegative() })
const ANSWERS_MOST = 10_000
/** Messages with receipts that may wait for one partner before it gets more of them by asking. */
const WAITING_MOST = 20

/**
 * Entries that came back may ask something of those who have them, and what was answered is lost with them: it is
 * noted as due again, and they are asked to answer again.
 */
export async function askAgain(tx: Tx, collection: Collection, party: string, from: number): Promise<void> {
  const asks = await unasked(tx, { collection: collection.key, party, from })
  for (const { seq, kind } of asks) {
    await insertDue(tx, { collection: collection.key, seq, party, kind, due: plusMicroseconds(tx.now, ANSWER_WITHIN) })
  }
  const peer = asks.length === 0 ? null : await findPeer(tx, party)
  if (peer !== null) await enqueue(tx, peer, "answer-again", bodyOf({ v: 1, origin: collection.origin, from }))
}

/** An older database may know what was asked and not what was answered: who owes an answer is asked again. */
export async function askForOpen(tx: Tx): Promise<void> {
  for (const { peer, origin, seq } of await openFrom(tx)) {
    const body = bodyOf({ v: 1, origin, from: seq })
    if (!(await waits(tx, peer, "answer-again", body))) await enqueue(tx, { key: peer }, "answer-again", body)
  }
}

/** `answer-again`: the owner of a log lost our answers to its entries from that one on. */
export async function answerAgain({ store, self }: PeeringParts, message: PeerMessage): Promise<PeerAnswer> {
  const { peer } = message
  const { origin, from } = parseBody(Again, message.body)
  await store.write(async (tx) => {
    await message.admit(tx)
    const feed = await feedOfOrigin(tx, origin)
    if (feed === null || feed.peer !== peer.key) throw new ComityError("not-found", "checkpoint.unknown-log")
    // It asks in two lines for a megabyte: whoever does so without fetching it waits for what is there already.
    if ((await countWaitingOf(tx, peer.key, "receipts")) >= WAITING_MOST) {
      throw new ComityError("slow-down", "peer.quota", { seconds: 60 })
    }
    const mirror = await loadCollectionByKey(tx, feed.collection)
    const answered = { peer, remote: feed.remote, origin, mirror: mirror.key }
    await answerFor(tx, self, answered, await appliedSince(tx, mirror, from))
  })
  return { body: bodyOf({ v: 1 }) }
}

/** What became here of entries that want an answer; nothing is owed anew for them. */
async function appliedSince(reader: Reader, mirror: Collection, from: number): Promise<Applied[]> {
  type Row = Pick<Applied, "seq" | "kind"> & { h: Uint8Array; aside: number; at: Applied["told"] }
  const rows = await reader.all<Row>(
    sql`select seq, kind, h, kept is not null and withdrawn_by is null as aside, date_added as at from entry
        where collection = ${mirror.key} and seq >= ${from} and kind in ('mark', 'revoke', 'recall', 'erase')
        order by seq limit ${ANSWERS_MOST} + 0`,
  )
  return rows.map(({ seq, kind, h, aside, at }) => ({
    ...{ seq, kind, h: Buffer.from(h), told: at, heldSince: null },
    ...{ result: aside === 1 ? "refused" : "applied", reason: aside === 1 ? "conflict" : null },
  }))
}
