import { ComityError } from "../../kernel/errors.ts"
import { ownStatements, record } from "../../ledger/index.ts"
import {
  type Fingerprint,
  fingerprintOf,
  loadOwnParty,
  loadPeer,
  movePeer,
  type PartyId,
  type Peer,
  readStatements,
  saysDigits,
  saysWord,
  saysWords,
  setGetsCard,
} from "../../parties/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { bodyOf } from "../bodies.ts"
import { type CardParts, sendCard } from "../cards.ts"
import type { PeeringParts } from "../model.ts"
import { enqueue } from "../outbox.ts"
import { hurryWaiting } from "../queries.ts"
import { setBothActive, setDiffered } from "./queries.ts"

type Parts = Pick<PeeringParts, "store" | "self" | "clock" | "recipients">

/** What the partner's people read out, and what ours read to them. */
export async function fingerprints(reader: Reader, peer: Peer): Promise<{ theirs: Fingerprint; ours: Fingerprint }> {
  const own = await loadOwnParty(reader)
  const [incept, ownIncept] = [(await readStatements(reader, peer.key))[0], (await ownStatements(reader))[0]]
  if (incept === undefined || ownIncept === undefined) throw new ComityError("unavailable", "party.missing")
  return { theirs: fingerprintOf(peer.party, incept), ours: fingerprintOf(own.id as PartyId, ownIncept) }
}

/**
 * So many of the twelve words are asked for where not all are. Nobody knows beforehand which: a false key whose
 * fingerprint agrees with the true one in six places costs 2^66 tries, and then stands one chance in 924.
 */
export const WORDS_ASKED = 6

/** What our person heard from theirs: all of it, or words by their numbers, which are drawn anew for each comparison. */
export type Heard = { words: string } | { digits: string } | { some: ReadonlyMap<number, string> }

/**
 * Our people compared the fingerprints: from here on the partner's key is believed, and if theirs compared too, the
 * relation is active. `givesCard`: it gets our card then. Throws `refused peer.fingerprint-differs`, which is recorded
 * and counted, and `conflict peer.state`.
 */
export async function compare(
  parts: Parts,
  party: string,
  { givesCard = false, ...heard }: Heard & { givesCard?: boolean },
  by: string | null,
): Promise<Peer> {
  const peer = await parts.store.write(async (tx) => {
    const before = await loadPeer(tx, party)
    if (before.state !== "invited") {
      throw new ComityError("conflict", "peer.state", { state: before.state, to: "compared" })
    }
    if (says((await fingerprints(tx, before)).theirs, heard)) return compared(tx, before, { ...parts, givesCard }, by)
    await setDiffered(tx, before.key)
    await record(tx, { what: "peer.fingerprint-differs", by, facts: { party } })
    return null
  })
  if (peer === null) throw new ComityError("refused", "peer.fingerprint-differs")
  return peer
}

function says(theirs: Fingerprint, heard: Heard): boolean {
  if ("words" in heard) return saysWords(theirs, heard.words)
  if ("digits" in heard) return saysDigits(theirs, heard.digits)
  return heard.some.size >= WORDS_ASKED && [...heard.some].every(([number, word]) => saysWord(theirs, number, word))
}

async function compared(
  tx: Tx,
  before: Peer,
  { givesCard, ...parts }: CardParts & { givesCard: boolean },
  by: string | null,
): Promise<Peer> {
  const peer = await movePeer(tx, before, "compared")
  await setGetsCard(tx, peer.key, givesCard)
  await tellCompared(tx, peer)
  await record(tx, { what: "peer.compared", by, facts: { party: peer.party } })
  return peer.theirs === "compared" ? activate(tx, peer, parts) : peer
}

export async function tellCompared(tx: Tx, peer: Peer): Promise<void> {
  await enqueue(tx, peer, "compared", bodyOf({ v: 1, at: tx.now }))
}

/** Both sides compared. */
export async function activate(tx: Tx, peer: Peer, parts: CardParts): Promise<Peer> {
  const active = await movePeer(tx, peer, "active")
  await setBothActive(tx, peer.key)
  await record(tx, { what: "peer.activated", by: null, facts: { party: peer.party } })
  await hurryWaiting(tx, peer.key)
  await sendCard(tx, active, parts)
  return { ...active, theirs: "active" }
}
