import { ComityError } from "../../kernel/errors.ts"
import { DAY, type Instant } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { findPeerByKey, isActive, type Peer } from "../../parties/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { bodyOf } from "../bodies.ts"
import type { PeerAnswer, PeeringParts, PeerMessage } from "../model.ts"
import { enqueue } from "../outbox.ts"
import {
  deleteExchange,
  deleteWaiting,
  type ExchangeRow,
  findExchange,
  insertExchange,
  setCounts,
  setOurs,
  setSaid,
  setTheirs,
  setToldAt,
} from "./exchange-queries.ts"
import { readKept, readStatement, statementBody, type Told, toldOf } from "./message.ts"

const KIND = "counts"
/** Microseconds between two tellings: figures of every day would show what a single day brought. */
const EVERY = 7 * DAY
/** A statement dated further ahead would silence all that follow. */
const AHEAD_MOST = DAY

/** Whether counts are exchanged with a partner, and what it told. */
export type Exchange = {
  ours: boolean
  theirs: boolean
  /** When and by whom ours was last switched; null: never. */
  changed: { at: Instant; by: string | null } | null
  /** When ours were last put into words for it. */
  toldAt: Instant | null
  /** What it told last, while both exchange. */
  told: { at: Instant; counts: readonly Told[] } | null
}

export async function loadExchange(reader: Reader, peer: Peer): Promise<Exchange> {
  const row = await findExchange(reader, peer.key)
  if (row === null) return { ours: false, theirs: false, changed: null, toldAt: null, told: null }
  const [ours, theirs] = [row.ours === 1, row.theirs === 1]
  const counts = ours && theirs && isActive(peer) ? readKept(row.counts) : null
  return {
    ...{ ours, theirs, toldAt: row.toldAt },
    changed: row.saidAt === null ? null : { at: row.changedAt, by: row.changedBy },
    told: counts === null || row.countsAt === null ? null : { at: row.countsAt, counts },
  }
}

/**
 * Begins or ends the exchange of counts with a partner, and tells it. With the end all that it told is deleted here, and
 * it is asked to do the same. Throws `conflict peer.not-active` for a partner to whom nothing goes.
 */
export async function switchCounts(store: Store, peer: Peer, on: boolean, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const now = await findPeerByKey(tx, peer.key)
    if (now === null) throw new ComityError("not-found", "peer.unknown")
    if (on && !isActive(now)) throw new ComityError("conflict", "peer.not-active")
    await insertExchange(tx, peer.key)
    const row = await rowOf(tx, peer.key)
    if ((row.ours === 1) === on) return
    await setOurs(tx, peer.key, on, by)
    if (!on) await setCounts(tx, peer.key, null, null)
    await state(tx, peer, on, null)
    await record(tx, { what: "counts.switched", by, facts: { party: peer.party, on } })
  })
}

/** The relation ended: what the partner told is deleted, and nothing is left to tell. */
export async function endExchange(tx: Tx, peer: Pick<Peer, "key">): Promise<void> {
  await deleteExchange(tx, peer.key)
  await deleteWaiting(tx, peer.key, KIND)
}

/** `counts`: whether the partner exchanges counts, and which; nothing is kept unless both do. */
export async function takeCounts(
  { store }: PeeringParts,
  message: PeerMessage,
  wake: (peer: number) => void,
): Promise<PeerAnswer> {
  const { peer } = message
  const said = readStatement(message.body)
  const begins = await store.write(async (tx) => {
    await message.admit(tx)
    if (said.at > tx.now + AHEAD_MOST) throw new ComityError("invalid", "peer.body")
    if (said.on && !isActive(peer)) return false
    await insertExchange(tx, peer.key)
    const row = await rowOf(tx, peer.key)
    if (row.heardAt !== null && said.at <= row.heardAt) return false // a later one came first
    await setTheirs(tx, peer.key, said.on, said.at)
    if (!said.on) await setCounts(tx, peer.key, null, null)
    if ((row.theirs === 1) !== said.on) {
      await record(tx, { what: "counts.theirs", by: null, facts: { party: peer.party, on: said.on } })
    }
    if (row.ours === 0 || !said.on) return false
    if (said.counts !== null) await keep(tx, peer, said.counts, said.at)
    return row.toldAt === null
  })
  if (begins) wake(peer.key)
  return { body: bodyOf({ v: 1 }) }
}

async function keep(tx: Tx, peer: Peer, counts: readonly Told[], at: Instant): Promise<void> {
  await setCounts(tx, peer.key, JSON.stringify(counts), at)
  await record(tx, { what: "counts.taken", by: null, facts: { party: peer.party } })
}

/** Puts this node's counts into words for a partner, if both exchange them and a week has passed. */
export async function tellCounts({ store, clock, count }: PeeringParts, peer: Peer): Promise<void> {
  if (count === undefined || !isActive(peer)) return
  const row = await findExchange(store, peer.key)
  if (row === null || !isDue(row, clock.now())) return
  const { figures } = await count(peer.party)
  await store.write(async (tx) => {
    if (!isDue(await rowOf(tx, peer.key), tx.now)) return // switched off meanwhile
    await state(tx, peer, true, figures.map(toldOf))
    await setToldAt(tx, peer.key)
    await record(tx, { what: "counts.told", by: null, facts: { party: peer.party } })
  })
}

function isDue({ ours, theirs, toldAt }: ExchangeRow, now: Instant): boolean {
  return ours === 1 && theirs === 1 && (toldAt === null || now - toldAt >= EVERY || now < toldAt)
}

/** One statement in place of all that wait; later ones have later times, whatever the clock does. */
async function state(tx: Tx, peer: Peer, on: boolean, counts: readonly Told[] | null): Promise<void> {
  const { saidAt } = await rowOf(tx, peer.key)
  const at = Math.max(tx.now, (saidAt ?? 0) + 1) as Instant
  await deleteWaiting(tx, peer.key, KIND)
  await enqueue(tx, peer, KIND, statementBody({ at, on, counts }))
  await setSaid(tx, peer.key, at)
}

async function rowOf(tx: Tx, peer: number): Promise<ExchangeRow> {
  const row = await findExchange(tx, peer)
  if (row === null) throw new Error(`no exchange of counts with peer ${peer}`)
  return row
}
